using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace WeChatMask.Sandbox;

/// <summary>The language of the sandbox's own pages and answers: as chosen, else as the browser prefers, else Chinese. The product speaks Chinese to everybody.</summary>
internal static class SandboxLanguage
{
    private const string Key = "lang";
    private const string Cookie = "sandbox_lang";
    private const string Chinese = "zh-CN";

    // Without it a browser that prefers another sort of Chinese would be given its second choice.
    private static readonly string[] Known = [Chinese, "zh", "en"];

    /// <summary>The language of what is being answered, as HTML names it.</summary>
    public static string Current => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? "en" : Chinese;

    /// <summary>Lets what is said under <c>/sandbox</c> be in its caller's language. Numbers and dates stay as they are written everywhere.</summary>
    public static void UseSandboxLanguage(this WebApplication app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments("/sandbox", StringComparison.Ordinal),
        branch => branch.UseRequestLocalization(new RequestLocalizationOptions
        {
            DefaultRequestCulture = new RequestCulture(CultureInfo.CurrentCulture, CultureInfo.GetCultureInfo(Chinese)),
            SupportedCultures = [CultureInfo.CurrentCulture],
            SupportedUICultures = [.. Known.Select(CultureInfo.GetCultureInfo)],
            RequestCultureProviders =
            [
                new QueryStringRequestCultureProvider { QueryStringKey = Key, UIQueryStringKey = Key },
                new CookieRequestCultureProvider { CookieName = Cookie },
                new AcceptLanguageHeaderRequestCultureProvider(),
            ],
        }));

    /// <summary>Remembers a language that was chosen by the page's link; false when none was.</summary>
    public static bool Choose(HttpContext context)
    {
        if (context.Request.Query[Key].Count == 0) return false;
        context.Response.Cookies.Append(
            Cookie,
            CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture)),
            new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/sandbox", IsEssential = true });
        return true;
    }
}
