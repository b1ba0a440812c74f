using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace WeChatMask.Sms;

/// <summary>Tencent Cloud's short messages: SendSms 2021-01-11, one message a call.</summary>
public sealed class TencentSmsProvider(HttpClient http, IOptionsMonitor<SmsSettings> settings, TimeProvider time) : ISmsVendor
{
    public const string ProviderName = "Tencent";

    private const string Version = "2021-01-11";
    private const string JsonType = "application/json; charset=utf-8";
    private const int MostReceipts = 100;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    // Statuses of the last 7 days can be asked for (its manual, pulling the statuses of one number, page 382/38773).
    private static readonly TimeSpan StatusesKept = TimeSpan.FromDays(7);

    public string Name => ProviderName;

    public bool CanFind => true;

    public async Task<SmsOutcome> SendAsync(SmsMessage message, CancellationToken cancellationToken)
    {
        var all = settings.CurrentValue;
        var account = all.Tencent;
        if (SmsTemplates.Fill(message, account, out var template, out var values) is { } hindrance)
            return SmsOutcome.Of(SmsProblem.Template, hindrance);
        var (answer, failure) = await CallAsync(all, "SendSms", new
        {
            PhoneNumberSet = new[] { E164(message.Mobile) },
            account.SmsSdkAppId,
            SignName = all.SignOf(account),
            TemplateId = template,
            TemplateParamSet = values.Select(v => v.Value),
            SessionContext = message.Id,
        }, cancellationToken);
        if (failure is not null) return failure;
        // The call may succeed and the one number in it fail, so its own entry decides.
        var status = answer.TryGetProperty("SendStatusSet", out var set) && set.ValueKind == JsonValueKind.Array && set.GetArrayLength() > 0 ? set[0] : default;
        var code = answer.TryGetProperty("Error", out var error) ? error.Member("Code") : status.Member("Code");
        return VendorCall.OutcomeOf(TencentCodes.Read(code), code, status.Member("SerialNo"), TencentCodes.MayHaveLeft(code), TencentCodes.Pause(code));
    }

    /// <remarks>The vendor lists only what phones have answered for, so a message that is not there may still be under way.</remarks>
    public async Task<SmsFound> FindAsync(SmsMessage message, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (await StatusesAsync(message.Mobile, since - Window, since + Window, cancellationToken) is not { } statuses) return new(SmsFinding.Unknown);
        var mine = statuses.FirstOrDefault(s => s.Member("SessionContext") == message.Id);
        return mine.ValueKind == JsonValueKind.Object ? new(SmsFinding.Taken, mine.Member("SerialNo")) : new(SmsFinding.Unknown);
    }

    public TimeSpan? KeepsReceipts => StatusesKept;

    /// <remarks>
    /// By number, which can be asked again. The vendor's other call, PullSmsSendStatus, hands each status out once, so that a node
    /// that dies would lose some, and must be switched on by the vendor.
    /// </remarks>
    public async Task<SmsPulled> PullAsync(SentSms sent, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await StatusesAsync(sent.Mobile, sent.At - Window, now, cancellationToken) is { } statuses
            ? new(Answered: true, statuses.Select(s => SmsReceipts.OfTencentStatus(s, sent, now)).OfType<SmsReceipt>().FirstOrDefault())
            : default;
    }

    private async Task<IEnumerable<JsonElement>?> StatusesAsync(string mobile, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var all = settings.CurrentValue;
        var (answer, failure) = await CallAsync(all, "PullSmsSendStatusByPhoneNumber", new
        {
            BeginTime = from.ToUnixTimeSeconds(),
            EndTime = to.ToUnixTimeSeconds(),
            Offset = 0,
            Limit = MostReceipts,
            PhoneNumber = E164(mobile),
            all.Tencent.SmsSdkAppId,
        }, cancellationToken);
        return failure is null && answer.TryGetProperty("PullSmsSendStatusSet", out var set) && set.ValueKind == JsonValueKind.Array
            ? set.EnumerateArray()
            : null;
    }

    private async Task<VendorAnswer> CallAsync(SmsSettings all, string action, object payload, CancellationToken cancellationToken)
    {
        var account = all.Tencent;
        var body = JsonSerializer.SerializeToUtf8Bytes(payload, VendorCall.Raw);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = VendorCall.Post(account.Endpoint, body, JsonType);
        var signed = TencentSignature.Sign(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["content-type"] = JsonType, ["host"] = request.RequestUri!.Authority, ["x-tc-action"] = action,
            },
            body, "sms", timestamp, account.SecretId, account.SecretKey);
        request.Headers.TryAddWithoutValidation("Authorization", signed.Authorization);
        request.Headers.TryAddWithoutValidation("X-TC-Action", action);
        request.Headers.TryAddWithoutValidation("X-TC-Version", Version);
        request.Headers.TryAddWithoutValidation("X-TC-Region", account.Region);
        request.Headers.TryAddWithoutValidation("X-TC-Timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        var answer = await VendorCall.SendAsync(http, request, all.Timeout, cancellationToken);
        return answer.Failure is null && answer.Answer.TryGetProperty("Response", out var response) && response.ValueKind == JsonValueKind.Object
            ? answer with { Answer = response }
            : answer with { Failure = answer.Failure ?? SmsOutcome.Of(SmsProblem.Unknown, "no Response") };
    }

    private static string E164(string mobile) => "+86" + mobile;
}
