using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.WeChat;
using WeChatMask.Web;

namespace WeChatMask.OfficialAccount;

/// <summary>Signs our own pages for WeChat's JS-SDK, so that a page can use its scanner.</summary>
public static class SignatureEndpoints
{
    private const int LongestAddress = 2_048;
    private const int NonceLetters = 16;

    internal static async Task<IResult> SignAsync(
        HttpContext context, Credentials credentials, CityCalendar calendar, IOptionsMonitor<WeChatSettings> weChat,
        IOptionsMonitor<SiteSettings> site, RefusalResults refusals, CancellationToken cancellationToken, string? url = null)
    {
        if (!IsOurs(url, context.Request, site.CurrentValue)) return refusals.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_url");
        try
        {
            var ticket = await credentials.Ticket.GetAsync(cancellationToken);
            var nonce = RandomNumberGenerator.GetHexString(NonceLetters, lowercase: true);
            var seconds = calendar.Now.ToUnixTimeSeconds();
            return TypedResults.Ok(new PageSignature(weChat.CurrentValue.AppId, seconds, nonce, JsSdkSignature.Of(ticket, nonce, seconds, url!)));
        }
        catch (WeChatApiException)
        {
            return refusals.Plain(StatusCodes.Status503ServiceUnavailable, "wechat_unavailable");
        }
    }

    // The site's own address; on one machine also the one that was asked, since nodes differ in their ports.
    private static bool IsOurs(string? url, HttpRequest request, SiteSettings site)
    {
        if (url is not { Length: > 0 and <= LongestAddress } || url.Any(char.IsControl)) return false;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var page) || page.UserInfo.Length > 0) return false;
        if (site.PublicBaseUrl.Length > 0 && IsSameSite(page, site.PublicBaseUrl)) return true;
        return IsSameSite(page, SiteLinks.Home(request, site));
    }

    private static bool IsSameSite(Uri page, string site) => Uri.TryCreate(site, UriKind.Absolute, out var ours)
        && Uri.Compare(page, ours, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;
}

/// <summary>What <c>wx.config</c> needs beside the list of functions; the time in Unix seconds. WeChat writes the capital S.</summary>
public sealed record PageSignature(string AppId, long Timestamp, string NonceStr, string Signature);
