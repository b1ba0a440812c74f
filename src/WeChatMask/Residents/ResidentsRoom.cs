using WeChatMask.Web;

namespace WeChatMask.Residents;

/// <summary>Accounts and the persons they look after: log-in, registration, the registry, own data, erasure.</summary>
public static class ResidentsRoom
{
    public static void AddResidents(this IServiceCollection services)
    {
        services.AddSingleton<ResidentStore>().AddSingleton<ResidentQueries>().AddSingleton<FamilyStore>().AddSingleton<Registration>().AddSingleton<LoginStore>();
        services.AddSingleton<LoginCodeStore>().AddSingleton<LoginCodes>().AddSingleton<LoginProofs>().AddSingleton<WaitingLine>();
        services.AddSingleton<RetentionQueries>().AddSingleton<PurgeStore>().AddSingleton<ErasureStore>().AddSingleton<MyDataQueries>();
        services.AddSingleton<RegistryGuard>().AddSingleton<EligibilityStore>().AddSingleton<ProofStore>();
        services.AddHostedService<ProofFilling>();
        services.AddHttpClient<RegistryClient>();
    }

    public static void MapResidents(this IEndpointRouteBuilder routes)
    {
        var residents = routes.MapResidentApi("/api");
        residents.MapGet("/me", ResidentEndpoints.MeAsync).Produces<Me>();
        residents.MapPost("/residents", ResidentEndpoints.AddAsync).Produces<ResidentView>(StatusCodes.Status201Created);
        residents.MapDelete("/residents/{id}", ResidentEndpoints.RemoveAsync).Produces(StatusCodes.Status204NoContent);
        var login = routes.MapGroup(LoginEndpoints.StartPath).AllowAnonymous().RequireRateLimiting(RateLimits.PerAddress).ExcludeFromDescription();
        login.MapGet("", LoginEndpoints.StartAsync).NoStore();
        login.MapGet("/line", LoginEndpoints.Wait).NoStore();
        login.MapGet("/callback", LoginEndpoints.FinishAsync).NoStore();
        login.MapGet("/account.svg", LoginEndpoints.AccountCodeAsync);
        routes.MapGet("/staff/wechat", StaffWeChat.Start).AllowAnonymous().RequireRateLimiting(RateLimits.PerAddress).NoStore().ExcludeFromDescription();
    }
}
