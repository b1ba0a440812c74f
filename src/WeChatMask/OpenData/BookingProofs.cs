using System.Buffers.Text;
using WeChatMask.Bookings;
using WeChatMask.DayEnd;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Residents;

namespace WeChatMask.OpenData;

/// <summary>Puts together by what a resident checks that the own booking is in the public log and on the list, all of it in one checkpoint.</summary>
public sealed class BookingProofs(LogReader log, BookingReceipts receipts, ListLines lines, ListRootQueries lists, ProofStore persons)
{
    /// <summary>Null where the booking is older than the log, or the round's key is destroyed.</summary>
    public async Task<(BookingProof Proof, BookedLine Line)?> OfAsync(BookingRow booking, CancellationToken cancellationToken)
    {
        if (await receipts.OfAsync(booking, cancellationToken) is not { } receipt || await log.OfBookingAsync(booking.Id, cancellationToken) is not { } line) return null;
        var published = (await log.MarksAsync(booking.RoundDate, cancellationToken)).FirstOrDefault(m => m.Kind == LogMarkKind.Published);
        var checkpoint = published?.Note ?? await NewestAsync(line, cancellationToken);
        var size = checkpoint.Checkpoint.Size;
        var salt = await persons.SaltAsync(booking.ResidentId, cancellationToken);
        var booked = BookedLine.Of(line);
        var proof = new BookingProof(
            receipt, salt is null ? null : Base64Url.EncodeToString(salt), published?.Note.Checkpoint.Code, checkpoint.Text,
            Texts(await log.ConsistencyAsync(line.Note.Checkpoint.Size, size, cancellationToken)),
            published is null ? null : await ListAsync(booking.RoundDate, booked, size, cancellationToken));
        return (proof, booked);
    }

    /// <summary>What is read once a second may be older than a booking of this second.</summary>
    private async Task<LogNote> NewestAsync(LoggedLine line, CancellationToken cancellationToken) =>
        await log.NewestAsync(cancellationToken) is { } newest && newest.Checkpoint.Size >= line.Note.Checkpoint.Size ? newest : line.Note;

    /// <summary>Under the pharmacy and serial of the line, which the list came out with. Null where the list is down, or never was: then the log has nobody's name.</summary>
    private async Task<ListProof?> ListAsync(DateOnly round, BookedLine line, long size, CancellationToken cancellationToken)
    {
        if (await lines.FindAsync(round, line.Code, cancellationToken) is not { } listed || line.Serial > listed.Rows) return null;
        var rows = (await lists.RowsAsync(round, line.Code, cancellationToken)).Take(listed.Rows).ToList();
        if (rows.Count < listed.Rows) return null;
        var position = line.Serial - 1;
        var leaves = rows.ConvertAll(r => MerkleTree.Leaf(r));
        return new ListProof(
            rows[position], position, rows.Count, Texts(MerkleTree.InclusionPath(position, rows.Count, MerkleTree.Over(leaves))),
            listed.Entry, listed.Index, Texts(await log.InclusionAsync(listed.Index, size, cancellationToken)));
    }

    private static IReadOnlyList<string> Texts(IReadOnlyList<Hash> hashes) => [.. hashes.Select(h => h.ToString())];
}

/// <summary>
/// By what a resident checks the own booking: the receipt; the salt with which the identity number and the name were hashed, in base64url;
/// the code of the size at which the lists came out; a signed checkpoint, of that size once it is there; that it begins with the
/// receipt's; and the own row of the list. Hashes are in base64url.
/// </summary>
public sealed record BookingProof(string Receipt, string? ProofSalt, string? Code, string Checkpoint, IReadOnlyList<string> Consistency, ListProof? List);

/// <summary>A booking's line as it reads, with its place in the log, counted from 0.</summary>
public sealed record BookedLine(long Index, string Entry, string Code, int Serial, DateTimeOffset At)
{
    internal static BookedLine Of(LoggedLine line) => EntryFields.TryRead(line.Entry, out var fields) && fields.Kind == EntryKind.Book
        ? new BookedLine(line.Index, line.Entry, fields[1].ToString(), (int)fields.Number(3), DateTimeOffset.FromUnixTimeSeconds(fields.Number(4)))
        : throw new InvalidDataException("A booking's line of the log is none.");
}

/// <summary>That a row, counted from 0, is in a list of so many, and that the log's line with the list's root is in the checkpoint.</summary>
public sealed record ListProof(string Row, int Position, int Rows, IReadOnlyList<string> Path, string Entry, long Index, IReadOnlyList<string> EntryPath);
