using Microsoft.Extensions.Options;
using WeChatMask.Jobs;
using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.Web;

/// <summary>Headers that keep a page to its own site: no foreign or inline script, no framing by others, no guessing of types.</summary>
public static class SafeHeaders
{
    private const string OwnPictures = "img-src 'self' data:";
    private const string OwnStyles = "style-src 'self'";
    private const string MapPage = "/nearby";

    // WeUI's style sheet carries its small pictures and font as data: addresses.
    private const string ContentPolicy =
        "default-src 'self'; script-src 'self'; " + OwnStyles + "; " + OwnPictures + "; font-src 'self' data:; "
        + "object-src 'none'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'";

    /// <summary>The script that keeps the counter's pages at hand; it stands among the other scripts and answers for pages elsewhere.</summary>
    private const string CounterWorker = "/js/counter-worker.js";

    private const string CounterPages = "/pharmacy/";

    /// <summary>Lets a page run the code reader, which is compiled code, and show the camera. Call before the answer starts.</summary>
    public static void AllowCodeReader(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = headers.ContentSecurityPolicy.ToString()
            .Replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'; media-src 'self' blob:", StringComparison.Ordinal);
    }

    public static IApplicationBuilder UseSafeHeaders(this IApplicationBuilder app)
    {
        var write = Writer(app.ApplicationServices);
        return app.Use((context, next) =>
        {
            write(context);
            return next(context);
        });
    }

    /// <summary>What writes them, for an answer that leaves before the pipeline could.</summary>
    internal static Action<HttpContext> Writer(IServiceProvider services)
    {
        var settings = services.GetRequiredService<IOptionsMonitor<WeChatSettings>>();
        var map = services.GetRequiredService<IOptionsMonitor<MapSettings>>();
        Policies? policies = null;
        return context =>
        {
            // One text for all answers, not one for each: a stream keeps its own for hours.
            var (wechat, tiles) = (settings.CurrentValue, map.CurrentValue);
            if (policies is not { } present || !present.Are(wechat, tiles)) policies = present = new Policies(wechat, tiles);
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = present.For(context.Request.Path);
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()";
            if (context.Request.Path == CounterWorker) headers["Service-Worker-Allowed"] = CounterPages;
        };
    }

    // A form sent after its session has ended is led to WeChat's log-in, which browsers count as the form's target.
    private static string LoginHost(WeChatSettings settings) =>
        Uri.TryCreate(settings.AuthorizeBaseUrl, UriKind.Absolute, out var address) ? $" {address.GetLeftPart(UriPartial.Authority)}" : "";

    /// <summary>The content policies as the settings have them.</summary>
    private sealed class Policies(WeChatSettings wechat, MapSettings map)
    {
        private readonly string usual = ContentPolicy + LoginHost(wechat);

        // The jobs' dashboard colours states by style attributes; style elements and scripts in its pages stay forbidden.
        private readonly string jobs = ContentPolicy.Replace(OwnStyles, $"{OwnStyles}; style-src-attr 'unsafe-inline'", StringComparison.Ordinal) + LoginHost(wechat);

        // The map's tiles, from their one host and on the one page that shows them.
        private readonly string mapPage = (map.TileHost() is { } host ? ContentPolicy.Replace(OwnPictures, $"{OwnPictures} {host}", StringComparison.Ordinal) : ContentPolicy) + LoginHost(wechat);

        public bool Are(WeChatSettings other, MapSettings otherMap) => ReferenceEquals(wechat, other) && ReferenceEquals(map, otherMap);

        public string For(PathString path) =>
            path.StartsWithSegments(JobDashboard.Path, StringComparison.Ordinal) ? jobs : path == MapPage ? mapPage : usual;
    }
}
