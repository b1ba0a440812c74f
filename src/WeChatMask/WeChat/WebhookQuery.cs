using System.Globalization;

namespace WeChatMask.WeChat;

/// <summary>The part of a webhook call that proves where it comes from; every value is there once and not empty.</summary>
/// <param name="Timestamp">Unix seconds, as signed.</param>
/// <param name="Nonce">As signed.</param>
/// <param name="Signature">The proof of plain calls; it does not cover the body.</param>
/// <param name="MsgSignature">The proof of encrypted calls.</param>
/// <param name="IsEncrypted">Whether the call claims an encrypted body, and so is judged by <paramref name="MsgSignature"/> alone.</param>
internal sealed record WebhookQuery(string Timestamp, string Nonce, string? Signature, string? MsgSignature, bool IsEncrypted)
{
    // WeChat documents no window; ours bounds how long a leaked address can be used again.
    private const int WindowMilliseconds = 300_000;
    private const int MillisecondsPerSecond = 1000;
    private const int LongestTimestamp = 12;

    /// <summary>Reads and checks the query before anything is hashed.</summary>
    /// <exception cref="MessageRefusedException">A parameter is missing, empty or repeated, or the timestamp is out of the window.</exception>
    public static WebhookQuery Read(IQueryCollection query, DateTimeOffset now)
    {
        // Which of two values counts is a matter of taste between servers and proxies; a sender of WeChat's never asks.
        if (query.Any(parameter => parameter.Value.Count != 1)) throw new MessageRefusedException(MessageFault.Parameters);
        if (Value(query, "timestamp") is not { } timestamp || Value(query, "nonce") is not { } nonce) throw new MessageRefusedException(MessageFault.Parameters);
        if (!IsNear(timestamp, now)) throw new MessageRefusedException(MessageFault.Timestamp);
        var msgSignature = Value(query, "msg_signature");
        return new WebhookQuery(timestamp, nonce, Value(query, "signature"), msgSignature, IsEncryptedCall(query, msgSignature));
    }

    private static string? Value(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } value ? value : null;

    private static bool IsNear(string timestamp, DateTimeOffset now) =>
        timestamp.Length <= LongestTimestamp
        && long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && Math.Abs(now.ToUnixTimeMilliseconds() - (seconds * MillisecondsPerSecond)) <= WindowMilliseconds;

    // WeChat always names the type of an encrypted body. A proof of encryption without it still is not judged as a plain call.
    private static bool IsEncryptedCall(IQueryCollection query, string? msgSignature) => query["encrypt_type"].ToString() switch
    {
        "aes" => true,
        "raw" => false,
        "" => msgSignature is not null,
        _ => throw new MessageRefusedException(MessageFault.Parameters),
    };
}
