namespace WeChatMask.Domain.PublicLog;

/// <summary>Lines that one commit added to the log, and the note that was signed over the tree that ends with them.</summary>
public sealed record LoggedLines(IReadOnlyList<LogEntry> Entries, AddedLeaves Leaves, string Note)
{
    /// <summary>The receipt of the i-th of them, from 0.</summary>
    public string Receipt(int i, Hash? salt) => PublicLog.Receipt.Write(Entries[i], salt, Leaves.First + i, Leaves.Path(i), Note);
}
