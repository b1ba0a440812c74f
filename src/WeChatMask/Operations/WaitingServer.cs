using WeChatMask.Web;

namespace WeChatMask.Operations;

/// <summary>Listens where the node will, while it cannot do anything yet: it lives, it is not ready, and people are asked to come again.</summary>
internal static class WaitingServer
{
    /// <summary>Starts it on the addresses and certificates of an app that has not started.</summary>
    public static async Task<WebApplication> StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = app.Environment.ContentRootPath });
        builder.Configuration.AddConfiguration(app.Configuration);
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.AddServerHeader = false);
        var server = builder.Build();
        try
        {
            server.Run(context => AnswerAsync(app.Services, context));
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tries certificates out where there may be any, so that a wrong one is told before anything is made.</summary>
    public static async Task TryCertificatesAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var mayHave = app.Configuration.GetSection("Kestrel").Exists()
            || app.Configuration[WebHostDefaults.ServerUrlsKey]?.Contains("https:", StringComparison.OrdinalIgnoreCase) == true;
        if (!mayHave) return;
        await using var server = await StartAsync(app, cancellationToken);
        await server.StopAsync(cancellationToken);
    }

    private static async Task AnswerAsync(IServiceProvider services, HttpContext context)
    {
        await using var scope = services.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.Path == Health.LivePath)
        {
            await Health.Live().ExecuteAsync(context);
        }
        else if (context.Request.Path == Health.ReadyPath)
        {
            await Health.NotReady("starting", "database").ExecuteAsync(context);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "3";
            await Errors.WriteAsync(context);
        }
    }
}
