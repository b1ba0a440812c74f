namespace WeChatMask.Domain.PublicLog;

/// <summary>Lines that one commit added to the log, and the note that was signed over the tree that ends with them.</summary>
public sealed record LoggedLines(IReadOnlyList<LogEntry> Entries, AddedLeaves Leaves, string Note)
{
    /// <summary>The receipt of the i-th of them, from 0.</summary>
    public string Receipt(int i, Hash? salt) => PublicLog.Receipt.Write(Entries[i], salt, Leaves.First + i, Leaves.Path(i), Note);

    /// <summary>The same in UTF-8, into what has room for <see cref="Receipt.MostBytes"/>; gives how many bytes it wrote.</summary>
    public int WriteReceipt(Span<byte> utf8, int i, Hash? salt)
    {
        Span<Hash> path = stackalloc Hash[AddedLeaves.LongestPath];
        return PublicLog.Receipt.Write(utf8, Entries[i], salt, Leaves.First + i, path[..Leaves.Path(i, path)], Note);
    }
}
