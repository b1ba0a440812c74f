using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WeChatMask.Tests.Operations;

/// <summary>What the log holds when an operator has set nothing: our own lines and the start, and of frameworks only trouble.</summary>
public sealed class ShippedLogTests
{
    private const string Routing = "Microsoft.AspNetCore.Routing.EndpointMiddleware";

    [Theory]
    [InlineData(Routing, false)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", false)]
    [InlineData("Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure.PageActionInvoker", false)]
    [InlineData("Microsoft.AspNetCore.Http.Result.JsonResult", false)]
    [InlineData("System.Net.Http.HttpClient.WeChatClient.LogicalHandler", false)]
    [InlineData("Hangfire.Server.BackgroundServerProcess", false)]
    [InlineData("Microsoft.Hosting.Lifetime", true)]
    [InlineData("WeChatMask.WeChat.Webhook", true)]
    public async Task Frameworks_are_heard_from_warnings_on_and_the_product_and_its_start_as_ever(string category, bool told)
    {
        await using var app = Build([]);
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category);

        Assert.Equal((told, true), (log.IsEnabled(LogLevel.Information), log.IsEnabled(LogLevel.Warning)));
    }

    [Fact]
    public async Task An_operator_may_want_to_hear_more()
    {
        await using var app = Build(new() { ["Logging:LogLevel:Microsoft.AspNetCore"] = "Information" });

        Assert.True(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(Routing).IsEnabled(LogLevel.Information));
    }

    // That category's being heard so is what makes an activity and three scopes for each call, and for hours for each who follows the board.
    [Theory]
    [InlineData("Logging:LogLevel:Default")]
    [InlineData("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics")]
    [InlineData("Logging:Console:LogLevel:Microsoft.AspNetCore")]
    public async Task No_call_has_an_activity_for_the_logs_sake(string asked)
    {
        await using var app = Build(new() { [asked] = "Trace" });

        Assert.False(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Critical));
    }

    // As Program makes it, with no settings of this machine.
    private static WebApplication Build(Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddWeChatMask();
        return builder.Build();
    }
}
