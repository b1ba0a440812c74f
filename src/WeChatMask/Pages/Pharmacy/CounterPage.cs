using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Domain;
using WeChatMask.Redemptions;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>The counter's form as a plain form post; <c>counter.js</c> sends the same to the API where scripts run.</summary>
public abstract class CounterPage(CounterAttempts attempts, RedemptionStore store, RedemptionViews views, Refused refused) : PageModel
{
    private const string VoucherStart = "WM1.";

    /// <summary>A scanned voucher or a typed booking number.</summary>
    [BindProperty]
    public string? Code { get; set; }

    /// <summary>Last four characters of the booker's card.</summary>
    [BindProperty]
    public string? LastFour { get; set; }

    /// <summary>Name of whoever collects for the booker.</summary>
    [BindProperty]
    public string? ProxyName { get; set; }

    /// <summary>Identity number of whoever collects for the booker.</summary>
    [BindProperty]
    public string? ProxyIdNumber { get; set; }

    /// <summary>How many are handed over.</summary>
    [BindProperty]
    public int? Units { get; set; }

    /// <summary>Keeps a form that is sent twice from handing over twice.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    /// <summary>What the last post found.</summary>
    public RedemptionView? Result { get; private set; }

    /// <summary>Why the last post could not be judged.</summary>
    public string? Message { get; private set; }

    /// <summary>A fresh id for the form, or the posted one while its attempt has not succeeded.</summary>
    public string FormRequestId =>
        RequestId is { Length: > 0 } posted && Result?.Verdict != Verdict.Redeemed ? posted : Guid.NewGuid().ToString("N");

    /// <summary>Looks only.</summary>
    public Task<IActionResult> OnPostCheckAsync(CancellationToken cancellationToken) => JudgeAsync(store.CheckAsync, cancellationToken);

    /// <summary>Hands over.</summary>
    public Task<IActionResult> OnPostRedeemAsync(CancellationToken cancellationToken) => JudgeAsync(store.RedeemAsync, cancellationToken);

    /// <summary>Reads what the page shows besides the form.</summary>
    protected abstract Task LoadAsync(CancellationToken cancellationToken);

    private async Task<IActionResult> JudgeAsync(
        Func<Counter, CounterAttempt, CancellationToken, Task<CounterAnswer>> judge, CancellationToken cancellationToken)
    {
        var refusal = attempts.Read(Body(), requestIdNeeded: true, out var attempt);
        if (refusal == Refusal.None)
        {
            var answer = await judge(Counter.Of(User.Staff()), attempt!, cancellationToken);
            refusal = answer.Refusal;
            if (refusal == Refusal.None) Result = views.Of(answer);
        }

        if (refusal != Refusal.None) Message = refused.Sentence(refusal);
        // The fields show what was posted only where it must be corrected.
        ModelState.Clear();
        await LoadAsync(cancellationToken);
        return Page();
    }

    private RedemptionBody Body()
    {
        var code = Code?.Trim() ?? "";
        var voucher = code.StartsWith(VoucherStart, StringComparison.OrdinalIgnoreCase);
        var proxy = string.IsNullOrWhiteSpace(ProxyName) && string.IsNullOrWhiteSpace(ProxyIdNumber) ? null : new ProxyBody(ProxyName, ProxyIdNumber);
        return new RedemptionBody(voucher ? code : null, voucher ? null : code, LastFour, proxy, RequestId, Units);
    }
}
