using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Rounds;

/// <summary>The live board: one numbered snapshot for everybody, and its changes.</summary>
public static class BoardEndpoints
{
    private const string FiguresView = "figures";

    // Seconds; everybody at a time of their own.
    private const int ShortestPause = 5;
    private const int LongestPause = 16;

    // The smallest first.
    private static readonly string[] Encodings = [BoardAnswer.Brotli, BoardAnswer.Gzip];

    internal static async Task GetAsync(HttpContext context, Board board, CityCalendar calendar, IOptions<JsonOptions> json) =>
        await WriteAsync(context, await board.GetAsync(context.RequestAborted), board, calendar, json.Value.SerializerOptions);

    /// <summary>The answer where the newest board is at hand, else null.</summary>
    internal static Task? Ready(HttpContext context, Board board, CityCalendar calendar, JsonSerializerOptions json)
    {
#pragma warning disable MA0022 // Null is the word that the route has to answer.
        if (board.Ready is not { } snapshot) return null;
#pragma warning restore MA0022
        RouteGroups.OpenToOtherSites(context.Response);
        return WriteAsync(context, snapshot, board, calendar, json);
    }

    private static Task WriteAsync(HttpContext context, BoardSnapshot snapshot, Board board, CityCalendar calendar, JsonSerializerOptions json)
    {
        var answer = snapshot.AnswerAt(calendar.Now, calendar);
        var (request, response) = (context.Request.Headers, context.Response);
        var headers = response.Headers;
        headers.CacheControl = "public, no-cache";
        // Seconds since the database was seen to hold it: more than a moment only while that does not answer.
        headers.Age = ((int)board.Age.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        headers.Vary = "Accept-Encoding";
        if (SharedAnswers.Has(request.IfNoneMatch, answer.Tag))
        {
            headers.ETag = answer.Tag;
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var encoding = SharedAnswers.Encoding(request.AcceptEncoding, Encodings);
        if (encoding is not null) headers.ContentEncoding = encoding;
        headers.ETag = encoding is null ? answer.Tag : answer.WeakTag;
        return context.WriteBytesAsync(answer.Bytes(encoding, json));
    }

    /// <summary>What changes on the board from now on, as server-sent events: of <c>view=figures</c> without what the directory says already, else whole pharmacies.</summary>
    /// <remarks>
    /// Where there is no room, whoever asks is told to poll the board by its ETag instead. No method waits here: each would be kept for every listener.
    /// </remarks>
    internal static Task EventsAsync(HttpContext context, BoardWatch watch, BoardListeners listeners, IServiceScopeFactory scopes)
    {
        RouteGroups.OpenToOtherSites(context.Response);
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (HeadRequests.IsHead(context))
        {
            BoardListeners.BeginAnswer(context.Response);
            return Task.CompletedTask;
        }

        return context.Request.Headers.Cookie.Count == 0 ? ListenAsync(context, null, watch, listeners) : ListenAsAsync(context, watch, listeners, scopes);
    }

    private static Task ListenAsAsync(HttpContext context, BoardWatch watch, BoardListeners listeners, IServiceScopeFactory scopes)
    {
        var account = AccountAsync(context, scopes);
        // A log-in that this node knows is there at once; what waits for another would be kept for hours.
        return account.IsCompletedSuccessfully
            ? ListenAsync(context, account.Result, watch, listeners)
            : account.ContinueWith(
                known => known.Exception?.InnerException is DbException ? PollAsync(context) : ListenAsync(context, known.GetAwaiter().GetResult(), watch, listeners),
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Unwrap();
    }

    private static Task ListenAsync(HttpContext context, string? account, BoardWatch watch, BoardListeners listeners) =>
        listeners.TryListen(context, account, AsFigures(context.Request.QueryString), watch, PollAsync, out var ended) ? ended : PollAsync(context);

    private static Task PollAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = Random.Shared.Next(ShortestPause, LongestPause).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.CacheControl = "no-store";
        return Errors.WriteAsync(context, "poll");
    }

    private static bool AsFigures(QueryString query)
    {
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            if (pair.DecodeName().Span is "view" && pair.DecodeValue().Span is FiguresView) return true;
        }

        return false;
    }

    // The board is for everybody, so no log-in has been looked at yet. What looks at it goes before the listening begins.
    private static async Task<string?> AccountAsync(HttpContext context, IServiceScopeFactory scopes)
    {
        var services = context.RequestServices;
        await using var scope = scopes.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        try
        {
            foreach (var scheme in new[] { Sessions.ResidentScheme, Sessions.StaffScheme })
            {
                if (await context.AuthenticateAsync(scheme) is { Succeeded: true, Principal: { } who }) return Sessions.Key(who);
            }

            return null;
        }
        finally
        {
            context.RequestServices = services;
        }
    }
}
