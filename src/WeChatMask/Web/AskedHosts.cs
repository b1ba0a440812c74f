using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WeChatMask.Web;

/// <summary>Refuses a Host header that is no host, and a proxy's word of a scheme that is none, before anything makes an address of them.</summary>
public static class AskedHosts
{
    private const int LongestName = 253;

    // Nearly all ask for the same one.
    private static volatile string? lastSound;

    /// <remarks>A request of HTTP/1.0 may name none, as simple probes do.</remarks>
    public static IApplicationBuilder UseSoundHosts(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!AreSound(context.Request)) return RefuseAsync(context);
        if (context.Request.Headers.Host.Count == 0) context.Request.Host = new HostString("localhost");
        return next(context);
    });

    /// <summary>Whether the call names one host that there could be, or none, and a scheme that is ours.</summary>
    public static bool AreSound(HttpRequest request) =>
        (request.Headers.Host is [] || (request.Headers.Host is [{ } asked] && IsSound(asked))) && request.Scheme is "http" or "https";

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }

    private static bool IsSound(string asked)
    {
        if (asked == lastSound) return true;
        if (!IsHost(asked)) return false;
        lastSound = asked;
        return true;
    }

    private static bool IsHost(string asked)
    {
        var end = asked.StartsWith('[') ? asked.IndexOf(']', StringComparison.Ordinal) + 1 : asked.IndexOf(':', StringComparison.Ordinal);
        var name = end < 0 ? asked : asked[..end];
        return IsName(name) && (name.Length == asked.Length || IsPort(asked[name.Length..]));
    }

    private static bool IsName(string name)
    {
        if (name.Length is 0 or > LongestName || !Ascii.IsValid(name)) return false;
        if (name[0] != '[') return Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4;
        var address = name[1..^1];
        return !address.Contains('%', StringComparison.Ordinal) && IPAddress.TryParse(address, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6;
    }

    private static bool IsPort(string port) =>
        port[0] == ':' && ushort.TryParse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;
}
