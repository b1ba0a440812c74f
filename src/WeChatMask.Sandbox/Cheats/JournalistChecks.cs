using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>What the journalist's script holds against the lines: rules' documents, marks, published lists, reconciliations.</summary>
public sealed class JournalistChecks(PublicSite site, IStringLocalizer<Text.Cheat> text)
{
    // Those that are announced among them.
    private const int Rounds = 8;

    private static readonly (string Name, Func<PharmacyFigures, long> Of)[] Figures =
    [
        ("places", f => f.Places), ("left", f => f.Left), ("booked", f => f.Booked), ("redeemed", f => f.Redeemed), ("lapsed", f => f.Lapsed), ("cancelled", f => f.CancelledLate),
    ];

    /// <summary>Everything that does not fit, in sentences.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(PublicLogSite log, IReadOnlyList<string> lines, Replay replay, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        var rounds = replay.Figures().Reverse().Take(Rounds).ToDictionary();
        foreach (var document in lines.Where(l => l.StartsWith("policy ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2]).Distinct(StringComparer.Ordinal))
            if (Hash.TryParse(document, out var hash) && !await log.HasDocumentAsync(hash, cancellationToken)) found.Add(text["Journalist_Document"]);
        foreach (var (day, pharmacies) in rounds)
        {
            foreach (var (kind, mark) in await log.MarksAsync(day, cancellationToken))
                if (mark.Size > lines.Count || RootAt(lines, mark.Size) != mark.Root) found.Add(text["Journalist_Mark", Day(day), kind]);
            found.AddRange(await ListsAsync(day, lines, cancellationToken));
            found.AddRange(await BooksAsync(day, pharmacies, cancellationToken));
        }

        return found;
    }

    /// <summary>Each list that the log has frozen, against the one that is shown.</summary>
    private async Task<IReadOnlyList<string>> ListsAsync(DateOnly day, IReadOnlyList<string> lines, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        var date = Date(day);
        // A round that was annulled has lists without names, and shows none.
        if (lines.Any(l => l.StartsWith($"close {date} annulled ", StringComparison.Ordinal) || l.StartsWith($"shred {date} ", StringComparison.Ordinal))) return found;
        foreach (var frozen in lines.Where(l => l.StartsWith($"list {date} ", StringComparison.Ordinal)).Select(l => l.Split(' ')))
        {
            var (code, count) = (frozen[2], int.Parse(frozen[3], CultureInfo.InvariantCulture));
            if (await site.ListAsync(day, code, cancellationToken) is not { } list) continue;
            var entries = list.GetProperty("entries").EnumerateArray().ToList();
            if (entries.Count != count) found.Add(text["Journalist_Rows", code, entries.Count, count]);
            else if (PublishedRows.Root(entries.Select((e, i) => Row(e, i + 1))).ToString() != frozen[4]) found.Add(text["Journalist_List", code, count]);
        }

        return found;
    }

    /// <summary>The figures of the reconciliation, against those that follow from the lines.</summary>
    private async Task<IReadOnlyList<string>> BooksAsync(DateOnly day, IReadOnlyDictionary<string, PharmacyFigures> told, CancellationToken cancellationToken)
    {
        if (await site.BooksAsync(day, cancellationToken) is not { } books) return [text["Journalist_NoBooks", Day(day)]];
        return
        [
            .. from pharmacy in books.GetProperty("pharmacies").EnumerateArray()
               let code = pharmacy.GetProperty("code").GetString()!
               let own = told.GetValueOrDefault(code)
               where own is not null && !own.AreTold(Told(pharmacy))
               from figure in Figures
               let shown = pharmacy.GetProperty(figure.Name).GetInt64()
               where shown != figure.Of(own)
               select text["Journalist_Books", code, text[$"Figure_{figure.Name}"].Value, shown, figure.Of(own)].Value,
        ];
    }

    private static PharmacyFigures Told(JsonElement pharmacy)
    {
        return new PharmacyFigures(Of("places"), Of("left"), Of("booked"), Of("redeemed"), Of("lapsed"), 0, Of("cancelled"), 0);

        int Of(string name) => pharmacy.GetProperty(name).GetInt32();
    }

    /// <summary>A row as it was frozen: a pickup that has moved since shows its first slot beside the new one.</summary>
    private static string Row(JsonElement entry, int serial)
    {
        var slot = entry.TryGetProperty("listedSlot", out var listed) ? listed : entry.TryGetProperty("slot", out var own) ? own : default;
        var hasSlot = slot.ValueKind == JsonValueKind.Object;
        return PublishedRows.Row(
            entry.GetProperty("serial").GetInt32() == serial ? serial : 0, entry.GetProperty("name").GetString()!, entry.GetProperty("idNumber").GetString()!,
            hasSlot ? Second(slot, "startsAt") : null, hasSlot ? Second(slot, "endsAt") : null, Base64Url.DecodeFromChars(entry.GetProperty("rowSalt").GetString()));
    }

    private static long Second(JsonElement slot, string name) => slot.GetProperty(name).GetDateTimeOffset().ToUnixTimeSeconds();

    private static Hash RootAt(IReadOnlyList<string> lines, long size) => MerkleTree.Root([.. lines.Take((int)size).Select(l => MerkleTree.Leaf(l))]);

    private static string Date(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => Date(day);
}
