using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace WeChatMask.Web;

/// <summary>Pages go out compressed: a city of many pharmacies is 100 KB of HTML, and a phone pays for each of them.</summary>
/// <remarks>
/// Over TLS too: form tokens are masked anew in every answer, and no page echoes an outsider's text beside a secret.
/// The API is left alone, since its answers are small and its speed is counted, but for a counter's whole day, which a
/// clerk's phone takes along with the page, and the outlines of districts.
/// </remarks>
public static class PageCompression
{
    private const string CounterDay = "/api/pharmacy/offline";

    // One packet as it is, and asked for by everybody at once.
    private const string WaitingLine = "/login/line";

    private const string Districts = "/api/public/districts";

    /// <summary>Registers it; assets are compressed when the site is built.</summary>
    public static IServiceCollection AddPageCompression(this IServiceCollection services)
    {
        services.Configure<BrotliCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
        return services.AddResponseCompression(o =>
        {
            o.EnableForHttps = true;
            o.MimeTypes = ["text/html", "application/json", "application/geo+json"];
        });
    }

    public static IApplicationBuilder UsePageCompression(this IApplicationBuilder app) =>
        app.UseWhen(
            c => c.Request.Path != WaitingLine && (!c.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) || c.Request.Path == CounterDay || c.Request.Path == Districts),
            branch => branch.UseResponseCompression());
}
