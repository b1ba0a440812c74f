using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Operations;

/// <summary>Holds a round's published lists against the roots that the log names; of one that differs, each row against its booking.</summary>
internal sealed class ListCheck(LogCheckQueries queries, LogFindings findings, LoggedDetails details, PersonalData personal)
{
    private const string Table = "published_entry";

    /// <param name="log">The round, published.</param>
    /// <param name="key">From which the rows' salts are made.</param>
    /// <param name="mayBeGone">Whether the key is kept beyond the lists, which may have come down.</param>
    public async Task RunAsync(LoggedRound log, RoundKey key, bool mayBeGone)
    {
        var told = log.Pharmacies.Where(p => details.Lists.ContainsKey((log.Day, p.Code))).ToDictionary(p => p.Code, p => details.Lists[(log.Day, p.Code)], StringComparer.Ordinal);
        var lists = told.Keys.ToDictionary(code => code, _ => new Frontier(), StringComparer.Ordinal);
        await foreach (var entry in queries.ListsAsync(log.Day))
        {
            if (!lists.TryGetValue(entry.Code, out var list) || log.Pharmacy(entry.Code)?.Status(entry.Serial) is null)
                findings.AddOf(Table, log.Day, entry.Code, entry.Serial, LogFinding.WholeRow, "there", "nothing of it");
            // What has come from another pharmacy stands behind the list that was frozen.
            else if (entry.Serial <= told[entry.Code].Rows)
                list.Add(LeafOf(entry, key));
        }

        if (mayBeGone && lists.Values.All(l => l.Size == 0)) return;
        // A round that was annulled before its lists were out has serials there and no names, and no rows.
        if (log.IsAnnulled)
            foreach (var (code, list) in lists) AddNameless(list, code, told[code].Rows, key);
        var wrong = lists.Where(l => l.Value.Size != told[l.Key].Rows || l.Value.Root() != told[l.Key].Root).Select(l => l.Key).ToHashSet(StringComparer.Ordinal);
        if (wrong.Count == 0) return;
        var named = await NameAsync(log.Day, wrong);
        foreach (var code in wrong)
        {
            var (list, (rows, root)) = (lists[code], told[code]);
            if (list.Size != rows) findings.Add(Table, $"{log.Day.Column()} {code}", "serial", $"in {list.Size} rows", $"that there are {rows}");
            else if (!named.Contains(code)) findings.Add(Table, $"{log.Day.Column()} {code}", "root", list.Root(), root);
        }
    }

    /// <summary>Tells of rows that are not what their bookings would make of them. Gives the lists in which there are some.</summary>
    private async Task<HashSet<string>> NameAsync(DateOnly day, HashSet<string> wrong)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var entry in queries.ListsAsync(day))
        {
            if (!wrong.Contains(entry.Code) || entry.Booking is null) continue;
            if (entry.Moved is null) Hold("slot_starts_at", entry.SlotStartsAt, entry.OwnStartsAt);
            if (entry.Moved is null) Hold("slot_ends_at", entry.SlotEndsAt, entry.OwnEndsAt);
            if (personal.DecryptOrNothing(entry.OwnName) is { Length: > 0 } name) Hold("name", entry.Name, Masking.Name(name));
            if (personal.DecryptOrNothing(entry.OwnNumber) is { Length: > 0 } number) Hold("id_number", entry.IdNumber, Masking.Document(number));

            void Hold(string column, object? row, object? booking)
            {
                if (Equals(row, booking)) return;
                findings.AddOf(Table, day, entry.Code, entry.Serial, column, row, $"another root, and the booking {booking ?? "nothing"}");
                named.Add(entry.Code);
            }
        }

        return named;
    }

    private static Hash LeafOf(ListRow entry, RoundKey key)
    {
        // Cells that would be no row are another row all the same.
        var isBroken = entry.Name.AsSpan().ContainsAny('\t', '\n') || entry.IdNumber.AsSpan().ContainsAny('\t', '\n');
        return MerkleTree.Leaf(PublishedRows.Row(
            entry.Serial, isBroken ? "?" : entry.Name, isBroken ? "?" : entry.IdNumber, entry.SlotStartsAt / 1000, entry.SlotEndsAt / 1000, key.RowSalt(entry.Code, entry.Serial)));
    }

    private static void AddNameless(Frontier list, string code, long rows, RoundKey key)
    {
        for (var serial = list.Size + 1; serial <= rows; serial++) list.Add(MerkleTree.Leaf(PublishedRows.Row(serial, "-", "-", null, null, key.RowSalt(code, serial))));
    }
}
