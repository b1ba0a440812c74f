using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using WeChatMask.WeChat;

namespace WeChatMask.Sandbox.Pages;

/// <summary>Plays WeChat's log-in page: a known phone is sent back with a code at once, an unknown one chooses who it is.</summary>
[AllowAnonymous]
public sealed class AuthorizeModel(WeChatCodes codes, IOptionsMonitor<WeChatSettings> settings) : PageModel
{
    /// <summary>Whether the request could not be followed; the page then says so.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>The parameters that a choice has to carry on.</summary>
    public IReadOnlyDictionary<string, string> Carried { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The address of a choice.</summary>
    public string LinkFor(string openId) => QueryHelpers.AddQueryString(
        Request.Path, Carried.Append(new("openid", openId)).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value)));

    /// <summary>Sends back with a code, or shows the choice.</summary>
    public IActionResult OnGet()
    {
        Response.Headers.CacheControl = "no-store";
        var query = Request.Query;
        var redirect = query["redirect_uri"].ToString();
        if (query["appid"].ToString() != settings.CurrentValue.AppId
            || query["response_type"].ToString() != "code"
            || query["scope"].ToString() is not ("snsapi_base" or "snsapi_userinfo")
            || !IsOnThisMachine(redirect))
        {
            IsRefused = true;
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return Page();
        }

        var openId = query["openid"].ToString() is { Length: > 0 } named ? named : Request.Cookies[DemoPhones.Cookie];
        if (PhoneEndpoints.IsOpenId(openId))
        {
            var answer = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["code"] = codes.Issue(openId!),
                ["state"] = query["state"].ToString(),
            };
            return Redirect(QueryHelpers.AddQueryString(new Uri(redirect).AbsoluteUri, answer));
        }

        Carried = query.Where(q => q.Key != "openid").ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal);
        return Page();
    }

    // The account's console names the domains that codes may go to; the sandbox's are this machine's.
    private static bool IsOnThisMachine(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri!.IsLoopback;
}
