using System.Globalization;
using System.Text.Json;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.OpenData;

/// <summary>Open data as rows. Headings are the JSON names, so that a program can read either.</summary>
internal static class PublicCsv
{
    public static IEnumerable<IReadOnlyList<string>> Rounds(RoundList list) =>
        list.Rounds.Select(r => (IReadOnlyList<string>)[CityFormatter.Date(r.Date), CityFormatter.Date(r.PickupDate), Word(r.Phase), Number(r.Visits)])
            .Prepend(["date", "pickupDate", "phase", "visits"]);

    public static IEnumerable<IReadOnlyList<string>> Books(RoundBooks books)
    {
        var windows = books.Pharmacies.Count == 0 ? 0 : books.Pharmacies.Max(p => p.Windows.Count);
        List<string> heading = ["code", "name", .. PharmacyBooks.Figures.Select(f => f.Name)];
        for (var i = 1; i <= windows; i++)
            heading.AddRange([$"window{i}Places", $"window{i}RolledIn", $"window{i}RolledOut", $"window{i}Booked"]);
        // What the figures count: the whole booking day, as it stood at an instant; those of a window say so in their names.
        heading.AddRange(["date", "phase", "asOf"]);
        // Of the whole city, so only the last row has it.
        heading.Add("visits");
        string[] counted = [CityFormatter.Date(books.Date), Word(books.Phase), Instant(books.AsOf)];
        yield return heading;
        foreach (var p in books.Pharmacies)
        {
            yield return
            [
                p.Code, p.Name,
                .. Figures(p, books.HasClosed),
                .. p.Windows.SelectMany(w => new[] { w.Places, w.RolledIn, w.RolledOut, w.Booked }).Select(f => Number(f)), .. counted, "",
            ];
        }

        yield return
        [
            "total", "",
            .. Figures(books.Totals, books.HasClosed),
            .. Enumerable.Repeat("", windows * 4), .. counted, Number(books.Visits),
        ];
    }

    public static IEnumerable<IReadOnlyList<string>> List(PublicList list) =>
        list.Entries.Select(e => (IReadOnlyList<string>)
            [
                Number(e.Serial), e.Name, e.IdNumber, e.Slot is { } s ? $"{Instant(s.StartsAt)}/{Instant(s.EndsAt)}" : "", Word(e.Status), e.Pharmacy?.Code ?? "",
            ])
            .Prepend(["serial", "name", "idNumber", "slot", "status", "pharmacy"]);

    // Until the close nothing goes on to the next round, and a figure would be read as if it did.
    private static IEnumerable<string> Figures(Balance books, bool hasClosed) =>
        PharmacyBooks.Figures.Select(f => f.Name == PharmacyBooks.CarriedOutName && !hasClosed ? "" : Number(f.Of(books)));

    private static string Number(long n) => n.ToString(CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
