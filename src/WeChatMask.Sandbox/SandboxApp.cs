using System.Data.Common;
using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Operations;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>The app with a world around it on this machine: WeChat, SMS gateway, population registry and a clock that can be moved.</summary>
public static class SandboxApp
{
    private const string SettingsFile = "sandbox-settings.json";

    /// <summary>The app and the sandbox, registered. A test may add to it before <see cref="Build(WebApplicationBuilder)"/>.</summary>
    /// <param name="options">The command line, with the world's city when one is joined.</param>
    /// <param name="world">The world to join; without one the sandbox has its own.</param>
    /// <param name="settings">Settings that stand above all others.</param>
    public static WebApplicationBuilder CreateBuilder(
        SandboxOptions options, JoinedWorld? world = null, IEnumerable<KeyValuePair<string, string?>>? settings = null)
    {
        if (File.Exists(options.Data)) throw new StartFaultException($"--data {options.Data} is a file; name a folder.");
        PrivateFiles.CreateFolder(options.Data);
        // The app's neighbours are on this machine; a proxy of the environment's would be asked for them in vain.
        HttpClient.DefaultProxy = new WebProxy();
        // Named, since a test that hosts the sandbox is another assembly with other assets.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(SandboxApp).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            Args = [ProcessRun.ReadSettingsOnce],
        });
        builder.WebHost.UseUrls(options.Urls);
        var standIns = new StandInSettings();
        // The app asks that addresses are there at its start; the true ones follow when the port is known.
        standIns.PointAt(world?.Owner.GetLeftPart(UriPartial.Authority) ?? "http://127.0.0.1");
        AddDefaults(builder.Configuration, options, standIns);
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.AddWeChatMask();
        AddSandbox(builder.Services, options, standIns);
        if (world is null) AddWorld(builder.Services, options);
        else AddMembership(builder.Services, world);
        return builder;
    }

    /// <summary>The app and the sandbox, mapped.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.UseSandboxLanguage();
        // Vendors sign the type as it was sent; the product reads a plain one.
        app.Use(VendorRequest.KeepSentType);
        app.MapWeChatMask();
        var sandbox = app.MapGroup("/sandbox").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
        if (app.Services.GetService<JoinedWorld>() is null) MapWorld(sandbox);
        else sandbox.MapNode();
        return app;
    }

    private static void MapWorld(RouteGroupBuilder sandbox)
    {
        sandbox.MapClock();
        sandbox.MapFaults();
        sandbox.MapSms();
        sandbox.MapSmsVendors();
        sandbox.MapRegistry();
        sandbox.MapWeChatApi();
        sandbox.MapPhones();
        sandbox.MapCrowd();
        sandbox.MapStory();
        sandbox.MapCounterDoor();
        sandbox.MapCheats();
        sandbox.MapWorld();
    }

    // Before the environment's, so that it overrides them; after the app's own file, which they override.
    private static void AddDefaults(ConfigurationManager configuration, SandboxOptions options, StandInSettings standIns)
    {
        var sources = ((IConfigurationBuilder)configuration).Sources;
        var environment = sources.OfType<EnvironmentVariablesConfigurationSource>().LastOrDefault(s => string.IsNullOrEmpty(s.Prefix));
        var place = environment is null ? sources.Count : sources.IndexOf(environment);
        var file = new JsonConfigurationSource { Path = Path.Combine(AppContext.BaseDirectory, SettingsFile) };
        file.ResolveFileProvider();
        var data = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Database:ConnectionString"] = new DbConnectionStringBuilder { ["Data Source"] = Path.Combine(options.Data, "wechatmask.db") }.ConnectionString,
            ["Map:Outlines"] = Cities.Outlines(options.City),
        };
        sources.Insert(place, standIns);
        sources.Insert(place, new MemoryConfigurationSource { InitialData = data });
        sources.Insert(place, file);
    }

    private static void AddSandbox(IServiceCollection services, SandboxOptions options, StandInSettings standIns)
    {
        services.AddSingleton(options).AddSingleton(Cities.Read(options.City)).AddSingleton(standIns).AddSingleton<OwnAddress>();
        services.AddSingleton<SandboxSecretsAllowed>();
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(s => s.GetRequiredService<SandboxClock>()));
        services.AddSingleton<SchedulerPause>().AddSingleton<DueMomentQueries>().AddSingleton<DueWork>();
        services.Replace(ServiceDescriptor.Singleton<JobBarrier>(s => s.GetRequiredService<SchedulerPause>()));
        services.AddHttpClient(nameof(JoinedNodes)).ConfigurePrimaryHttpMessageHandler(JoinedWorld.Handler).RemoveAllLoggers();
        services.AddSingleton<DemoStaffStore>().Configure<PasswordHasherOptions>(o => o.IterationCount = DemoStaffStore.Iterations);
        services.AddHostedService<OwnAddressTeller>();
        services.AddHostedService<Seeding>();
    }

    private static void AddWorld(IServiceCollection services, SandboxOptions options)
    {
        services.AddSingleton(s => new SandboxClock(
            Path.Combine(options.Data, "clock.json"), options.Clock, s.GetRequiredService<CityFile>().Clock ?? TimeProvider.System.GetUtcNow()));
        services.AddSingleton<ClockMover>().AddSingleton<JoinedNodes>().AddSingleton<Faults>();
        services.AddSingleton(_ => new SmsInbox(Path.Combine(options.Data, "sms.jsonl")));
        services.AddSmsVendors();
        services.AddSingleton(_ => new PopulationRegistry(Path.Combine(options.Data, "registry.jsonl")));
        services.AddSingleton<CallerCheck>();
        services.AddSingleton(_ => new Chats(Path.Combine(options.Data, "chats.jsonl")));
        services.AddSingleton<CrowdPeople>().AddSingleton<CrowdQueries>().AddSingleton<Crowd>();
        services.AddSingleton<ActivityQueries>().AddSingleton<ActivityFeed>().AddSingleton<Moments>().AddSingleton<PhoneStates>();
        services.AddCheats();
        services.AddSingleton<WeChatTokens>().AddSingleton<WeChatQuotas>().AddSingleton<WeChatTemplates>().AddSingleton<WeChatAccount>().AddSingleton<WeChatSends>().AddSingleton<WeChatReports>();
        services.AddHostedService(s => s.GetRequiredService<WeChatReports>());
        services.AddSingleton<WeChatCodes>().AddSingleton<WeChatApi>().AddSingleton<WeChatCalls>().AddSingleton<Phones>();
        // The webhook's answer is shown as it is, a redirect too.
        services.AddHttpClient(nameof(Phones))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false })
            .RemoveAllLoggers();
    }

    private static void AddMembership(IServiceCollection services, JoinedWorld world)
    {
        services.AddSingleton(world).AddSingleton(new SandboxClock(world.Clock)).AddSingleton<WorldClock>().AddSingleton<WorldForwarder>();
        // A move of the clock by months takes its time; who asked may hang up.
        services.AddHttpClient(nameof(WorldForwarder), c => c.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(JoinedWorld.Handler)
            .RemoveAllLoggers();
        services.AddHostedService<Membership>();
    }
}
