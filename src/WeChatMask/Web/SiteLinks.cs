using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Web;

/// <summary>Whole addresses of our pages, for where a path alone leads nowhere: chats, menus, messages.</summary>
public sealed class SiteLinks(IOptionsMonitor<SiteSettings> site)
{
    // It waits in a cookie while somebody logs in, and a browser keeps none above 4 KB.
    private const int LongestPath = 1024;

    // Not by the framework's accessor, of which each of the thousands who follow the board would hold a part.
    private readonly AsyncLocal<string?> address = new();

    /// <summary>The address of a path of this site. Without <c>Site:PublicBaseUrl</c> it is on the host that was asked.</summary>
    public string To(string path) => site.CurrentValue.PublicBaseUrl.TrimEnd('/') is { Length: > 0 } configured
        ? configured + path
        : address.Value + path;

    /// <summary>Remembers for the length of a call on which address it came, where no other is configured.</summary>
    internal void Remember(HttpRequest request)
    {
        if (site.CurrentValue.PublicBaseUrl.Length == 0) address.Value = $"{request.Scheme}://{request.Host}";
    }

    /// <summary>Where the browser goes on at once: on one machine the address that was asked, since nodes differ in their ports; else <c>Site:PublicBaseUrl</c>, whatever host a stranger names.</summary>
    internal static string Home(HttpRequest request, SiteSettings site)
    {
        var asked = $"{request.Scheme}://{request.Host}";
        return site.PublicBaseUrl.Length == 0 || new Uri(asked).IsLoopback ? asked : site.PublicBaseUrl.TrimEnd('/');
    }

    /// <summary>Where somebody asks to go on, as it stands in an address; home for whatever is no path of this site or too long to be remembered.</summary>
    /// <remarks>Two slashes, backslashes and control characters would leave the site in some browsers.</remarks>
    internal static string LocalPath(string? path)
    {
        var isLocal = path is { Length: > 0 and <= LongestPath } && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\'))
            && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl);
        return isLocal && LocalRedirects.Encoded(path!) is { Length: <= LongestPath } encoded ? encoded : "/";
    }
}
