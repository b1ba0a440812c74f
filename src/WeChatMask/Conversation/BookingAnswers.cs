using Microsoft.Extensions.Localization;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Web;
using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>Answers about the asking account's own bookings. Names are never said: a chat is read over shoulders.</summary>
public sealed class BookingAnswers(
    ChatText text, BookingQueries bookings, ConversationQueries queries, CancellationStore store, RoundQueries rounds,
    Refused refused, SiteLinks links, CityCalendar calendar, IStringLocalizer<Text.Provisional> provisional,
    IStringLocalizer<Text.Returned> returned)
{
    private const int DaysShown = 7;
    private const int MostShown = 6;

    /// <summary>Each person's newest booking, past ones for a week.</summary>
    public async Task<Reply> NewestAsync(string openId, CancellationToken cancellationToken)
    {
        var newest = await bookings.NewestOfOpenIdAsync(openId, calendar.Today.AddDays(-DaysShown), cancellationToken);
        return newest.Count == 0
            ? new TextReply(text["Query_None", links.To("/book")])
            : await ShowAsync(newest.Take(MostShown), cancellationToken);
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
        foreach (var booking in await OpenAsync(openId, cancellationToken))
        {
            var round = await rounds.FindAsync(booking.RoundDate, cancellationToken);
            if (BookingRules.Cancellation(booking.Status, round!.CancelUntil(booking.PickupDate, calendar), calendar.Now) != Refusal.None) continue;
            var place = await queries.PlaceAsync(booking.PharmacyId, cancellationToken);
            lines.Add(text["Cancel_Item", booking.Number, place!.Name, text.Day(booking.PickupDate)]);
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
        if (refusal != Refusal.None && booking.Status != BookingStatus.Cancelled) return new TextReply(refused.Sentence(refusal));
        var policy = (await rounds.FindAsync(booking.RoundDate, cancellationToken))!.Policy;
        return new TextReply(text[policy.CancellationLiftsCooldown ? "Cancel_DoneFree" : "Cancel_Done", number]);
    }

    private async Task<BookingRow?> FindAsync(string openId, string number, CancellationToken cancellationToken) =>
        await queries.AccountAsync(openId, cancellationToken) is { } account
            ? await bookings.FindAsync(account, number, cancellationToken)
            : null;

    private async Task<IEnumerable<BookingRow>> OpenAsync(string openId, CancellationToken cancellationToken) =>
        await queries.AccountAsync(openId, cancellationToken) is { } account
            ? (await bookings.OfAccountAsync(account, cancellationToken)).Where(b => b.Status == BookingStatus.Booked).Take(MostShown)
            : [];

    private async Task<Reply> ShowAsync(IEnumerable<BookingRow> shown, CancellationToken cancellationToken)
    {
        var blocks = new List<string>();
        foreach (var booking in shown)
        {
            var round = (await rounds.FindAsync(booking.RoundDate, cancellationToken))!;
            var place = (await queries.PlaceAsync(booking.PharmacyId, cancellationToken))!;
            var goods = round.Policy.Goods;
            blocks.Add(text[
                "Query_Item", booking.Number, StatusOf(booking), place.Name, place.Address, Pickup(booking, round),
                booking.Units, goods.Unit, goods.Name, ChatText.Amount(booking.Units * booking.UnitPriceFen), booking.Serial]
                + (Waits(booking) ? $"\n{UntilWhen(round)}" : BothDays(booking)));
        }

        return new TextReply($"{string.Join("\n\n", blocks)}\n\n{text["Query_More", links.To("/bookings")]}");
    }

    /// <summary>Whether it stands only until the registry has answered: that must never look like a success.</summary>
    private static bool Waits(BookingRow booking) => booking is { Provisional: true, Status: BookingStatus.Booked };

    private string StatusOf(BookingRow booking) => Waits(booking) ? provisional["Chat_Status"] : text[$"Status_{booking.Status}"];

    private string UntilWhen(RoundState round)
    {
        var until = EligibilityRules.SettleUntil(round.Times);
        return provisional["Chat_Until", text.Day(calendar.DateOf(until)), text.Time(until)];
    }

    /// <summary>Whose pickup had moved for want of goods, and whose goods came after all, may come on either day.</summary>
    private string BothDays(BookingRow booking) =>
        booking is { Status: BookingStatus.Booked, MovedUntil: { } until } && calendar.DateOf(until) is var last && last > booking.PickupDate
            ? $"\n{returned["Chat", text.Day(last)]}"
            : "";

    private string Pickup(BookingRow booking, RoundState round)
    {
        var day = text.Day(booking.PickupDate);
        if (booking.Slot is { } slot) return $"{day} {text.Span(slot.StartsAt, slot.EndsAt)}";
        var hours = $"{day} {text.Span(round.Times.PickupOpensAt, round.Times.PickupClosesAt)}";
        var comes = round.Policy.Pickup.SlotMinutes > 0 && booking.Status == BookingStatus.Booked;
        return comes ? text["Query_SlotComes", hours] : hours;
    }
}
