using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Counter;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>The counter on a phone: its camera, or the form for a hand scanner and for typing.</summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
[CodeReaderPage]
public sealed class ScanModel(CounterLines counter, RefusalResults refusals, FieldFaults fields, CityCalendar calendar, IStringLocalizer<Text.Staff> text)
    : OneBookingPage(counter, refusals, fields, calendar, text)
{
    public void OnGet()
    {
        // Nothing to prepare; the handler's presence keeps other methods out.
    }

    protected override Task LoadAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
