using WeChatMask.City;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>The story's last step: the visitor becomes the clerk of the pharmacy where a phone has booked.</summary>
internal static class CounterDoor
{
    private const string Counter = "/pharmacy";
    private const string LogIn = "/staff/login?returnUrl=%2Fpharmacy";

    /// <summary>Maps <c>POST /sandbox/counter?phone=…</c>. It logs in as a clerk would, by the demo password, and leads to the counter.</summary>
    public static void MapCounterDoor(this IEndpointRouteBuilder sandbox) => sandbox.MapPost("/counter", OpenAsync);

    private static async Task<IResult> OpenAsync(
        HttpContext context, PhoneStates phones, StaffStore staff, LoginLimitStore limits, CityFile city, CancellationToken cancellationToken, string? phone = null)
    {
        var booking = PhoneEndpoints.IsOpenId(phone) ? (await phones.ReadAsync(phone!, cancellationToken)).Booking : null;
        var clerk = booking?.Clerk ?? DemoStaffStore.ClerkPrefix + city.Pharmacies[0].Code.ToLowerInvariant();
        var caller = LoginCaller.Of(context);
        caller.Keep(context);
        var answer = await staff.VerifyAsync(clerk, DemoStaffStore.ClerkPassword, caller, cancellationToken);
        var session = NewSession.Of(context, SessionKind.Staff);
        // Whoever gave the clerk another password knows it, and types it.
        if (answer.Staff is not { } row || !await staff.BeginAsync(row, session, cancellationToken)) return TypedResults.LocalRedirect(LogIn);
        await limits.RememberAsync(row.Id, caller, cancellationToken);
        await context.SignInStaffAsync(session, row.Id, row.Username, row.Role, row.PharmacyId);
        return TypedResults.LocalRedirect(Counter);
    }
}
