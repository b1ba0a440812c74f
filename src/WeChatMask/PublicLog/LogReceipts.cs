using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Receipts of bookings, the same bytes whenever they are asked for: the note is stored, and the path follows from its size.</summary>
public sealed class LogReceipts(LogReader reader)
{
    /// <summary>Null where the booking has no line.</summary>
    public async Task<string?> OfBookingAsync(long booking, Hash? salt, CancellationToken cancellationToken)
    {
        if (await reader.OfBookingAsync(booking, cancellationToken) is not { } line || LogEntry.TryParse(line.Entry) is not { } entry) return null;
        var path = await reader.InclusionAsync(line.Index, line.Note.Checkpoint.Size, cancellationToken);
        return Receipt.Write(entry, salt, line.Index, path, line.Note.Text);
    }
}
