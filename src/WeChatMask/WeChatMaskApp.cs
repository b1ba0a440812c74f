using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.WebEncoders;
using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Pharmacies;
using WeChatMask.Redemptions;
using WeChatMask.Rounds;
using WeChatMask.Supervision;
using WeChatMask.Web;

namespace WeChatMask;

/// <summary>The table of contents: what the product is made of, in the order of the residents' story.</summary>
public static class WeChatMaskApp
{
    private const int LargestBody = 64 * 1024;

    /// <summary>Registers every feature. The production program and the sandbox call the same method, so they cannot drift.</summary>
    public static WebApplicationBuilder AddWeChatMask(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var configuration = builder.Configuration;
        // Without these, assets of a build that was not published come empty or uncompressed.
        builder.WebHost.UseStaticWebAssets();
        configuration["ReloadStaticAssetsAtRuntime"] ??= "false";
        builder.WebHost.ConfigureKestrel(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = LargestBody;
        });

        services.AddOptions<SiteSettings>().BindConfiguration("Site");
        services.AddOptions<RegistrySettings>().BindConfiguration("Registry");
        services.AddOptions<DatabaseSettings>().BindConfiguration("Database").ValidateOnStart();
        services.AddOptions<SecretSettings>().BindConfiguration("Secrets").ValidateOnStart();
        services.AddSingleton<IValidateOptions<DatabaseSettings>, DatabaseSettingsRules>();
        services.AddSingleton<IValidateOptions<SecretSettings>, SecretSettingsRules>();
        services.Configure<WebEncoderOptions>(o => o.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddLocalization();

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<CityCalendar>();
        services.AddSingleton<Database>().AddSingleton<Migrator>().AddSingleton<PersonalData>().AddSingleton<Startup>();
        services.AddHostedService(s => s.GetRequiredService<Startup>());
        services.AddKeysInDatabase();
        services.AddErrors();
        services.AddSessions();
        services.AddRounds();
        services.AddRedemptions();
        services.AddStaff();
        services.AddSupervision();
        services.AddJobs();
        services.AddRazorPages();
        services.AddOpenApi();
        return builder;
    }

    /// <summary>Maps every route and the middleware before them.</summary>
    public static WebApplication MapWeChatMask(this WebApplication app)
    {
        app.UseErrors();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseReadableBodies();

        app.MapStaticAssets().AllowAnonymous();
        app.MapHealth();
        app.MapOpenApi().AllowAnonymous();
        app.MapBoard();
        app.MapRedemptions();
        app.MapRazorPages().WithStaticAssets();
        return app;
    }

    private static void AddRounds(this IServiceCollection services)
    {
        services.AddSingleton<PolicyBook>().AddSingleton<RoundQueries>().AddSingleton<RoundStore>();
        services.AddSingleton<PublishStore>().AddSingleton<LapseStore>();
        services.AddSingleton<BoardQueries>().AddSingleton<Board>().AddSingleton<BoardCache>().AddSingleton<BoardWatch>();
        services.AddHostedService(s => s.GetRequiredService<BoardWatch>());
    }

    private static void AddSupervision(this IServiceCollection services)
    {
        services.AddSingleton<CityImport>().AddSingleton<CityQueries>();
    }
}
