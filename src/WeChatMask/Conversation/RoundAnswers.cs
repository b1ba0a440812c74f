using System.Globalization;
using WeChatMask.Domain;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.WeChat;
using WeChatMask.Web;

namespace WeChatMask.Conversation;

/// <summary>Answers about the round and its rules: whether one can book now, where, when, for how much, and who got something.</summary>
public sealed class RoundAnswers(
    ChatText text, Board board, RoundQueries rounds, PolicyQueries policies, LogReader log, SiteLinks links, CityCalendar calendar)
{
    // More names than these do not fit into a message that anybody reads.
    private const int MostPharmacies = 10;
    private const int MostNear = 5;
    private const int RoundsLookedAt = 3;
    private const double MetresInKilometre = 1000;

    public async Task<Reply> BookAsync(CancellationToken cancellationToken)
    {
        var snapshot = await board.GetAsync(cancellationToken);
        var (title, description) = State(snapshot);
        var policy = await PolicyAsync(snapshot, cancellationToken);
        var picture = policy?.Goods.PictureUrl is { } url && Uri.IsWellFormedUriString(url, UriKind.Absolute) ? url : null;
        return new NewsReply(title, policy is null ? description : $"{description}\n{Offer(policy)}", picture, links.To("/book"));
    }

    /// <summary>The card of a pharmacy whose code a poster carries, or nothing.</summary>
    public async Task<Reply?> PharmacyAsync(string code, CancellationToken cancellationToken)
    {
        if (code.Length == 0) return null;
        var snapshot = await board.GetAsync(cancellationToken);
        if (BoardView.Of(snapshot, calendar).Pharmacies.FirstOrDefault(p => p.Code == code) is not { } pharmacy) return null;
        var state = StateHere(snapshot, pharmacy);
        return new NewsReply(
            pharmacy.Name, text["Pharmacy_Card", pharmacy.Address, state], null, links.To($"/book?pharmacy={Uri.EscapeDataString(code)}"));
    }

    public async Task<Reply> ListsAsync(CancellationToken cancellationToken)
    {
        var newest = await rounds.NewestAsync(RoundsLookedAt, cancellationToken);
        var published = newest.Find(r => r.PublishedAt is not null && calendar.Today <= r.PickupDate.AddDays(r.Policy.RetentionDays));
        return published is null
            ? new NewsReply(text["Lists_None_Title"], text["Lists_None_Text"], null, links.To("/notices"))
            : new NewsReply(
                text["Lists_Title", text.Day(published.Date)], text["Lists_Text", text.Day(published.PickupDate)], null,
                links.To(FormattableString.Invariant($"/notices/{published.Date:yyyy-MM-dd}")));
    }

    /// <summary>The code that stands on the doors by now, to be compared.</summary>
    public async Task<Reply> CodeAsync(CancellationToken cancellationToken) =>
        await log.NewestMarksAsync(LogMarkKind.Published, 1, cancellationToken) is [var newest, ..]
            ? new TextReply(text["Code", text.Day(newest.Round), newest.Note.Checkpoint.Code, links.To(FormattableString.Invariant($"/check?d={newest.Round:yyyy-MM-dd}"))])
            : new TextReply(text["Code_None", links.To("/check")]);

    public async Task<Reply> PharmaciesAsync(CancellationToken cancellationToken)
    {
        var open = (await ViewAsync(cancellationToken)).Pharmacies.Where(p => p.Status == PharmacyStatus.Open).ToList();
        if (open.Count == 0) return new TextReply(text["Pharmacies_None", links.To("/")]);
        var lines = open.Count <= MostPharmacies
            ? open.Select(p => text["Pharmacies_Item", p.Name, p.Address])
            : open.GroupBy(p => p.District, StringComparer.Ordinal).Select(d => text["Pharmacies_District", d.Key, d.Count()]);
        return new TextReply(text["Pharmacies", open.Count, string.Join('\n', lines), links.To("/nearby")]);
    }

    /// <summary>The pharmacies nearest to a place somebody sent, or all when the place cannot be read.</summary>
    public async Task<Reply> NearAsync(LocationMessage place, CancellationToken cancellationToken)
    {
        if (place is not { Latitude: { } latitude, Longitude: { } longitude }) return await PharmaciesAsync(cancellationToken);
        var near = (await ViewAsync(cancellationToken)).Pharmacies.Where(p => p.Status == PharmacyStatus.Open)
            .Select(p => (p.Name, p.Address, Metres: Earth.Metres(latitude, longitude, p.Latitude, p.Longitude)))
            .OrderBy(p => p.Metres).Take(MostNear).ToList();
        if (near.Count == 0) return new TextReply(text["Pharmacies_None", links.To("/")]);
        var lines = near.Select(p => text["Pharmacies_NearItem", p.Name, Far(p.Metres), p.Address]);
        return new TextReply(text["Pharmacies_Near", string.Join('\n', lines), links.To("/nearby")]);
    }

    public async Task<Reply> HoursAsync(CancellationToken cancellationToken)
    {
        var snapshot = await board.GetAsync(cancellationToken);
        var (title, _) = State(snapshot);
        if (await PolicyAsync(snapshot, cancellationToken) is not { } policy) return new TextReply(title);
        var windows = text.Join(policy.Windows.Select(w => CityFormatter.Hours(w.Opens, w.Closes)));
        var pickup = CityFormatter.Hours(policy.Pickup.Opens, policy.Pickup.Closes);
        var slots = policy.Pickup.SlotMinutes > 0 ? text["Hours_Slots"] : text["Hours_AnyTime"];
        return new TextReply(text["Hours", title, windows, pickup, slots, CityFormatter.Time(policy.CancelUntil)]);
    }

    public async Task<Reply> PriceAsync(CancellationToken cancellationToken)
    {
        if (await PolicyAsync(await board.GetAsync(cancellationToken), cancellationToken) is not { } policy) return new TextReply(text["Book_None_Title"]);
        var total = CityFormatter.Amount(policy.UnitsPerBooking, policy.UnitPriceFen);
        return new TextReply(text["Price", Offer(policy), policy.UnitsPerBooking, policy.Goods.Unit, total]);
    }

    // As people say it: to ten metres near by, to a tenth of a kilometre further off.
    private string Far(double metres) => metres < MetresInKilometre
        ? text["Metres", (Math.Max(1, Math.Round(metres / 10)) * 10).ToString("0", CultureInfo.InvariantCulture)]
        : text["Kilometres", (metres / MetresInKilometre).ToString("0.0", CultureInfo.InvariantCulture)];

    private string Offer(Policy policy) => text[
        "Offer", policy.UnitsPerBooking, policy.Goods.Unit, policy.Goods.Name, CityFormatter.Amount(Money.Yuan(policy.UnitPriceFen))];

    // Today's round keeps the rules it was planned under; without one, those of the day.
    private async Task<Policy?> PolicyAsync(BoardSnapshot snapshot, CancellationToken cancellationToken) =>
        snapshot.Round?.Policy ?? await policies.TodayAsync(cancellationToken);

    private async Task<BoardView> ViewAsync(CancellationToken cancellationToken) =>
        BoardView.Of(await board.GetAsync(cancellationToken), calendar);

    // Whoever stands before a pharmacy's door asks about that one.
    private string StateHere(BoardSnapshot snapshot, PharmacyFigures here)
    {
        if (here.Status != PharmacyStatus.Open) return text["Pharmacy_Paused"];
        var isOpen = snapshot.Round is { } round && round.Admission(calendar.Now) == Refusal.None;
        if (isOpen && here.Left > 0) return text[snapshot.Round!.Times.Windows.Count > 1 ? "Pharmacy_Open" : "Pharmacy_OpenDay", here.Left];
        var isElsewhere = BoardView.Of(snapshot, calendar).Pharmacies.Any(p => p.Status == PharmacyStatus.Open && p.Left > 0);
        return isOpen && isElsewhere ? text["Pharmacy_Full"] : State(snapshot).Title;
    }

    private (string Title, string Text) State(BoardSnapshot snapshot)
    {
        var now = calendar.Now;
        if (snapshot.Round is not { } round) return (text["Book_None_Title"], Next(snapshot.NextRoundOpensAt));
        var view = BoardView.At(snapshot, now, calendar);
        var open = view.Pharmacies.Where(p => p.Status == PharmacyStatus.Open).ToList();
        var withPlaces = open.Count(p => p.Left > 0);
        var window = round.Times.PresentOrNext(now);
        return round.Admission(now) switch
        {
            Refusal.RoundAnnulled => (text["Book_Annulled_Title"], text["Book_Reason", round.AnnulReason ?? "", Next(snapshot.NextRoundOpensAt)]),
            Refusal.BookingPaused => (text["Book_Paused_Title"], text["Book_Reason", round.PauseReason ?? "", text["Book_Paused_Text"]]),
            Refusal.NotOpen when now < round.Times.OpensAt =>
                (text["Book_NotOpen_Title", text.Time(window!.OpensAt)], text["Book_NotOpen_Text", open.Count]),
            Refusal.NotOpen => (text["Book_Between_Title", text.Time(window!.OpensAt)], text["Book_NotOpen_Text", open.Count]),
            Refusal.None when withPlaces > 0 => (
                text["Book_Open_Title", withPlaces],
                text[round.Times.Windows.Count > 1 ? "Book_Open_Text" : "Book_Open_TextDay", open.Sum(p => p.Left), text.End(window!.ClosesAt)]),
            Refusal.None when view.NextOpening is { } next && calendar.DateOf(next) == round.Date =>
                (text["Book_WindowFull_Title", text.Time(next)], text["Book_WindowFull_Text"]),
            _ => (text[withPlaces > 0 ? "Book_Closed_Title" : "Book_Full_Title"], Next(snapshot.NextRoundOpensAt)),
        };
    }

    private string Next(DateTimeOffset? opensAt) =>
        opensAt is { } at ? text["Book_Next", text.Day(calendar.DateOf(at)), text.Time(at)] : text["Book_NextUnknown"];
}
