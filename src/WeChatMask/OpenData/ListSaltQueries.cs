using System.Buffers.Text;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;

namespace WeChatMask.OpenData;

/// <summary>Adds to a list what a program needs to hold it against the public log; pages for people do without.</summary>
public sealed class ListSaltQueries(Database database, RoundKeyStore keys, ListLines lines)
{
    public async Task<PublicList> AddAsync(PublicList list, CancellationToken cancellationToken)
    {
        var (round, code) = (list.Date, list.PharmacyCode);
        if (await database.ReadAsync(connection => keys.FindAsync(connection, null, round), cancellationToken) is not { } key) return list;
        var line = await lines.FindAsync(round, code, cancellationToken);
        // Of a round that was annulled before its lists were out the log has the serials alone.
        var entries = list.Entries.Count == 0 && line is { Rows: > 0 } ? await NamelessAsync(round, code, cancellationToken) : list.Entries;
        return list with { Root = line?.Root.ToString(), LogIndex = line?.Index, Entries = [.. entries.Select(e => Salted(e, code, key))] };
    }

    private static PublicEntry Salted(PublicEntry entry, string code, RoundKey key) => entry with { RowSalt = Base64Url.EncodeToString(key.RowSalt(code, entry.Serial)) };

    private async Task<IReadOnlyList<PublicEntry>> NamelessAsync(DateOnly round, string code, CancellationToken cancellationToken) =>
    [
        .. (await database.QueryAsync<(int Serial, BookingStatus Status)>(
            "SELECT b.serial, b.status FROM booking_pickup b JOIN pharmacy p ON p.id = b.pharmacy_id WHERE b.round_date = @round AND p.code = @code ORDER BY b.serial",
            new { round, code }, cancellationToken)).Select(b => new PublicEntry(b.Serial, "-", "-", null, b.Status, null)),
    ];
}
