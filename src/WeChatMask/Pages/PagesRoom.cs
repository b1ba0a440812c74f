using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.WebEncoders;
using WeChatMask.Pages.Resident;

namespace WeChatMask.Pages;

/// <summary>What people see.</summary>
public static class PagesRoom
{
    public static void AddPages(this IServiceCollection services)
    {
        services.Configure<WebEncoderOptions>(o => o.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddLocalization();
        services.AddAntiforgery(o => o.Cookie.Name = "wm_form");
        services.AddSingleton<PageFormatter>().AddSingleton<PolicyFormatter>().AddSingleton<PolicyChangeFormatter>().AddSingleton<RefusalFormatter>().AddSingleton<BookingDetailsReader>();
        services.AddRazorPages().AddMvcOptions(o => o.Filters.Add<PageMethods>());
    }

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        routes.MapStaticAssets().AllowAnonymous();
        routes.MapRazorPages().WithStaticAssets();
    }
}
