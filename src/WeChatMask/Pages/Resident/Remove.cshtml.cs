using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.Domain;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>Says what becomes of a person's bookings and particulars, and when; asks, and removes them from the account.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class RemoveModel(
    MyDataQueries queries, FamilyNames family, RetentionQueries retention, PolicyQueries policies, ResidentStore store, CityCalendar calendar, RefusalFormatter refusals)
    : PageModel
{
    public MyPerson Person { get; private set; } = null!;

    public string Name { get; private set; } = "";

    /// <summary>The booking that has to be collected or given back first.</summary>
    public MyBooking? Open { get; private set; }

    public bool HasBooked { get; private set; }

    /// <summary>The day by which the last line of a public list is taken down.</summary>
    public DateOnly? ListedUntil { get; private set; }

    /// <summary>The first day on which nothing is left, if the person is removed today.</summary>
    public DateOnly TraceGone { get; private set; }

    /// <summary>Days from now for which a removed person still counts among those that an account may have.</summary>
    public int CountedDays { get; private set; }

    public RefusalView? Refusal { get; private set; }

    public async Task<IActionResult> OnGetAsync(long id, CancellationToken cancellationToken)
    {
        var key = id.ToString(CultureInfo.InvariantCulture);
        var kept = await queries.OfAsync(User.AccountId(), cancellationToken);
        // Removed already, maybe by the first of two presses.
        if (kept?.Residents.FirstOrDefault(p => p.Id == key && p.RemovedAt is null) is not { } person) return LocalRedirect("/residents");
        Person = person;
        Name = (await family.OfAsync(User.AccountId(), cancellationToken)).GetValueOrDefault(id, person.Name);
        var bookings = kept.Bookings.Where(b => b.ResidentId == key).ToList();
        HasBooked = bookings.Count > 0;
        Open = bookings.Find(b => b.Status == BookingStatus.Booked);
        ListedUntil = bookings.Max(b => b.ListedUntil);
        var gone = (await retention.GetAsync(cancellationToken) ?? new RetentionTimes(0, 0)).HoldGone(calendar.Today);
        TraceGone = person.Cooldown?.DestroyedBy is { } hold && hold > gone ? hold : gone;
        CountedDays = (await policies.TodayAsync(cancellationToken))?.CooldownDays ?? 0;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(long id, CancellationToken cancellationToken)
    {
        var refusal = await store.RemoveAsync(User.AccountId(), id, cancellationToken);
        var shown = await OnGetAsync(id, cancellationToken);
        if (refusal == Domain.Refusal.None || shown is not PageResult) return LocalRedirect("/residents");
        Refusal = refusals.Of(refusal);
        Response.StatusCode = RefusalResults.Status(refusal);
        return shown;
    }
}
