using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WeChatMask.Sms;

/// <summary>
/// Reads the receipts that vendors push or tell when asked. Aliyun's SmsReport (its HTTP batch push) and Tencent Cloud's status
/// callback are arrays of flat objects; what is not understood in one does not hinder the others.
/// </summary>
public static class SmsReceipts
{
    private const int LongestKey = 150;
    private const int LongestCode = 100;

    /// <summary>How a message is found again by its vendor's id, which has any length.</summary>
    public static string Key(string provider, string providerId)
    {
        ArgumentNullException.ThrowIfNull(providerId);
        return providerId.Length <= LongestKey
            ? $"{provider}:{providerId}"
            : $"{provider}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(providerId)))}";
    }

    /// <summary>Aliyun's push; null when it is not an array.</summary>
    public static IReadOnlyList<SmsReceipt>? OfAliyun(JsonElement body, DateTimeOffset now) => Read(body, item =>
        item.Member("biz_id") is { Length: > 0 } id && Flag(item, "success") is { } delivered
            ? new SmsReceipt(Key(AliyunSmsProvider.ProviderName, id), OurId(item.Member("out_id")), StateOf(delivered), Code(item.Member("err_code")), Time(item.Member("report_time"), now))
            : null);

    /// <summary>Tencent Cloud's callback; null when it is not an array.</summary>
    public static IReadOnlyList<SmsReceipt>? OfTencent(JsonElement body, DateTimeOffset now) => Read(body, item =>
        item.Member("sid") is { Length: > 0 } id && item.Member("report_status") is "SUCCESS" or "FAIL"
            ? new SmsReceipt(
                Key(TencentSmsProvider.ProviderName, item.Member("sid")), null, StateOf(item.Member("report_status") == "SUCCESS"),
                Code(item.Member("errmsg")), Time(item.Member("user_receive_time"), now))
            : null);

    /// <summary>Reads one entry of Aliyun's QuerySendDetails: status 1 waits, 2 has failed, 3 has arrived (its manual, page 419277).</summary>
    /// <returns>None while the network has not answered, or when the entry is of another message.</returns>
    public static SmsReceipt? OfAliyunDetail(JsonElement detail, SentSms sent, DateTimeOffset now)
    {
        if (detail.Member("OutId") is { Length: > 0 } outId && OurId(outId) != sent.OutboxId) return null;
        return detail.Member("SendStatus") is "2" or "3"
            ? new SmsReceipt(
                Key(AliyunSmsProvider.ProviderName, sent.ProviderId), sent.OutboxId, StateOf(detail.Member("SendStatus") == "3"),
                Code(detail.Member("ErrCode")), Time(detail.Member("ReceiveDate"), now))
            : null;
    }

    /// <summary>Reads one entry of Tencent Cloud's PullSmsSendStatusByPhoneNumber (its manual, page 382/55977), which lists only what the network has answered.</summary>
    /// <returns>None when the entry is of another message.</returns>
    public static SmsReceipt? OfTencentStatus(JsonElement status, SentSms sent, DateTimeOffset now) =>
        status.Member("SerialNo") == sent.ProviderId && status.Member("ReportStatus") is "SUCCESS" or "FAIL"
            ? new SmsReceipt(
                Key(TencentSmsProvider.ProviderName, sent.ProviderId), sent.OutboxId, StateOf(status.Member("ReportStatus") == "SUCCESS"),
                Code(status.Member("Description")), UnixTime(status.Member("UserReceiveTime"), now))
            : null;

    private static List<SmsReceipt>? Read(JsonElement body, Func<JsonElement, SmsReceipt?> read) => body.ValueKind == JsonValueKind.Array
        ? [.. body.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.Object).Select(read).OfType<SmsReceipt>()]
        : null;

    private static bool? Flag(JsonElement item, string name) => item.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when bool.TryParse(value.GetString(), out var written) => written,
            _ => null,
        }
        : null;

    private static long? OurId(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static SmsReceiptState StateOf(bool delivered) => delivered ? SmsReceiptState.Delivered : SmsReceiptState.Failed;

    private static string Code(string code) => code.Length <= LongestCode ? code : code[..LongestCode];

    private static DateTimeOffset UnixTime(string text, DateTimeOffset now) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 && seconds < now.AddDays(1).ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : now;

    private static DateTimeOffset Time(string text, DateTimeOffset now) =>
        DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? new DateTimeOffset(local, VendorCall.Zone)
            : now;
}
