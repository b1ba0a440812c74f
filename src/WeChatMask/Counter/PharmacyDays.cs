using Microsoft.Extensions.Localization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Counter;

/// <summary>Puts together what a pharmacy's day looks like: figures by slot, the newest hand-overs, the lists.</summary>
public sealed class PharmacyDays(
    CounterQueries queries, PharmacyLists lists, RoundQueries rounds, PersonalData personal, CityCalendar calendar, CityFormatter format,
    IStringLocalizer<Text.Staff> text)
{
    private const int RoundsShown = 7;
    private const int HandOversShown = 10;
    private const int EndingLength = 4;

    public async Task<PharmacyDay> ReadAsync(long pharmacy, CancellationToken cancellationToken)
    {
        var today = calendar.Today;
        var newest = await rounds.NewestAsync(RoundsShown, cancellationToken);
        var round = await rounds.FindByPickupAsync(today, cancellationToken);
        var slots = round is null ? [] : await queries.SlotsAsync(round.Date, pharmacy, calendar.Now, cancellationToken);
        var handOvers = round is null ? [] : await queries.HandOversAsync(round.Date, pharmacy, HandOversShown, cancellationToken);
        return new PharmacyDay(
            (await queries.PharmacyAsync(pharmacy, cancellationToken))?.Name ?? "",
            today,
            round,
            newest.Where(r => r.PickupDate > today).MinBy(r => r.PickupDate),
            [.. slots.OrderBy(s => s.SlotStartsAt is null).Select(s => Named(s, round!))],
            Total(slots),
            round is null ? new Takings() : await queries.TakingsAsync(round.Date, pharmacy, cancellationToken),
            [.. handOvers.Select(h => View(h, round!))],
            [.. newest.Where(r => r.PublishedAt is not null && r.KeepsPersonalData(today)).Select(r => r.Date)]);
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

    internal SlotFigures Total(IReadOnlyCollection<SlotFigures> slots) => SlotFigures.Sum(slots) with { Name = text["Total"] };

    /// <summary>The next round after a day whose goods are handed out, as far as it is known.</summary>
    internal async Task<RoundState?> NextAfterAsync(DateOnly day, CancellationToken cancellationToken) =>
        (await rounds.NewestAsync(RoundsShown, cancellationToken)).Where(r => r.PickupDate > day).MinBy(r => r.PickupDate);

    internal SlotFigures Named(SlotFigures figures, RoundState round)
    {
        var now = calendar.Now;
        // Who cancelled before the slots were given out has none.
        var name = lists.SlotText(figures.SlotStartsAt, figures.SlotEndsAt, round) is { Length: > 0 } slot ? slot : text["Slot_None"].Value;
        return figures with { Name = name, IsNow = figures.SlotStartsAt <= now && now < figures.SlotEndsAt, IsOver = figures.SlotEndsAt <= now };
    }

    private HandOver View(HandOverRow row, RoundState round) => new(
        row.Number, row.Number[^EndingLength..], row.Serial, Masking.Name(personal.Decrypt(row.Name)), row.Units, round.Policy.Goods.Unit, Money.Yuan(row.AmountFen), row.ByProxy,
        format.Time(row.RedeemedAt), row.VoidedAt is not null,
        row.VoidedAt is null && calendar.Now - row.RedeemedAt <= RedemptionRules.VoidTime);
}

/// <summary>A pharmacy's day: the round handed out, if any, and the next one after today that is known; the lists by their rounds' days.</summary>
public sealed record PharmacyDay(
    string Pharmacy, DateOnly Today, RoundState? Round, RoundState? Next, IReadOnlyList<SlotFigures> Slots, SlotFigures Total,
    Takings Takings, IReadOnlyList<HandOver> HandOvers, IReadOnlyList<DateOnly> Lists);

/// <summary>A hand-over as the counter's pages show it, at city time and with nothing in full; the number is for the address only.</summary>
public sealed record HandOver(
    string Number, string Ending, int Serial, string Name, int Units, string Unit, decimal Amount, bool ByProxy, string At, bool IsVoided, bool MayVoid);
