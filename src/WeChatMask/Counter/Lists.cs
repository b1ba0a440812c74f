using System.Globalization;
using System.Security.Claims;
using Microsoft.Extensions.Localization;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Text;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>A pharmacy's own list: the full name to compare with the card, nothing else in full. Each reading is audited.</summary>
public sealed class PharmacyLists(
    Database database, CounterQueries queries, RoundQueries rounds, PersonalData personal, CityCalendar calendar, CityFormatter format,
    IStringLocalizer<Files> text, IStringLocalizer<Returned> returned)
{
    private const int Ending = 4;
    private const int RoundsLookedAt = 7;

    private static readonly string[] Columns =
    [
        "List_Serial", "List_Number", "List_Name", "List_IdNumber", "List_Mobile", "List_Units", "List_Amount", "List_Slot", "List_Status",
    ];

    public IReadOnlyList<string> Headings => [.. Columns.Select(c => text[c].Value)];

    /// <summary>The list of a round, or why there is none. The date is as written in the address; the form, page or file, is for the audit.</summary>
    public async Task<(Refusal Refusal, PharmacyList? List)> ReadAsync(Clerk clerk, string date, string form, CancellationToken cancellationToken)
    {
        if (RouteDay.Read(date) is not { } day
            || await rounds.FindAsync(day, cancellationToken) is not { } round
            || await queries.PharmacyAsync(clerk.PharmacyId, cancellationToken) is not { } pharmacy)
        {
            return (Refusal.UnknownRound, null);
        }

        if (round.PublishedAt is null) return (Refusal.NotPublished, null);
        if (!round.KeepsPersonalData(calendar.Today)) return (Refusal.ListRemoved, null);
        // Written before anything is shown: a reading that left no trace would be the worse fault.
        await database.WriteAsync(
            t => AuditStore.AddAsync(t, calendar.Now, clerk.Staff.Username, "list.read", $"{pharmacy.Code} {date}", form), cancellationToken);
        var lines = await queries.ListAsync(day, clerk.PharmacyId, cancellationToken);
        return (Refusal.None, new PharmacyList(round, pharmacy, [.. lines.Select(l => LineOf(l, round))]));
    }

    /// <summary>The round whose list is read today: the one handed out, else the newest that is out. Null when there is none.</summary>
    public async Task<DateOnly?> PresentAsync(CancellationToken cancellationToken)
    {
        var today = calendar.Today;
        var shown = (await rounds.NewestAsync(RoundsLookedAt, cancellationToken)).Where(r => r.PublishedAt is not null && r.KeepsPersonalData(today)).ToList();
        return (shown.Find(r => r.PickupDate == today) ?? shown.MaxBy(r => r.Date))?.Date;
    }

    public Sheet SheetOf(PharmacyList list)
    {
        var sheet = new Sheet($"{list.Pharmacy.Code}-{CityFormatter.Date(list.Round.Date)}", Headings);
        foreach (var l in list.Lines) sheet.Add(l.Serial, l.Number, l.Name, l.IdEnding, l.MobileEnding, l.Units, l.Amount, l.Slot, l.Status);
        return sheet;
    }

    private ListLine LineOf(ListRow row, RoundState round) => new(
        row.Serial, row.Number, personal.Decrypt(row.Name), EndOf(personal.Decrypt(row.IdNumber)), EndOf(personal.Decrypt(row.Mobile)),
        row.Units, Money.Yuan(row.Units * row.UnitPriceFen), SlotOf(row, round), StatusOf(row, round), row.Status)
    {
        IsElsewhere = row.MovedTo is { } day && day != round.PickupDate,
    };

    /// <summary>A booking's slot, with its day when that is not the list's.</summary>
    public string SlotOf(ListRow row, RoundState round)
    {
        var slot = SlotText(row.SlotStartsAt, row.SlotEndsAt, round);
        return row.MovedTo is { } day && day != round.PickupDate ? $"{Day(day)} {slot}" : slot;
    }

    /// <summary>A booking that has moved says where it went, or where it came from.</summary>
    private string StatusOf(ListRow row, RoundState round)
    {
        var status = text[$"Status_{row.Status}"].Value;
        if (row.MovedTo is not { } day) return status;
        if (row.RoundDate == round.Date && day == round.PickupDate) return returned["Status_Returned", status, Day(day.AddDays(1))];
        return row.RoundDate == round.Date ? text["Status_MovedTo", status, Day(day)] : text["Status_MovedFrom", status, Day(row.RoundDate)];
    }

    private static string Day(DateOnly day) => day.ToString("MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A slot as people read it; without slots the whole day.</summary>
    public string SlotText(DateTimeOffset? startsAt, DateTimeOffset? endsAt, RoundState round)
    {
        if (startsAt is { } start && endsAt is { } end) return format.Hours(start, end);
        return round.Policy.Pickup.SlotMinutes == 0 ? text["AllDay"] : "";
    }

    private static string EndOf(string number) => number.Length > Ending ? number[^Ending..] : number;
}

/// <summary>A pharmacy's lists as files.</summary>
public static class ListEndpoints
{
    internal static Task<IResult> XlsxAsync(string date, ClaimsPrincipal user, PharmacyLists lists, RefusalResults refusals, CancellationToken cancellationToken) =>
        FileAsync(date, "xlsx", sheet => sheet.Xlsx(), user, lists, refusals, cancellationToken);

    internal static Task<IResult> CsvAsync(string date, ClaimsPrincipal user, PharmacyLists lists, RefusalResults refusals, CancellationToken cancellationToken) =>
        FileAsync(date, "csv", sheet => sheet.Csv(), user, lists, refusals, cancellationToken);

    private static async Task<IResult> FileAsync(
        string date, string form, Func<Sheet, IResult> write, ClaimsPrincipal user, PharmacyLists lists, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var (refusal, list) = await lists.ReadAsync(Clerk.Of(user.Staff()), date, form, cancellationToken);
        return list is null ? refusals.Result(refusal) : write(lists.SheetOf(list));
    }
}

/// <summary>A pharmacy's list of one round.</summary>
public sealed record PharmacyList(RoundState Round, CounterPharmacy Pharmacy, IReadOnlyList<ListLine> Lines);

/// <summary>A line as it is shown and exported.</summary>
public sealed record ListLine(
    int Serial, string Number, string Name, string IdEnding, string MobileEnding, int Units, decimal Amount, string Slot, string Status, BookingStatus State)
{
    /// <summary>Whether it is collected on another day than the list's.</summary>
    public bool IsElsewhere { get; init; }
}
