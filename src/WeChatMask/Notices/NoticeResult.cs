namespace WeChatMask.Notices;

/// <summary>What became of one try, under the lease in which it was made.</summary>
/// <remarks><c>DueAt</c> is when a waiting notice is tried again, <c>EndedAt</c> when another's fate was decided.</remarks>
public sealed record NoticeResult(long Id, string Lease, NoticeStatus Status, DateTimeOffset DueAt, string? Problem = null, DateTimeOffset? EndedAt = null)
{
    /// <summary>No answer came: it may be on its way.</summary>
    public bool MayHaveLeft { get; init; }

    /// <summary>Parts of an SMS.</summary>
    public int Segments { get; init; }

    /// <summary>The SMS vendor that took it.</summary>
    public string? Provider { get; init; }

    /// <summary>The SMS vendor's id of it.</summary>
    public string? ProviderId { get; init; }

    /// <summary>How its receipt will find it.</summary>
    public string? ReceiptKey { get; init; }

    /// <summary>When it was handed to an SMS vendor, which may be asked for it.</summary>
    public DateTimeOffset? TriedAt { get; init; }

    /// <summary>The SMS vendor that was asked last.</summary>
    public string? TriedBy { get; init; }

    /// <summary>WeChat's id of it.</summary>
    public string? MessageId { get; init; }

    /// <summary>The openid, when WeChat says that it does not follow.</summary>
    public string? Unreachable { get; init; }
}
