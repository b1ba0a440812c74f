namespace WeChatMask.Sms;

/// <summary>Who carries short messages, and how many.</summary>
public sealed class SmsSettings
{
    /// <summary>Who carries messages, in order: of <c>Gateway</c>, <c>Aliyun</c>, <c>Tencent</c>, with commas. The next one is asked when the one before it is down, throttled, out of balance or misconfigured.</summary>
    public string Providers { get; set; } = GatewaySmsProvider.ProviderName;

    /// <summary>Address of an HTTP gateway that takes <c>{id, mobile, text, repeat}</c>. Empty holds all its messages back.</summary>
    public string GatewayUrl { get; set; } = "";

    /// <summary>The name in the brackets before each text, empty takes the account's name; for a vendor without a <c>SignName</c> of its own the approved sign.</summary>
    public string Sign { get; set; } = "";

    /// <summary>Longest wait for a vendor's answer, <c>hh:mm:ss</c>, one to ten seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Notices that one number may get in a city day, over all nodes; what is beyond waits for the next day. Up to 10000; 0 is without a cap.
    /// The default is the vendors' own limit, so that a phone which many bookers share is told of every booking.
    /// </summary>
    public int DailyCap { get; set; } = 50;

    /// <summary>Log-in codes that one number may get in a city day, over all nodes; the default is the vendors' own limit. Up to 10000; 0 is without a cap.</summary>
    public int DailyCodeCap { get; set; } = 10;

    /// <summary>
    /// Log-in codes that the whole city sends in an hour, 20 to 1000000, over all nodes: what an attack can cost at most. Once half
    /// of them are sent, browsers must do a second's work for one; when all are, people are told of the desk and the hotline. Notices are never held back by it.
    /// </summary>
    public int LoginCodesPerHour { get; set; } = 3000;

    /// <summary>The account at Alibaba Cloud, used when <c>Sms:Providers</c> names it.</summary>
    public AliyunSmsSettings Aliyun { get; set; } = new();

    /// <summary>The account at Tencent Cloud, used when <c>Sms:Providers</c> names it.</summary>
    public TencentSmsSettings Tencent { get; set; } = new();

    public IReadOnlyList<string> ProviderNames() => (Providers ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The sign of a vendor's messages: its own, else the city's.</summary>
    internal string SignOf(SmsVendorSettings vendor) => vendor.SignName is { Length: > 0 } own ? own : Sign;
}

/// <summary>The template that a vendor has approved for one kind of message. Instead of NAME stands the kind: <c>BookingMade</c>, <c>SlotAssigned</c>, <c>PharmacyList</c>, <c>PickupChanged</c>, <c>BookingRefused</c>, <c>HandedOver</c>, <c>HandOverVoided</c> (both only where a policy wants them), <c>RoundAnnulled</c> (where a city has a template for it) or <c>LoginCode</c>.</summary>
public sealed class SmsTemplate
{
    /// <summary>What <see cref="Id"/> says of a kind that the city never sends through this vendor.</summary>
    public const string Never = "none";

    /// <summary>The template's id at the vendor; <c>none</c> for a kind that this city never sends.</summary>
    public string Id { get; set; } = "";

    /// <summary>
    /// What the template shows, with commas: of <c>day</c>, <c>slot</c>, <c>pharmacy</c>, <c>address</c>, <c>number</c>, <c>units</c>,
    /// <c>unit</c>, <c>goods</c>, <c>amount</c>, <c>bookings</c>, <c>reason</c> (why the registry refused), <c>record</c> (in <c>SlotAssigned</c> alone: the 14 characters of the round's code in the public log), <c>code</c>, <c>minutes</c>. For Tencent in the order of <c>{1}</c>,
    /// <c>{2}</c> …; for Aliyun in any order, as <c>name</c> or, where the template's variable is called otherwise,
    /// <c>variable=name</c>.
    /// </summary>
    public string Values { get; set; } = "";
}

/// <summary>What every vendor that fills templates of its own needs.</summary>
public abstract class SmsVendorSettings(string endpoint, int longestValue)
{
    /// <summary>Where calls go.</summary>
    public string Endpoint { get; set; } = endpoint;

    /// <summary>The approved sign, without brackets; empty takes <c>Sms:Sign</c>.</summary>
    public string SignName { get; set; } = "";

    /// <summary>Characters beyond which a template's value is cut. Only names of pharmacies and goods and addresses are: of the others every character counts. At Tencent, certified organisations may have more than the 12 of a personal account.</summary>
    public int LongestValue { get; set; } = longestValue;

    /// <summary>The approved templates, one for each kind of message.</summary>
    public Dictionary<string, SmsTemplate> Templates { get; } = new(StringComparer.Ordinal);
}

/// <summary>How calls to Alibaba Cloud are signed.</summary>
public enum AliyunSigning
{
    /// <summary>ACS3-HMAC-SHA256.</summary>
    V3,

    /// <summary>the older HMAC-SHA1 over all parameters.</summary>
    Rpc,
}

/// <summary>Alibaba Cloud's SendSms (Dysmsapi 2017-05-25).</summary>
public sealed class AliyunSmsSettings() : SmsVendorSettings("https://dysmsapi.aliyuncs.com", 20)
{
    /// <summary>Id of the access key of a RAM user with <c>AliyunDysmsFullAccess</c>.</summary>
    public string AccessKeyId { get; set; } = "";

    /// <summary>Secret of the access key.</summary>
    public string AccessKeySecret { get; set; } = "";

    /// <summary>How calls are signed.</summary>
    public AliyunSigning Signing { get; set; } = AliyunSigning.V3;
}

/// <summary>Tencent Cloud's SendSms (2021-01-11).</summary>
public sealed class TencentSmsSettings() : SmsVendorSettings("https://sms.tencentcloudapi.com", 12)
{
    /// <summary>Id of the API key, from the CAM console.</summary>
    public string SecretId { get; set; } = "";

    /// <summary>The API key.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>The region that is named in each call; the default serves all.</summary>
    public string Region { get; set; } = "ap-guangzhou";

    /// <summary>Id of the SMS application.</summary>
    public string SmsSdkAppId { get; set; } = "";
}
