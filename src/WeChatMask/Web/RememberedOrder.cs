namespace WeChatMask.Web;

/// <summary>The order in which somebody wants a list, kept in the browser.</summary>
public static class RememberedOrder
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(180);

    /// <summary>What is asked for now, and is remembered; else what was; else the first one.</summary>
    public static string Of(HttpContext context, string list, string? asked, IReadOnlyList<string> orders)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(orders);
        var cookie = $"wm_order_{list}";
        if (orders.FirstOrDefault(o => o == asked) is not { } chosen) return orders.FirstOrDefault(o => o == context.Request.Cookies[cookie]) ?? orders[0];
        context.Response.Cookies.Append(cookie, chosen, new CookieOptions
        {
            HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/", MaxAge = Remembered, IsEssential = true,
        });
        return chosen;
    }
}
