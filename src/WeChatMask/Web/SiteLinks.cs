using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Web;

/// <summary>Whole addresses of our pages, for where a path alone leads nowhere: chats, menus, messages.</summary>
public sealed class SiteLinks(IOptionsMonitor<SiteSettings> site, IHttpContextAccessor accessor)
{
    /// <summary>The address of a path of this site. Without <c>Site:PublicBaseUrl</c> it is on the host that was asked.</summary>
    public string To(string path) => site.CurrentValue.PublicBaseUrl.TrimEnd('/') is { Length: > 0 } configured
        ? configured + path
        : accessor.HttpContext is { Request: { } request } ? $"{request.Scheme}://{request.Host}{path}" : path;

    /// <summary>Where the browser goes on at once: on one machine the address that was asked, since nodes differ in their ports; else <c>Site:PublicBaseUrl</c>, whatever host a stranger names.</summary>
    internal static string Home(HttpRequest request, SiteSettings site)
    {
        var asked = $"{request.Scheme}://{request.Host}";
        return site.PublicBaseUrl.Length == 0 || new Uri(asked).IsLoopback ? asked : site.PublicBaseUrl.TrimEnd('/');
    }

    /// <summary>A path of this site, or home. Two slashes, backslashes and control characters would leave the site in some browsers.</summary>
    internal static string LocalPath(string? path) =>
        path is { Length: > 0 and <= 512 } && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\'))
            && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl)
            ? path
            : "/";
}
