using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace WeChatMask.Sms;

/// <summary>Alibaba Cloud's short messages: Dysmsapi 2017-05-25, one message a call.</summary>
public sealed class AliyunSmsProvider(HttpClient http, IOptionsMonitor<SmsSettings> settings, TimeProvider time) : ISmsVendor
{
    public const string ProviderName = "Aliyun";

    private const string Version = "2017-05-25";
    private const string FormType = "application/x-www-form-urlencoded";
    private const int PageSize = 50;
    private const int MostPages = 4;

    // Details of the last 30 days can be asked for (its manual, QuerySendDetails, page 419277).
    private static readonly TimeSpan DetailsKept = TimeSpan.FromDays(30);

    // Until a lost answer is cleared up a message may have been under way for this long.
    private static readonly TimeSpan LongestDoubt = TimeSpan.FromMinutes(15);

    public string Name => ProviderName;

    public bool CanFind => true;

    public async Task<SmsOutcome> SendAsync(SmsMessage message, CancellationToken cancellationToken)
    {
        var all = settings.CurrentValue;
        var account = all.Aliyun;
        if (SmsTemplates.Fill(message, account, out var template, out var values) is { } hindrance)
            return SmsOutcome.Of(SmsProblem.Template, hindrance);
        var (answer, failure) = await CallAsync(all, "SendSms", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PhoneNumbers"] = message.Mobile,
            ["SignName"] = all.SignOf(account),
            ["TemplateCode"] = template,
            ["TemplateParam"] = JsonSerializer.Serialize(new Dictionary<string, string>(values, StringComparer.Ordinal), VendorCall.Raw),
            ["OutId"] = message.Id,
        }, cancellationToken);
        if (failure is not null) return failure;
        var code = answer.Member("Code");
        return VendorCall.OutcomeOf(AliyunCodes.Read(code, answer.Member("Message")), code, answer.Member("BizId"), mayHaveLeft: code == AliyunCodes.NonceUsed);
    }

    public async Task<SmsFound> FindAsync(SmsMessage message, DateTimeOffset since, CancellationToken cancellationToken)
    {
        // Sent a moment before it was found doubtful, so perhaps on the day before.
        foreach (var day in Days(since - VendorCall.BeforeLooking, since))
        {
            var found = await FindAsync(message, day, cancellationToken);
            if (found.Finding != SmsFinding.NotTaken) return found;
        }

        return new(SmsFinding.NotTaken);
    }

    public TimeSpan? KeepsReceipts => DetailsKept;

    public async Task<SmsPulled> PullAsync(SentSms sent, CancellationToken cancellationToken)
    {
        foreach (var day in Days(sent.At - LongestDoubt, sent.At))
        {
            // With its BizId there is one entry for the number.
            var (answer, failure) = await DetailsAsync(sent.Mobile, day, 1, sent.ProviderId, cancellationToken);
            if (failure is not null || answer.Member("Code") != AliyunCodes.Ok) return default;
            var receipts = Details(answer).Select(d => SmsReceipts.OfAliyunDetail(d, sent, time.GetUtcNow()));
            if (receipts.OfType<SmsReceipt>().FirstOrDefault() is { } receipt) return new(Answered: true, receipt);
        }

        return new(Answered: true);
    }

    private async Task<SmsFound> FindAsync(SmsMessage message, string day, CancellationToken cancellationToken)
    {
        for (var page = 1; page <= MostPages; page++)
        {
            var (answer, failure) = await DetailsAsync(message.Mobile, day, page, null, cancellationToken);
            if (failure is not null || answer.Member("Code") != AliyunCodes.Ok) return new(SmsFinding.Unknown);
            if (Details(answer).FirstOrDefault(d => d.Member("OutId") == message.Id) is { ValueKind: JsonValueKind.Object } mine)
                return new(SmsFinding.Taken, mine.Member("BizId") is { Length: > 0 } id ? id : null);
            if (!int.TryParse(answer.Member("TotalCount"), CultureInfo.InvariantCulture, out var total) || total <= page * PageSize)
                return new(SmsFinding.NotTaken);
        }

        return new(SmsFinding.Unknown);
    }

    private Task<VendorAnswer> DetailsAsync(string mobile, string day, int page, string? bizId, CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PhoneNumber"] = mobile,
            ["SendDate"] = day,
            ["PageSize"] = PageSize.ToString(CultureInfo.InvariantCulture),
            ["CurrentPage"] = page.ToString(CultureInfo.InvariantCulture),
        };
        if (bizId is not null) parameters["BizId"] = bizId;
        return CallAsync(settings.CurrentValue, "QuerySendDetails", parameters, cancellationToken);
    }

    private static IEnumerable<JsonElement> Details(JsonElement answer) =>
        answer.TryGetProperty("SmsSendDetailDTOs", out var list) && list.ValueKind == JsonValueKind.Object
            && list.TryGetProperty("SmsSendDetailDTO", out var items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray()
            : [];

    private async Task<VendorAnswer> CallAsync(SmsSettings all, string action, Dictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        using var request = all.Aliyun.Signing == AliyunSigning.Rpc ? Rpc(all.Aliyun, action, parameters) : V3(all.Aliyun, action, parameters);
        return await VendorCall.SendAsync(http, request, all.Timeout, cancellationToken);
    }

    // The parameters travel as a body: a call without one might be sent twice by the connection's own retry.
    private HttpRequestMessage V3(AliyunSmsSettings account, string action, Dictionary<string, string> parameters)
    {
        var body = Encoding.UTF8.GetBytes(AliyunSignature.Query(parameters));
        var request = VendorCall.Post(account.Endpoint, body, FormType);
        var signed = AliyunSignature.Sign(
            "POST", [], new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["host"] = request.RequestUri!.Authority, ["content-type"] = FormType, ["x-acs-action"] = action, ["x-acs-version"] = Version,
                ["x-acs-date"] = Now(), ["x-acs-signature-nonce"] = Guid.NewGuid().ToString("N"),
            },
            body, account.AccessKeyId, account.AccessKeySecret);
        foreach (var (name, value) in signed.Headers.Where(h => h.Key.StartsWith("x-acs-", StringComparison.Ordinal))) request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation("Authorization", signed.Authorization);
        return request;
    }

    private HttpRequestMessage Rpc(AliyunSmsSettings account, string action, Dictionary<string, string> parameters)
    {
        var all = new Dictionary<string, string>(parameters, StringComparer.Ordinal)
        {
            ["AccessKeyId"] = account.AccessKeyId, ["Action"] = action, ["Format"] = "JSON", ["SignatureMethod"] = "HMAC-SHA1",
            ["SignatureNonce"] = Guid.NewGuid().ToString("N"), ["SignatureVersion"] = "1.0", ["Timestamp"] = Now(), ["Version"] = Version,
        };
        all["Signature"] = AliyunSignature.RpcSign("POST", all, account.AccessKeySecret);
        return VendorCall.Post(account.Endpoint, Encoding.UTF8.GetBytes(AliyunSignature.Query(all)), FormType);
    }

    private string Now() => time.GetUtcNow().UtcDateTime.ToString(AliyunSignature.TimeFormat, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Days(DateTimeOffset from, DateTimeOffset to) => new[] { from, to }.Select(Day).Distinct(StringComparer.Ordinal);

    private static string Day(DateTimeOffset instant) => instant.ToOffset(VendorCall.Zone).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
