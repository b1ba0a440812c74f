using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>The city's pharmacies and staff. At each request of staff it is asked whether the cookie's holder still works here.</summary>
public static class CityRoom
{
    /// <summary>Call after the sessions of <see cref="WebRoom"/>.</summary>
    public static IServiceCollection AddCity(this IServiceCollection services)
    {
        services.AddSingleton<CityStore>().AddSingleton<CityImport>().AddSingleton<CityQueries>().AddSingleton<PharmacyStatusStore>().AddSingleton<PharmacyListStore>().AddSingleton<NewPharmacyStore>().AddSingleton<StaffStore>();
        services.AddSingleton<StaffLinkStore>().AddSingleton<StaffAccountStore>().AddSingleton<StaffAccountQueries>().AddSingleton<StaffProofStore>().AddSingleton<OwnAccountStore>();
        services.AddSingleton<LoginLimitStore>().AddSingleton<PasswordHashing>().AddSingleton<IPasswordHasher<StaffRow>, PasswordHasher<StaffRow>>();
        services.AddHostedService<FirstAdministrator>();
        services.Configure<CookieAuthenticationOptions>(Sessions.StaffScheme, o =>
        {
            var session = o.Events.OnValidatePrincipal;
            o.Events.OnValidatePrincipal = async context =>
            {
                await session(context);
                if (context.Principal is not null) await ValidateAsync(context);
            };
        });
        return services;
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var store = context.HttpContext.RequestServices.GetRequiredService<StaffStore>();
        var stands = context.Principal is { } user
            && await store.StandsAsync(user.Staff(), context.HttpContext.RequestAborted);
        if (stands) return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(Sessions.StaffScheme);
    }
}
