using System.Globalization;
using System.Text;
using Microsoft.Extensions.Localization;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.WeChat;
using WeChatMask.Web;

namespace WeChatMask.Conversation;

/// <summary>
/// Answers about the asking account's own bookings. A chat is read over shoulders: whose a booking is, is said only where there
/// are several, and by the masked name, the end of the identity number and the name that the account gave.
/// </summary>
public sealed class BookingAnswers(
    ChatText text, BookingQueries bookings, FamilyStore family, ConversationQueries queries, CancellationStore store, RoundQueries rounds, PolicyQueries policies, ResidentQueries persons,
    RefusalResults refusals, SiteLinks links, CityCalendar calendar, IStringLocalizer<Text.Provisional> provisional,
    IStringLocalizer<Text.Returned> returned)
{
    private const int DaysShown = 7;
    private const int MostShown = 6;
    private const string Between = "\n\n";

    /// <summary>Each person's newest booking, past ones for a week.</summary>
    public async Task<Reply> NewestAsync(string openId, CancellationToken cancellationToken)
    {
        var newest = await bookings.NewestOfOpenIdAsync(openId, calendar.Today.AddDays(-DaysShown), cancellationToken);
        return newest.Count == 0
            ? new TextReply(text["Query_None", links.To("/book")])
            : await ShowAsync([.. newest.Take(MostShown)], cancellationToken);
    }

    /// <summary>One booking by its number, if it is the account's own.</summary>
    public async Task<Reply> OneAsync(string openId, string number, CancellationToken cancellationToken) =>
        await FindAsync(openId, number, cancellationToken) is { } found
            ? await ShowAsync([found], cancellationToken)
            : new TextReply(text["Query_NotYours", number]);

    /// <summary>Which bookings can be given back, and how: nothing is given back by one word.</summary>
    public async Task<Reply> AskAsync(string openId, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var example = "";
        var open = await OpenAsync(openId, cancellationToken);
        var names = await NamesAsync(open, cancellationToken);
        foreach (var booking in open)
        {
            var round = await rounds.FindAsync(booking.RoundDate, cancellationToken);
            if (BookingRules.Cancellation(booking.Status, round!.CancelUntil(booking.PickupDate, calendar), calendar.Now) != Refusal.None) continue;
            var place = await queries.PlaceAsync(booking.PharmacyId, cancellationToken);
            var name = names.GetValueOrDefault(booking.ResidentId, "");
            lines.Add(text[name.Length == 0 ? "Cancel_Item" : "Cancel_ItemOf", booking.Number, place!.Name, text.Day(booking.PickupDate), name]);
            if (example.Length == 0) example = booking.Number;
        }

        return new TextReply(lines.Count == 0 ? text["Cancel_None"] : text["Cancel_Ask", string.Join('\n', lines), example]);
    }

    /// <summary>Gives a booking back whose number was typed, if it is the account's own. Asked again, it says the same.</summary>
    public async Task<Reply> CancelAsync(string openId, string number, CancellationToken cancellationToken)
    {
        if (await queries.AccountAsync(openId, cancellationToken) is not { } account) return new TextReply(text["Query_NotYours", number]);
        var refusal = await store.CancelAsync(account, number, cancellationToken);
        var booking = await bookings.FindAsync(account, number, cancellationToken);
        if (booking is null) return new TextReply(text["Query_NotYours", number]);
        booking = AtThisInstant(booking);
        var round = (await rounds.FindAsync(booking.RoundDate, cancellationToken))!;
        if (refusal != Refusal.None && booking.Status != BookingStatus.Cancelled) return new TextReply(WhyNot(refusal, booking, round));
        return new TextReply(text[round.Policy.CancellationLiftsCooldown ? "Cancel_DoneFree" : "Cancel_Done", number]);
    }

    private string WhyNot(Refusal refusal, BookingRow booking, RoundState round)
    {
        if (refusal != Refusal.TooLate) return refusals.Sentence(refusal);
        var until = round.CancelUntil(booking.PickupDate, calendar);
        return booking.Status switch
        {
            BookingStatus.Redeemed => text["Cancel_Redeemed", booking.Number],
            BookingStatus.Lapsed => text["Cancel_Lapsed", booking.Number],
            _ => text["Cancel_TooLate", booking.Number, text.Day(calendar.DayEndingAt(until)), text.End(until)],
        };
    }

    private async Task<BookingRow?> FindAsync(string openId, string number, CancellationToken cancellationToken) =>
        await queries.AccountAsync(openId, cancellationToken) is { } account
            ? await bookings.FindAsync(account, number, cancellationToken)
            : null;

    private async Task<IReadOnlyList<BookingRow>> OpenAsync(string openId, CancellationToken cancellationToken) =>
        await queries.AccountAsync(openId, cancellationToken) is { } account
            ? [.. (await bookings.OfAccountAsync(account, cancellationToken)).Select(AtThisInstant).Where(b => b.Status == BookingStatus.Booked).Take(MostShown)]
            : [];

    // Whose each of several bookings is; a family shares its surname. A person who was removed has no name any more.
    private async Task<IReadOnlyDictionary<long, string>> NamesAsync(IReadOnlyList<BookingRow> shown, CancellationToken cancellationToken) => shown.Count < 2
        ? new Dictionary<long, string>()
        : (await family.OfAsync(shown[0].AccountId, cancellationToken)).ToDictionary(
            m => m.Id, m => text[m.Called is null ? "Person" : "PersonCalled", Masking.Name(m.Name), m.Ending, m.Called ?? ""]);

    // From when on persons may book again whose newest booking is over.
    private async Task<IReadOnlyDictionary<long, DateOnly>> DaysAsync(IReadOnlyList<BookingRow> shown, CancellationToken cancellationToken) =>
        shown.All(b => b.Status is BookingStatus.Booked or BookingStatus.Cancelled)
            ? new Dictionary<long, DateOnly>()
            : (await persons.OfAsync(shown[0].AccountId, await policies.TodayAsync(cancellationToken), calendar.Today, cancellationToken))
                .Where(p => p.BookableFrom is not null && shown.Any(b => b.ResidentId.ToString(CultureInfo.InvariantCulture) == p.Id && b.Status is BookingStatus.Redeemed or BookingStatus.Lapsed))
                .ToDictionary(p => long.Parse(p.Id, CultureInfo.InvariantCulture), p => p.BookableFrom!.Value);

    // What was not collected in time has lapsed at the counter, before the job has written it down.
    private BookingRow AtThisInstant(BookingRow booking) => booking with { Status = RedemptionRules.StatusAt(booking.Status, booking.PickupUntil, calendar.Now) };

    private async Task<Reply> ShowAsync(IReadOnlyList<BookingRow> stored, CancellationToken cancellationToken)
    {
        List<BookingRow> shown = [.. stored.Select(AtThisInstant)];
        var names = await NamesAsync(shown, cancellationToken);
        var days = await DaysAsync(shown, cancellationToken);
        var blocks = new List<string>();
        foreach (var booking in shown)
        {
            var round = (await rounds.FindAsync(booking.RoundDate, cancellationToken))!;
            var place = (await queries.PlaceAsync(booking.PharmacyId, cancellationToken))!;
            var block = booking.Status == BookingStatus.Booked ? Open(booking, round, place) : Ended(booking, place);
            if (days.TryGetValue(booking.ResidentId, out var day)) block += $"\n{text["Query_Again", text.Day(day)]}";
            blocks.Add(names.TryGetValue(booking.ResidentId, out var name) ? text["Query_Of", name, block] : block);
        }

        var more = text[shown.Any(b => b.Status == BookingStatus.Booked) ? "Query_More" : "Query_MoreEnded", links.To("/bookings")];
        return new TextReply(string.Join(Between, Fitting(blocks, ReplyXml.LongestTextBytes - Encoding.UTF8.GetByteCount(more)).Append(more)));
    }

    // The link at the end must not be cut off: it leads to whatever has no room.
    private static IEnumerable<string> Fitting(IEnumerable<string> blocks, int room) =>
        blocks.TakeWhile(block => (room -= Encoding.UTF8.GetByteCount(block) + Between.Length) >= 0);

    private string Open(BookingRow booking, RoundState round, PharmacyPlace place)
    {
        var goods = round.Policy.Goods;
        return text[
            "Query_Item", booking.Number, booking.Provisional ? provisional["Chat_Status"] : text["Status_Booked"], place.Name, place.Address, Pickup(booking, round),
            booking.Units, goods.Unit, goods.Name, CityFormatter.Amount(booking.Units, booking.UnitPriceFen), booking.Serial,
            text[$"Query_Bring_{round.Policy.Identification}"]]
            + (booking.Provisional ? $"\n{UntilWhen(round)}" : BothDays(booking));
    }

    // Where and when to come would mislead: nobody is waited for any more.
    private string Ended(BookingRow booking, PharmacyPlace place) => text[
        booking.Status == BookingStatus.Redeemed ? "Query_Redeemed" : "Query_Ended",
        booking.Number, text[booking.IsRoundAnnulled ? "Status_RoundAnnulled" : $"Status_{booking.Status}"], place.Name, text.Day(booking.PickupDate)];

    // What stands only until the registry has answered must never look like a success.
    private string UntilWhen(RoundState round)
    {
        var until = EligibilityRules.SettleUntil(round.Times);
        return provisional["Chat_Until", text.Day(calendar.DateOf(until)), text.Time(until)];
    }

    /// <summary>Whose pickup had moved for want of goods, and whose goods came after all, may come on either day.</summary>
    private string BothDays(BookingRow booking) =>
        booking is { MovedUntil: { } until } && calendar.DayEndingAt(until) is var last && last > booking.PickupDate
            ? $"\n{returned["Chat", text.Day(last)]}"
            : "";

    private string Pickup(BookingRow booking, RoundState round)
    {
        var day = text.Day(booking.PickupDate);
        var span = booking.Slot is { } slot ? text.Hours(slot.StartsAt, slot.EndsAt) : text.Hours(round.Times.PickupOpensAt, round.Times.PickupClosesAt);
        var when = $"{day} {span}";
        if (booking.IsMoved) return text["Query_Moved", when];
        return booking.Slot is null && round.Policy.Pickup.SlotMinutes > 0 ? text["Query_SlotComes", when] : when;
    }
}
