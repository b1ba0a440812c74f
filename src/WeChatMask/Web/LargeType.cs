namespace WeChatMask.Web;

/// <summary>Large type for those who want it: one cookie, set by a link, read by the layout.</summary>
public static class LargeType
{
    private const string Cookie = "wm_large";
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(365);

    /// <summary>Whether a cookie is not this one.</summary>
    public static bool IsOther(string cookie) => cookie != Cookie;

    public static bool IsChosen(HttpContext context) => context.Request.Cookies[Cookie] == "1";

    /// <summary>The link that turns it on or off and comes back to the same page.</summary>
    public static string SwitchLink(HttpContext context) => "/large-type" + QueryString.Create(new KeyValuePair<string, string?>[]
    {
        new("on", IsChosen(context) ? "0" : "1"),
        new("returnUrl", context.Request.Path + context.Request.QueryString),
    });

    internal static IResult Choose(HttpContext context)
    {
        var options = new CookieOptions
        {
            HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/", MaxAge = Remembered, IsEssential = true,
        };
        if (context.Request.Query["on"] == "1") context.Response.Cookies.Append(Cookie, "1", options);
        else context.Response.Cookies.Delete(Cookie, options);
        return LocalRedirects.To(SiteLinks.LocalPath(context.Request.Query["returnUrl"]));
    }
}
