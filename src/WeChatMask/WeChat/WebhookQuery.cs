using System.Globalization;

namespace WeChatMask.WeChat;

/// <summary>
/// The part of a webhook call that proves where it comes from; every value is there once and not empty. A call that claims an
/// encrypted body is judged by MsgSignature alone; Signature, the proof of plain calls, does not cover the body.
/// </summary>
internal sealed record WebhookQuery(string Timestamp, string Nonce, string? Signature, string? MsgSignature, bool IsEncrypted)
{
    // WeChat documents no window; ours bounds how long a leaked address can be used again.
    private const int WindowMilliseconds = 300_000;
    private const int MillisecondsPerSecond = 1000;
    private const int LongestTimestamp = 12;

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
