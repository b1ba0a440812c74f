using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.WebEncoders;
using WeChatMask.Bookings;
using WeChatMask.City;
using WeChatMask.Conversation;
using WeChatMask.Counter;
using WeChatMask.Data;
using WeChatMask.DayEnd;
using WeChatMask.Jobs;
using WeChatMask.Notices;
using WeChatMask.OfficialAccount;
using WeChatMask.OpenData;
using WeChatMask.Operations;
using WeChatMask.Pages;
using WeChatMask.Pages.Resident;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Sms;
using WeChatMask.Stock;
using WeChatMask.Supervision;
using WeChatMask.WeChat;
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

        services.AddSingleton(StartLog.For(builder.Logging));
        services.AddOptions<SiteSettings>().BindConfiguration("Site");
        services.AddOptions<RegistrySettings>().BindConfiguration("Registry").ValidateOnStart();
        services.AddOptions<MapSettings>().BindConfiguration("Map").ValidateOnStart();
        services.AddOptions<DatabaseSettings>().BindConfiguration("Database").ValidateOnStart();
        services.AddOptions<SecretSettings>().BindConfiguration("Secrets").ValidateOnStart();
        // Its lines show each call's address, and receipts and webhook calls are proved by what stands there.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        services.AddSingleton<IValidateOptions<DatabaseSettings>, DatabaseSettingsRules>();
        services.AddSingleton<IValidateOptions<SecretSettings>, SecretSettingsRules>();
        services.AddSingleton<IValidateOptions<RegistrySettings>, RegistrySettingsRules>();
        services.AddSingleton<IValidateOptions<MapSettings>, MapSettingsRules>();
        services.Configure<WebEncoderOptions>(o => o.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddLocalization();

        services.AddSingleton(TimeProvider.System).AddSingleton(new MachineClock(TimeProvider.System));
        services.AddSingleton<CityCalendar>();
        services.AddSingleton<Database>().AddSingleton<Migrator>().AddSingleton<NodeStore>().AddSingleton<PersonalData>().AddSingleton<Startup>();
        services.AddHostedService(s => s.GetRequiredService<Startup>());
        services.AddKeysInDatabase();
        services.AddErrors();
        services.AddSessions();
        services.AddRateLimits();
        services.AddMemoryCache();
        services.AddWeChat(configuration);
        services.AddOfficialAccount();
        services.AddRounds();
        services.AddResidents();
        services.AddBookings();
        services.AddSms();
        services.AddNotices();
        services.AddRedemptions();
        services.AddStaff();
        services.AddPharmacies();
        services.AddSupervisors();
        services.AddPolicies();
        services.AddSupervision();
        services.AddConversation();
        services.AddJobs(configuration);
        services.AddPages();
        services.AddOpenApi();
        return builder;
    }

    /// <summary>Maps every route and the middleware before them.</summary>
    public static WebApplication MapWeChatMask(this WebApplication app)
    {
        app.UseErrors();
        app.UseSafeHeaders();
        app.UsePageCompression();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.UseReadableBodies();
        app.UseVisitCounting();

        app.MapStaticAssets().AllowAnonymous();
        app.MapHealth();
        app.MapOpenApi().AllowAnonymous();
        app.MapWeChatWebhook();
        app.MapWeChatSignature();
        app.MapPosters();
        app.MapLogin();
        app.MapResidents();
        app.MapClock();
        app.MapBoard();
        app.MapBookings();
        app.MapPublic();
        app.MapRedemptions();
        app.MapPharmacies();
        app.MapSupervisors();
        app.MapSmsReceipts();
        app.MapPolicies();
        app.MapLargeType();
        app.MapRazorPages().WithStaticAssets();
        return app;
    }

    private static void AddRounds(this IServiceCollection services)
    {
        services.AddSingleton<PolicyBook>().AddSingleton<CurrentPolicy>().AddSingleton<RoundQueries>().AddSingleton<RoundStore>().AddSingleton<ReplanStore>();
        services.AddSingleton<PublishStore>().AddSingleton<LapseStore>().AddSingleton<MovedPickupStore>();
        services.AddSingleton<BoardQueries>().AddSingleton<Board>().AddSingleton<BoardCache>().AddSingleton<BoardWatch>();
        services.AddHostedService(s => s.GetRequiredService<BoardWatch>());
    }

    private static void AddResidents(this IServiceCollection services)
    {
        services.AddSingleton<ResidentStore>().AddSingleton<ResidentQueries>().AddSingleton<Registration>().AddSingleton<LoginStore>().AddSingleton<LoginCodes>();
        services.AddSingleton<KeepingQueries>().AddSingleton<PurgeStore>().AddSingleton<ErasureStore>().AddSingleton<MyDataQueries>();
        services.AddSingleton<RegistryGuard>().AddSingleton<EligibilityStore>();
        services.AddHttpClient<RegistryClient>();
    }

    private static void AddBookings(this IServiceCollection services)
    {
        services.AddSingleton<BookingStore>().AddSingleton<BookingQueries>().AddSingleton<BookingViews>().AddSingleton<CancellationStore>().AddSingleton<ProvisionalStore>();
        services.AddSingleton<BookingDesk>();
        services.AddHostedService(s => s.GetRequiredService<BookingDesk>());
    }

    private static void AddNotices(this IServiceCollection services)
    {
        services.AddSingleton<OutboxStore>().AddSingleton<NoticeTexts>().AddSingleton<NoticeCapStore>().AddSingleton<NoticeQueries>();
        services.AddSingleton<ReceiptStore>().AddSingleton<ReceiptEndpoints.Taker>().AddSingleton<UnreportedStore>();
        services.AddOptions<WeChatNoticeSettings>().BindConfiguration(WeChatNoticeSettings.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WeChatNoticeSettings>, WeChatNoticeSettingsRules>();
        services.AddSingleton<WeChatNotices>().AddSingleton<WeChatOutboxStore>().AddSingleton<WeChatNoticeTexts>();
    }

    private static void AddPages(this IServiceCollection services)
    {
        services.AddPageCompression();
        services.AddAntiforgery(o => o.Cookie.Name = "wm_form");
        services.AddSingleton<Words>().AddSingleton<PolicyWords>().AddSingleton<PolicyChangeWords>().AddSingleton<RefusalWords>().AddSingleton<BookingFaces>();
        services.AddRazorPages();
    }

    private static void AddSupervision(this IServiceCollection services)
    {
        services.AddSingleton<CityStore>().AddSingleton<CityImport>().AddSingleton<CityQueries>().AddSingleton<PublicQueries>().AddSingleton<InvariantQueries>();
        services.AddSingleton<Visits>().AddSingleton<VisitStore>().AddHostedService<LastVisits>();
    }
}
