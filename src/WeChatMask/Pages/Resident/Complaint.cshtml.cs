using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.Cases;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>One of the account's own cases: what was written, how far it has come, what came out.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class ComplaintModel(CaseQueries queries, CityCalendar calendar) : PageModel
{
    /// <summary>Null where the account has no case of that number.</summary>
    public Case? Case { get; private set; }

    public bool WasSent { get; private set; }

    public bool IsLate => Case!.IsLate(calendar.Now);

    /// <summary>What was done; a pharmacy's answer and the question to it are the supervisor's to read.</summary>
    public IReadOnlyList<CaseStep> Steps { get; private set; } = [];

    /// <summary>The outcome's sentence.</summary>
    public string Words => Steps.LastOrDefault(s => s.Act == CaseAct.Close)?.Words ?? "";

    public async Task OnGetAsync(string number, bool sent, CancellationToken cancellationToken)
    {
        WasSent = sent;
        Case = BookingNumber.TryParse(number, out var exact) ? await queries.FindOwnAsync(User.AccountId(), exact, cancellationToken) : null;
        if (Case is null) Response.StatusCode = StatusCodes.Status404NotFound;
        else Steps = await queries.StepsAsync(Case.Id, cancellationToken);
    }
}
