using System.Data.Common;
using System.Globalization;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Net.Http.Headers;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>Makes the home page once for all who come by the same board within the same second of the city's clock: no page is asked for more.</summary>
/// <remarks>All of it follows from the board, the instant and the counted visits. While nothing is open it has something of whoever is logged in, and is made for them alone.</remarks>
internal sealed class HomeCopies(Board board, CityCalendar calendar, Visits visits) : IOutputCachePolicy
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(1);

    // A query comes back in the page's links, and there are as many as anybody likes to make.
    public static bool IsAsked(HttpContext context) =>
        context.Request is { Path.Value: "/", QueryString.HasValue: false } request && HttpMethods.IsGet(request.Method) && AskedHosts.AreSound(request);

    /// <inheritdoc />
    public async ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        if (await ReadAsync(cancellation) is not { } snapshot) return;
        var banner = RoundBanner.Of(snapshot, calendar);
        var http = context.HttpContext;
        if (banner.State != RoundBanner.Open && http.Request.Cookies.Keys.Any(LargeType.IsOther)) return;
        context.EnableOutputCaching = context.AllowCacheLookup = context.AllowCacheStorage = context.AllowLocking = true;
        context.ResponseExpirationTimeSpan = Life;
        context.CacheVaryByRules.HeaderNames = HeaderNames.AcceptEncoding;
        // A commit of this node may tell of new rules and leave the board's version as it was.
        context.CacheVaryByRules.VaryByValues["made"] = string.Create(
            CultureInfo.InvariantCulture,
            $"{snapshot.Version} {snapshot.SeenChanges} {banner.Now.ToUnixTimeSeconds()} {visits.Published.Today} {visits.Published.Total} {LargeType.IsChosen(http)}");
    }

    /// <inheritdoc />
    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        // Before the routes, where pages are counted.
        if (!HeadRequests.IsHead(context.HttpContext)) visits.Count();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        context.AllowCacheStorage &= CacheablePageAttribute.IsForAll(context.HttpContext.Response);
        return ValueTask.CompletedTask;
    }

    // What goes wrong goes wrong once more behind the routes, which have an answer to it.
    private async ValueTask<BoardSnapshot?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await board.GetAsync(cancellation);
        }
        catch (Exception e) when (e is DbException or OperationCanceledException)
        {
            return null;
        }
    }
}
