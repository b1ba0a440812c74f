using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Data;

/// <summary>Takes what transactions tell the public.</summary>
public interface IPublicLog
{
    /// <summary>Adds lines at the log's end, as the transaction's last work before its commit, and counts the board's version up where it is to.</summary>
    Task AppendAsync(WriteTransaction transaction, IReadOnlyList<LogEntry> entries);
}
