using System.Globalization;
using System.Text.Json;

namespace WeChatMask.OpenData;

/// <summary>Open data as rows. Headings are the JSON names, so that a program can read either.</summary>
internal static class PublicCsv
{
    public static IEnumerable<IReadOnlyList<string>> Rounds(RoundList list) =>
        list.Rounds.Select(r => (IReadOnlyList<string>)[Day(r.Date), Day(r.PickupDate), Word(r.Phase), Number(r.Visits)])
            .Prepend(["date", "pickupDate", "phase", "visits"]);

    public static IEnumerable<IReadOnlyList<string>> Books(RoundBooks books)
    {
        var windows = books.Pharmacies.Count == 0 ? 0 : books.Pharmacies.Max(p => p.Windows.Count);
        List<string> heading =
            ["code", "name", "planned", "carriedIn", "places", "booked", "left", "redeemed", "lapsed", "cancelled", "carriedOut"];
        for (var i = 1; i <= windows; i++)
            heading.AddRange([$"window{i}Places", $"window{i}RolledIn", $"window{i}RolledOut", $"window{i}Booked"]);
        // Of the whole city, so only the last row has it.
        heading.Add("visits");
        yield return heading;
        foreach (var p in books.Pharmacies)
        {
            yield return
            [
                p.Code, p.Name,
                .. Figures(p.Planned, p.CarriedIn, p.Places, p.Booked, p.Left, p.Redeemed, p.Lapsed, p.Cancelled, p.CarriedOut),
                .. p.Windows.SelectMany(w => Figures(w.Places, w.RolledIn, w.RolledOut, w.Booked)), "",
            ];
        }

        var t = books.Totals;
        yield return
        [
            "total", "",
            .. Figures(t.Planned, t.CarriedIn, t.Places, t.Booked, t.Left, t.Redeemed, t.Lapsed, t.Cancelled, t.CarriedOut),
            .. Enumerable.Repeat("", windows * 4), Number(books.Visits),
        ];
    }

    public static IEnumerable<IReadOnlyList<string>> List(PublicList list) =>
        list.Entries.Select(e => (IReadOnlyList<string>)
            [
                Number(e.Serial), e.Name, e.IdNumber, e.Slot is { } s ? $"{Instant(s.StartsAt)}/{Instant(s.EndsAt)}" : "", Word(e.Status),
            ])
            .Prepend(["serial", "name", "idNumber", "slot", "status"]);

    private static IEnumerable<string> Figures(params int[] figures) => figures.Select(f => Number(f));

    private static string Number(long n) => n.ToString(CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
