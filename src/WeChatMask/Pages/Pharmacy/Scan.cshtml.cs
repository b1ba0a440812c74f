using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using WeChatMask.Redemptions;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>The counter's form alone, for a phone or a hand scanner.</summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
public sealed class ScanModel(CounterAttempts attempts, RedemptionStore store, RedemptionViews views, Refused refused)
    : CounterPage(attempts, store, views, refused)
{
    /// <summary>Shows the form.</summary>
    public void OnGet()
    {
        // Nothing to prepare; the handler's presence keeps other methods out.
    }

    /// <inheritdoc />
    protected override Task LoadAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
