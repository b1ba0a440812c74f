using System.Net;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WeChatMask.BrowserTests.Support;

/// <summary>
/// A line between a browser and the city that hands a page over piece by piece, the next one only when told. On a slow
/// line or a busy phone a browser paints what it has, and what comes later may push that about.
/// </summary>
internal sealed class PiecewiseLine : IAsyncDisposable
{
    // What is seen first comes tag by tag, what is further down in a few elements each.
    private const int FirstTags = 160;
    private const int Pieces = 8;

    private readonly HttpClient city;
    private readonly WebApplication proxy;
    private readonly Channel<bool> next = Channel.CreateUnbounded<bool>();

    private PiecewiseLine(Uri city)
    {
        this.city = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.All }) { BaseAddress = city };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        proxy = builder.Build();
        proxy.Run(PassAsync);
    }

    /// <summary>Where the line begins; cookies of the city's own address hold here too.</summary>
    public Uri Address => new(proxy.Urls.First());

    /// <summary>Lays a line to a city.</summary>
    public static async Task<PiecewiseLine> LayAsync(Uri city)
    {
        var line = new PiecewiseLine(city);
        await line.proxy.StartAsync();
        return line;
    }

    /// <summary>Lets the next piece pass.</summary>
    public void LetPass() => next.Writer.TryWrite(true);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // Whoever waits for a piece gets the rest at once, so that the stop waits for nobody.
        next.Writer.TryComplete();
        await proxy.DisposeAsync();
        city.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{context.Request.Path}{context.Request.QueryString}");
        if (context.Request.Headers.Cookie.Count > 0) request.Headers.TryAddWithoutValidation("Cookie", context.Request.Headers.Cookie.ToString());
        using var answer = await city.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        var body = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (answer.Content.Headers.ContentType?.MediaType != "text/html")
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
            return;
        }

        foreach (var piece in Cut(Encoding.UTF8.GetString(body)))
        {
            await context.Response.WriteAsync(piece, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            if (await next.Reader.WaitToReadAsync(context.RequestAborted)) next.Reader.TryRead(out _);
        }
    }

    // The first piece reaches into the body, since nothing is painted before there is one; each ends behind a tag, whose element is still empty then.
    private static IEnumerable<string> Cut(string page)
    {
        var from = 0;
        var size = 1;
        var reach = page.IndexOf("<body", StringComparison.Ordinal);
        for (var tags = 1; from < page.Length; tags++)
        {
            if (tags == FirstTags) size = Math.Max(1, (page.Length - reach) / Pieces);
            var to = reach + size >= page.Length ? 0 : page.IndexOf('>', reach + size) + 1;
            if (to == 0) to = page.Length;
            yield return page[from..to];
            from = reach = to;
        }
    }
}
