namespace WeChatMask.Notices;

/// <summary>What became of one try, under the lease in which it was made.</summary>
/// <remarks><c>DueAt</c> is when a waiting notice is tried again, <c>EndedAt</c> when another's fate was decided.</remarks>
public sealed record NoticeResult(long Id, string Lease, NoticeStatus Status, DateTimeOffset DueAt, string? Problem = null, DateTimeOffset? EndedAt = null)
{
    /// <summary>No answer came: it may be on its way.</summary>
    public bool MayHaveLeft { get; init; }

    public int Segments { get; init; }

    public string? Provider { get; init; }

    public string? ProviderId { get; init; }

    public string? ReceiptKey { get; init; }

    /// <summary>When it was handed to an SMS vendor, which may be asked for it.</summary>
    public DateTimeOffset? TriedAt { get; init; }

    /// <summary>The SMS vendor that was asked last.</summary>
    public string? TriedBy { get; init; }

    public string? MessageId { get; init; }

    /// <summary>The openid, when WeChat says that it does not follow.</summary>
    public string? Unreachable { get; init; }
}
