using System.Data.Common;
using WeChatMask.Web;

namespace WeChatMask.Operations;

/// <summary>An opening as it goes, for the live page and other programs of the bureau.</summary>
public static class LiveEndpoints
{
    private static readonly TimeSpan BetweenSessions = TimeSpan.FromSeconds(5);

    internal static async Task<IResult> OfAsync(LiveFigures figures, CancellationToken cancellationToken) => TypedResults.Ok(await figures.GetAsync(cancellationToken));

    /// <summary>Server-sent events, at most one a second: <c>live</c> with all figures when they have changed, <c>heartbeat</c> after fifteen seconds in which they have not.</summary>
    /// <remarks>It ends when the log-in does, and when the server stops; a browser comes back by itself.</remarks>
    internal static async Task EventsAsync(HttpContext context, LiveFigures figures, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        var response = context.Response;
        using var watching = HeadRequests.IsHead(context) ? null : figures.Watch();
        if (watching is null && !HeadRequests.IsHead(context))
        {
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            response.Headers.RetryAfter = "10";
            await Errors.WriteAsync(context, "poll");
            return;
        }

        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        if (watching is null) return;
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            // Told at once that it stands; the figures came with the page.
            await response.Body.FlushAsync(gone.Token);
            LiveTelling? told = null;
            for (var seen = TimeProvider.System.GetTimestamp(); ;)
            {
                told = await figures.NextAsync(told, gone.Token);
                if (TimeProvider.System.GetElapsedTime(seen) >= BetweenSessions)
                {
                    if (!await StandsAsync(context, gone.Token)) return;
                    seen = TimeProvider.System.GetTimestamp();
                }

                await response.Body.WriteAsync(told.Bytes, gone.Token);
                await response.Body.FlushAsync(gone.Token);
                await Task.Delay(LiveFigures.Pace, time, gone.Token);
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // Whoever watched went, or the server stops.
        }
    }

    // Whether it does cannot be known while the database is away, which is what the watcher is then told.
    private static async Task<bool> StandsAsync(HttpContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await context.StaffSessionStandsAsync(cancellationToken);
        }
        catch (DbException)
        {
            return true;
        }
    }
}
