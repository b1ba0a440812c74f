namespace WeChatMask.Sms;

/// <summary>Section <c>Sms</c>.</summary>
public sealed class SmsSettings
{
    /// <summary>Who carries messages, in the order in which they are asked: of <c>Gateway</c>, <c>Aliyun</c>, <c>Tencent</c>, with commas.</summary>
    public string Providers { get; set; } = GatewaySmsProvider.ProviderName;

    /// <summary>Address of an HTTP gateway that takes <c>{id, mobile, text, repeat}</c>.</summary>
    public string GatewayUrl { get; set; } = "";

    /// <summary>Name in the brackets before each text.</summary>
    public string Sign { get; set; } = "";

    /// <summary>Longest wait for a vendor's answer. Both vendors' manuals ask for a second at least.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Notices that one number may get in a city day; 0 is without a cap. The default is the vendors' own limit (Aliyun: 50
    /// notices of a template for a number and day), so that a phone shared by many bookers is told of every booking.
    /// </summary>
    public int DailyCap { get; set; } = 50;

    /// <summary>Log-in codes that one number may get in a city day (Aliyun's own limit is 10); 0 is without a cap.</summary>
    public int DailyCodeCap { get; set; } = 10;

    /// <summary>The account at Alibaba Cloud.</summary>
    public AliyunSmsSettings Aliyun { get; set; } = new();

    /// <summary>The account at Tencent Cloud.</summary>
    public TencentSmsSettings Tencent { get; set; } = new();

    /// <summary>The names in <see cref="Providers"/>, in order.</summary>
    public IReadOnlyList<string> ProviderNames() => (Providers ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The sign of a vendor's messages: its own, else the city's.</summary>
    internal string SignOf(string? own) => own is { Length: > 0 } ? own : Sign;
}

/// <summary>A template that a vendor has approved.</summary>
public sealed class SmsTemplate
{
    /// <summary>What <see cref="Id"/> says of a kind that the city never sends through this vendor.</summary>
    public const string Never = "none";

    /// <summary>The vendor's id, or <see cref="Never"/>.</summary>
    public string Id { get; set; } = "";

    /// <summary>
    /// Names of <see cref="SmsValues"/>, with commas: for Tencent in the order of <c>{1}</c>, <c>{2}</c> …; for Aliyun in any
    /// order, as <c>name</c> or, where the template's variable is called otherwise, <c>variable=name</c>.
    /// </summary>
    public string Values { get; set; } = "";
}

/// <summary>How calls to Alibaba Cloud are signed.</summary>
public enum AliyunSigning
{
    /// <summary>ACS3-HMAC-SHA256.</summary>
    V3,

    /// <summary>The older HMAC-SHA1 over all parameters.</summary>
    Rpc,
}

/// <summary>Section <c>Sms:Aliyun</c>: SendSms of Dysmsapi 2017-05-25.</summary>
public sealed class AliyunSmsSettings
{
    /// <summary>Id of the access key.</summary>
    public string AccessKeyId { get; set; } = "";

    /// <summary>Secret of the access key.</summary>
    public string AccessKeySecret { get; set; } = "";

    /// <summary>Where calls go.</summary>
    public string Endpoint { get; set; } = "https://dysmsapi.aliyuncs.com";

    /// <summary>How calls are signed.</summary>
    public AliyunSigning Signing { get; set; } = AliyunSigning.V3;

    /// <summary>The approved sign; empty takes <see cref="SmsSettings.Sign"/>.</summary>
    public string SignName { get; set; } = "";

    /// <summary>Characters of a template's value beyond which it is cut (the error code's page says 20).</summary>
    public int LongestValue { get; set; } = 20;

    /// <summary>Templates by <see cref="SmsKind"/>.</summary>
    public Dictionary<string, SmsTemplate> Templates { get; } = new(StringComparer.Ordinal);
}

/// <summary>Section <c>Sms:Tencent</c>: SendSms 2021-01-11.</summary>
public sealed class TencentSmsSettings
{
    /// <summary>Id of the API key.</summary>
    public string SecretId { get; set; } = "";

    /// <summary>The API key.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>Where calls go.</summary>
    public string Endpoint { get; set; } = "https://sms.tencentcloudapi.com";

    /// <summary>The region that is named in each call.</summary>
    public string Region { get; set; } = "ap-guangzhou";

    /// <summary>Id of the SMS application.</summary>
    public string SmsSdkAppId { get; set; } = "";

    /// <summary>The approved sign; empty takes <see cref="SmsSettings.Sign"/>.</summary>
    public string SignName { get; set; } = "";

    /// <summary>Characters of a template's value beyond which it is cut (12 for personal accounts; certified organisations may have more).</summary>
    public int LongestValue { get; set; } = 12;

    /// <summary>Templates by <see cref="SmsKind"/>.</summary>
    public Dictionary<string, SmsTemplate> Templates { get; } = new(StringComparer.Ordinal);
}
