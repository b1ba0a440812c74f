using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Counter;

/// <summary>Puts together what a pharmacy's day looks like: figures by slot, the newest hand-overs, the lists.</summary>
public sealed class PharmacyDays(
    CounterQueries queries, PharmacyLists lists, RoundQueries rounds, PersonalData personal, CityCalendar calendar, IStringLocalizer<Text.Staff> text)
{
    private const int RoundsShown = 7;
    private const int HandOversShown = 10;
    private const int EndingLength = 4;

    /// <summary>A pharmacy's day as of now.</summary>
    public async Task<PharmacyDay> ReadAsync(long pharmacy, CancellationToken cancellationToken)
    {
        var today = calendar.Today;
        var newest = await rounds.NewestAsync(RoundsShown, cancellationToken);
        var round = await rounds.FindByPickupAsync(today, cancellationToken);
        var counts = round is null ? [] : await queries.SlotsAsync(round.Date, pharmacy, cancellationToken);
        var handOvers = round is null ? [] : await queries.HandOversAsync(round.Date, pharmacy, HandOversShown, cancellationToken);
        return new PharmacyDay(
            (await queries.PharmacyAsync(pharmacy, cancellationToken))?.Name ?? "",
            today,
            round,
            newest.Where(r => r.Row.PickupDate > today).MinBy(r => r.Row.PickupDate),
            [.. counts.GroupBy(c => (c.SlotStartsAt, c.SlotEndsAt)).OrderBy(g => g.Key.SlotStartsAt is null).Select(g => FiguresOf(g.Key.SlotStartsAt, g.Key.SlotEndsAt, round!, g))],
            SlotFigures.Of(text["Total"], counts),
            round is null ? new Takings() : await queries.TakingsAsync(round.Date, pharmacy, cancellationToken),
            [.. handOvers.Select(h => View(h, round!))],
            [.. newest.Where(r => r.Row.PublishedAt is not null && r.KeepsPersonalData(today)).Select(r => r.Date)]);
    }

    /// <summary>The newest hand-over of a pharmacy's booking, or none.</summary>
    public async Task<HandOver?> HandOverAsync(string number, long pharmacy, CancellationToken cancellationToken) =>
        await queries.HandOverAsync(number, pharmacy, cancellationToken) is { } row && await rounds.FindAsync(row.RoundDate, cancellationToken) is { } round
            ? View(row, round)
            : null;

    /// <summary>The newest hand-over of a booking of whichever pharmacy, for a supervisor, who may take it back at any time.</summary>
    public async Task<(HandOver HandOver, string Pharmacy)?> HandOverAsync(string number, CancellationToken cancellationToken) =>
        await queries.HandOverAsync(number, cancellationToken) is { } row && await rounds.FindAsync(row.RoundDate, cancellationToken) is { } round
            ? (View(row, round) with { MayVoid = row.VoidedAt is null }, row.Pharmacy)
            : null;

    private SlotFigures FiguresOf(DateTimeOffset? starts, DateTimeOffset? ends, RoundState round, IEnumerable<SlotCount> counts)
    {
        var now = calendar.Now;
        // Who cancelled before the slots were given out has none.
        var name = lists.SlotText(starts, ends, round) is { Length: > 0 } slot ? slot : text["Slot_None"].Value;
        return SlotFigures.Of(name, counts) with { IsNow = starts <= now && now < ends, IsOver = ends <= now };
    }

    private HandOver View(HandOverRow row, RoundState round) => new(
        row.Number, row.Number[^EndingLength..], row.Serial, Masking.Name(personal.Decrypt(row.Name)), row.Units, round.Policy.Goods.Unit, Money.Yuan(row.AmountFen), row.ByProxy,
        calendar.Local(row.RedeemedAt).ToString("HH:mm", CultureInfo.InvariantCulture), row.VoidedAt is not null,
        row.VoidedAt is null && calendar.Now - row.RedeemedAt <= RedemptionRules.VoidTime);
}

/// <summary>A pharmacy's day.</summary>
/// <param name="Pharmacy">Its name.</param>
/// <param name="Today">The day.</param>
/// <param name="Round">The round handed out, or none.</param>
/// <param name="Next">The next one after today that is known.</param>
/// <param name="Slots">Figures by slot.</param>
/// <param name="Total">Their sum.</param>
/// <param name="Takings">What was handed over and taken in.</param>
/// <param name="HandOvers">The newest hand-overs.</param>
/// <param name="Lists">Days of the lists that can be read.</param>
public sealed record PharmacyDay(
    string Pharmacy, DateOnly Today, RoundState? Round, RoundState? Next, IReadOnlyList<SlotFigures> Slots, SlotFigures Total,
    Takings Takings, IReadOnlyList<HandOver> HandOvers, IReadOnlyList<DateOnly> Lists);

/// <summary>Bookings of one slot by what became of them.</summary>
public sealed record SlotFigures(string Name, int Waiting, int Redeemed, int Lapsed, int Cancelled)
{
    /// <summary>Whether the slot is running.</summary>
    public bool IsNow { get; init; }

    /// <summary>Whether the slot has passed.</summary>
    public bool IsOver { get; init; }

    /// <summary>What is or was to be handed out.</summary>
    public int Due => Waiting + Redeemed + Lapsed;

    /// <summary>Adds counts up.</summary>
    public static SlotFigures Of(string name, IEnumerable<SlotCount> counts)
    {
        var sums = counts.ToLookup(c => c.Status, c => c.Bookings);
        return new SlotFigures(
            name, sums[BookingStatus.Booked].Sum(), sums[BookingStatus.Redeemed].Sum(), sums[BookingStatus.Lapsed].Sum(), sums[BookingStatus.Cancelled].Sum());
    }
}

/// <summary>A hand-over as the counter's pages show it, with nothing in full.</summary>
/// <param name="Number">The booking number, for the address only.</param>
/// <param name="Ending">Its last four digits.</param>
/// <param name="Serial">The booking's serial.</param>
/// <param name="Name">Masked.</param>
/// <param name="Units">What was handed over.</param>
/// <param name="Unit">Measure word of the goods.</param>
/// <param name="Amount">What was paid.</param>
/// <param name="ByProxy">Whether somebody collected for the booker.</param>
/// <param name="At">City time.</param>
/// <param name="IsVoided">Whether it was taken back.</param>
/// <param name="MayVoid">Whether the clerk may take it back.</param>
public sealed record HandOver(
    string Number, string Ending, int Serial, string Name, int Units, string Unit, decimal Amount, bool ByProxy, string At, bool IsVoided, bool MayVoid);
