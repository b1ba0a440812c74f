using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Counter;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>The counter's day: what is to be handed out in which slot, and the form to do it.</summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class IndexModel(
    CounterLines counter, RefusalResults refusals, FieldFaults fields, PharmacyDays days, CityCalendar calendar, IStringLocalizer<Text.Staff> text)
    : OneBookingPage(counter, refusals, fields, calendar, text)
{
    /// <summary>The day; not read for a page that is all verdict.</summary>
    public PharmacyDay? Day { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    protected override async Task LoadAsync(CancellationToken cancellationToken) =>
        Day = await days.ReadAsync(Clerk.Of(User.Staff()).PharmacyId, cancellationToken);
}
