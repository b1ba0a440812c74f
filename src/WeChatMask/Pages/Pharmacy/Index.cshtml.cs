using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Pharmacies;
using WeChatMask.Redemptions;
using WeChatMask.Rounds;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>The counter's day: what is to be handed out in which slot, and the form to do it.</summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
public sealed class IndexModel(
    CounterAttempts attempts, RedemptionStore store, RedemptionViews views, Refused refused,
    CounterQueries queries, PharmacyLists lists, RoundQueries rounds, CityCalendar calendar, IStringLocalizer<Text.Staff> text)
    : CounterPage(attempts, store, views, refused)
{
    private const int RoundsShown = 7;

    /// <summary>The pharmacy's name.</summary>
    public string PharmacyName { get; private set; } = "";

    /// <summary>Today in the city.</summary>
    public DateOnly Today => calendar.Today;

    /// <summary>Today's pickup by slot, the sum last; empty when nothing is handed out.</summary>
    public IReadOnlyList<SlotFigures> Slots { get; private set; } = [];

    /// <summary>Dates of the newest lists.</summary>
    public IReadOnlyList<string> Lists { get; private set; } = [];

    /// <summary>Shows the day.</summary>
    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    /// <inheritdoc />
    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var pharmacy = Counter.Of(User.Staff()).PharmacyId;
        PharmacyName = (await queries.PharmacyAsync(pharmacy, cancellationToken))?.Name ?? "";
        Lists =
        [
            .. (await rounds.NewestAsync(RoundsShown, cancellationToken)).Where(r => r.Row.PublishedAt is not null)
                .Select(r => r.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        ];
        if (await rounds.FindByPickupAsync(calendar.Today, cancellationToken) is not { } round) return;
        var counts = await queries.SlotsAsync(round.Date, pharmacy, cancellationToken);
        if (counts.Count == 0) return;
        Slots =
        [
            .. counts.GroupBy(c => (c.SlotStartsAt, c.SlotEndsAt))
                .Select(g => SlotFigures.Of(lists.SlotText(g.Key.SlotStartsAt, g.Key.SlotEndsAt, round), g)),
            SlotFigures.Of(text["Total"], counts),
        ];
    }
}

/// <summary>Bookings of one slot by what became of them.</summary>
public sealed record SlotFigures(string Name, int Waiting, int Redeemed, int Lapsed, int Cancelled)
{
    /// <summary>Adds counts up.</summary>
    public static SlotFigures Of(string name, IEnumerable<SlotCount> counts)
    {
        var sums = counts.ToLookup(c => c.Status, c => c.Bookings);
        return new SlotFigures(
            name, sums[BookingStatus.Booked].Sum(), sums[BookingStatus.Redeemed].Sum(), sums[BookingStatus.Lapsed].Sum(), sums[BookingStatus.Cancelled].Sum());
    }
}
