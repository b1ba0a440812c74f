using Microsoft.AspNetCore.Authentication;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Web;

namespace WeChatMask.Residents;

/// <summary>Whom a log-in by WeChat is for.</summary>
public enum LoginFor
{
    Resident,

    /// <summary>A clerk who has bound the account logs in.</summary>
    Clerk,

    /// <summary>A clerk who is logged in binds it.</summary>
    Binding,
}

/// <summary>What comes of WeChat's answer for staff: it goes the residents' way out and back, and ends here.</summary>
internal static class StaffWeChat
{
    public static IResult Start(HttpContext context) => TypedResults.Redirect(LoginEndpoints.Begin(context, "/pharmacy", LoginFor.Clerk));

    /// <summary>Spends the state and logs in or binds, both or neither; null when the state was spent before.</summary>
    public static Task<IResult?> FinishAsync(HttpContext context, LoginTicket ticket, string stateHash, string openId, CancellationToken cancellationToken) =>
        ticket.Purpose == LoginFor.Binding
            ? BindAsync(context, ticket, stateHash, openId, cancellationToken)
            : LogInAsync(context, ticket, stateHash, openId, cancellationToken);

    /// <summary>The member of staff who is logged in here, or null.</summary>
    public static async Task<long?> IdAsync(HttpContext context) => (await context.AuthenticateAsync(Sessions.StaffScheme)).Principal?.Staff().Id;

    private static async Task<IResult?> LogInAsync(
        HttpContext context, LoginTicket ticket, string stateHash, string openId, CancellationToken cancellationToken)
    {
        var own = context.RequestServices.GetRequiredService<OwnAccountStore>();
        var session = NewSession.Of(context, SessionKind.Staff);
        var (isNew, staff) = await context.RequestServices.GetRequiredService<Database>().WriteAsync(
            async transaction =>
            {
                if (await LoginStore.IsSpentAsync(transaction, stateHash)) return (false, (StaffProofs?)null);
                var found = await own.LogInByWeChatAsync(transaction, openId, session);
                await LoginStore.SpendAsync(transaction, stateHash, ticket.ForgottenAt, found?.Id ?? 0);
                return (true, found);
            },
            cancellationToken);
        if (!isNew) return null;
        if (staff is null) return LocalRedirects.To("/staff/login?notBound=true");
        if (staff.HasTotp)
        {
            new HalfWay(staff.Id, staff.Stamp, ticket.ReturnUrl).Keep(context);
            return LocalRedirects.To(HalfWay.Address);
        }

        await context.RequestServices.GetRequiredService<LoginLimitStore>().RememberAsync(staff.Id, context, cancellationToken);
        await context.SignInStaffAsync(session, staff.Id, staff.Username, staff.Role, staff.PharmacyId);
        return LocalRedirects.To(ticket.ReturnUrl);
    }

    private static async Task<IResult?> BindAsync(
        HttpContext context, LoginTicket ticket, string stateHash, string openId, CancellationToken cancellationToken)
    {
        // The same person is still logged in: a binding that was begun by another one ends here.
        if (await IdAsync(context) != ticket.StaffId) return null;
        var own = context.RequestServices.GetRequiredService<OwnAccountStore>();
        var (isNew, fault) = await context.RequestServices.GetRequiredService<Database>().WriteAsync(
            async transaction =>
            {
                if (await LoginStore.IsSpentAsync(transaction, stateHash)) return (false, ProofFault.None);
                var bound = await own.BindAsync(transaction, ticket.StaffId, openId);
                await LoginStore.SpendAsync(transaction, stateHash, ticket.ForgottenAt, ticket.StaffId);
                return (true, bound);
            },
            cancellationToken);
        return isNew ? LocalRedirects.To($"{ticket.ReturnUrl}?bound={fault}") : null;
    }
}
