using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WeChatMask.Sandbox;

namespace WeChatMask.Tests.Operations;

/// <summary>Production and the sandbox log alike: the same sinks, and of each category the same levels, so that what is measured in one holds in the other.</summary>
public sealed class SameLogTests
{
    private static readonly string[] Categories =
    [
        "Default", "Microsoft", "Microsoft.Hosting.Lifetime", "Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Routing.EndpointMiddleware",
        "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.StaticFiles.StaticFileMiddleware", "Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure.PageActionInvoker", "Microsoft.AspNetCore.DataProtection",
        "Microsoft.Extensions.Http.DefaultHttpClientFactory", "System.Net.Http.HttpClient.WeChatClient.LogicalHandler", "Polly", "Hangfire.Server.BackgroundServerProcess", "WeChatMask.WeChat.Webhook",
        "WeChatMask.Bookings.BookingDesk", "WeChatMask.Jobs.JobRunner", "WeChatMask.Login", "Npgsql.Command", "MySqlConnector.ConnectionPool", "Somebody.Else",
    ];

    /// <summary>What an operator may set.</summary>
    public static TheoryData<string, string> Asked() => new()
    {
        { "", "" },
        { "Logging:LogLevel:Default", "Debug" },
        { "Logging:LogLevel:Default", "Error" },
        { "Logging:LogLevel:Microsoft.AspNetCore", "Information" },
        { "Logging:Console:LogLevel:Default", "Trace" },
        { "Logging:LogLevel:WeChatMask", "Warning" },
        { "Telemetry:Endpoint", "http://127.0.0.1:4317" },
    };

    [Theory]
    [MemberData(nameof(Asked))]
    public async Task Both_have_the_same_sinks_and_levels(string name, string value)
    {
        Dictionary<string, string?> settings = name.Length == 0 ? [] : new(StringComparer.Ordinal) { [name] = value };
        var folder = Directory.CreateTempSubdirectory("wechatmask-log-");
        await using var product = Product(settings);
        await using (var sandbox = SandboxApp.Build(SandboxApp.CreateBuilder(new SandboxOptions("loudi", "http://127.0.0.1:0", folder.FullName), settings: settings)))
        {
            Assert.Equal(Sinks(product), Sinks(sandbox));
            Assert.Equal(Levels(product), Levels(sandbox));
            Assert.Equal(Rules(product), Rules(sandbox));
        }

        folder.Delete(recursive: true);
    }

    private static IEnumerable<string> Sinks(WebApplication app) =>
        app.Services.GetServices<ILoggerProvider>().Select(p => p.GetType().FullName!).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Levels(WebApplication app)
    {
        var logs = app.Services.GetRequiredService<ILoggerFactory>();
        return Categories.Select(c => $"{c}: {string.Join(' ', Enum.GetValues<LogLevel>().Where(logs.CreateLogger(c).IsEnabled))}");
    }

    private static IEnumerable<string> Rules(WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<LoggerFilterOptions>>().Value;
        return options.Rules.Select(r => $"{r.ProviderName} {r.CategoryName} {r.LogLevel}").Append($"{options.MinLevel}").Order(StringComparer.Ordinal);
    }

    // As Program makes it, with no settings of this machine.
    private static WebApplication Product(Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddWeChatMask();
        return builder.Build();
    }
}
