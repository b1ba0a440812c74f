using WeChatMask.Audit;
using WeChatMask.Bookings;
using WeChatMask.Cases;
using WeChatMask.City;
using WeChatMask.Conversation;
using WeChatMask.Counter;
using WeChatMask.Data;
using WeChatMask.DayEnd;
using WeChatMask.Flags;
using WeChatMask.Jobs;
using WeChatMask.Levers;
using WeChatMask.Notices;
using WeChatMask.OfficialAccount;
using WeChatMask.OpenData;
using WeChatMask.Operations;
using WeChatMask.Pages;
using WeChatMask.PublicLog;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Sms;
using WeChatMask.Stock;
using WeChatMask.Supervision;
using WeChatMask.Telemetry;
using WeChatMask.Web;
using WeChatMask.WeChat;

namespace WeChatMask;

/// <summary>The table of contents: the rooms the product is made of, from the ground up.</summary>
public static class WeChatMaskApp
{
    private const int LargestBody = 64 * 1024;
    private static readonly string[] Frameworks = ["Microsoft.AspNetCore", "System.Net.Http", "Hangfire"];

    /// <summary>Registers every room. The production program and the sandbox call the same method, so they cannot drift.</summary>
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
            o.Limits.MaxConcurrentConnections = OpenFiles.Connections;
        });
        // What frameworks say of each call would bury our own lines. Settings, so that an operator may say otherwise.
        foreach (var framework in Frameworks) configuration[$"Logging:LogLevel:{framework}"] ??= nameof(LogLevel.Warning);
        services.AddSingleton(StartLog.For(builder.Logging));

        services.AddSettings();
        services.AddTelemetry(configuration);
        services.AddData();
        services.AddWeChat(configuration);
        services.AddAudit();
        services.AddJobs(Schedule.Jobs);
        services.AddWeb();
        services.AddSms();
        services.AddPublicLog();
        services.AddRounds();
        services.AddCity();
        services.AddOfficialAccount();
        services.AddNotices();
        services.AddStock();
        services.AddCounter();
        services.AddBookings();
        services.AddCases();
        services.AddResidents();
        services.AddDayEnd();
        services.AddLevers();
        services.AddFlags();
        services.AddOpenData();
        services.AddSupervision();
        services.AddOperations();
        services.AddConversation();
        services.AddPages();
        services.AddMemoryCache();
        return builder;
    }

    /// <summary>Maps every route and the middleware before them.</summary>
    public static WebApplication MapWeChatMask(this WebApplication app)
    {
        app.UseHostCookies();
        app.UseHead();
        app.UseClock();
        app.UseBoard();
        app.UseHomeCopies();
        app.UsePublicLog();
        app.UseLine();
        app.UseWeb();
        app.UseVisitCounting();

        app.MapWeChat();
        app.MapWeb();
        app.MapJobs().RequireAuthorization(Sessions.AdministratorPolicy);
        app.MapPublicLog();
        app.MapRounds();
        app.MapOfficialAccount();
        app.MapNotices();
        app.MapStock();
        app.MapCounter();
        app.MapBookings();
        app.MapCases();
        app.MapResidents();
        app.MapLevers();
        app.MapFlags();
        app.MapOpenData();
        app.MapSupervision();
        app.MapOperations();
        app.MapPages();
        return app;
    }
}
