using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Sms;

/// <summary>Stops the start when a vendor of <c>Sms:Providers</c> is half configured, naming the key and the cure.</summary>
internal sealed class SmsSettingsValidator(IEnumerable<SandboxSecretsAllowed> sandbox) : IValidateOptions<SmsSettings>
{
    private const string SandboxMark = "sandbox";
    private const string SandboxApplication = "1400002020";
    private const int LargestCap = 10_000;
    private const int LongestSign = 64;
    private const int LargestValue = 1000;

    // Twelve letters and digits in three groups.
    private const int RecordLength = 14;
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    // A message's lease is half a minute; all that is leased at once must be settled in it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // Sent only where a policy wants it, and not known to who set the vendor up before.
    private static readonly string[] Optional = [nameof(SmsKind.HandedOver), nameof(SmsKind.HandOverVoided), nameof(SmsKind.RoundAnnulled)];

    private static readonly string[] Names = [GatewaySmsProvider.ProviderName, AliyunSmsProvider.ProviderName, TencentSmsProvider.ProviderName];

    public ValidateOptionsResult Validate(string? name, SmsSettings options)
    {
        var faults = new List<string>();
        var providers = options.ProviderNames();
        if (providers.Count == 0 || providers.Any(p => !Names.Contains(p, StringComparer.Ordinal)) || providers.Distinct(StringComparer.Ordinal).Count() < providers.Count)
            faults.Add($"Sms:Providers must name one or more of {string.Join(", ", Names)}, each once, with commas between; the first is asked first.");
        if (options.DailyCap is < 0 or > LargestCap) faults.Add("Sms:DailyCap must be 0 (no cap) or the notices one number may get in a day, up to 10000.");
        if (options.DailyCodeCap is < 0 or > LargestCap) faults.Add("Sms:DailyCodeCap must be 0 (no cap) or the log-in codes one number may get in a day, up to 10000.");
        if (options.GatewayUrl.Length > 0 && !IsAddress(options.GatewayUrl)) faults.Add("Sms:GatewayUrl must be an absolute http or https address, or empty to hold all its messages back.");
        if (options.Sign.Length > LongestSign) faults.Add("Sms:Sign is at most 64 characters.");
        RefuseSandboxAccounts(faults, options);
        if (options.LoginCodesPerHour is < 20 or > 1_000_000) faults.Add("Sms:LoginCodesPerHour must be the log-in codes the whole city may send in an hour, 20 to 1000000.");
        if (options.Timeout < ShortestWait || options.Timeout > LongestWait)
            faults.Add("Sms:Timeout must be between 00:00:01 and 00:00:10.");
        CheckLongest(faults, "Sms:Aliyun", options.Aliyun.LongestValue);
        CheckLongest(faults, "Sms:Tencent", options.Tencent.LongestValue);
        if (providers.Contains(AliyunSmsProvider.ProviderName, StringComparer.Ordinal)) CheckAliyun(faults, options);
        if (providers.Contains(TencentSmsProvider.ProviderName, StringComparer.Ordinal)) CheckTencent(faults, options);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void CheckAliyun(List<string> faults, SmsSettings all)
    {
        const string section = "Sms:Aliyun";
        var account = all.Aliyun;
        CheckSecret(faults, $"{section}:AccessKeyId", account.AccessKeyId, "copy it from the RAM console, a user with AliyunDysmsFullAccess");
        CheckSecret(faults, $"{section}:AccessKeySecret", account.AccessKeySecret, "copy it from the RAM console when the key is made");
        if (!Enum.IsDefined(account.Signing)) faults.Add($"{section}:Signing must be V3 or Rpc.");
        CheckVendor(faults, section, account, all.Sign, ordered: false);
    }

    private static void CheckTencent(List<string> faults, SmsSettings all)
    {
        const string section = "Sms:Tencent";
        var account = all.Tencent;
        CheckSecret(faults, $"{section}:SecretId", account.SecretId, "copy it from the CAM console");
        CheckSecret(faults, $"{section}:SecretKey", account.SecretKey, "copy it from the CAM console when the key is made");
        if (!IsFilled(account.SmsSdkAppId)) faults.Add($"{section}:SmsSdkAppId is empty or a placeholder: copy it from the SMS console's applications.");
        if (!IsFilled(account.Region)) faults.Add($"{section}:Region is empty: ap-guangzhou serves all.");
        CheckVendor(faults, section, account, all.Sign, ordered: true);
    }

    private static void CheckSecret(List<string> faults, string key, string value, string cure)
    {
        if (!IsFilled(value)) faults.Add($"{key} is empty or a placeholder: {cure}.");
    }

    // Also of a vendor that is not asked yet: the day it is named, it would be.
    private void RefuseSandboxAccounts(List<string> faults, SmsSettings all)
    {
        if (sandbox.Any()) return;
        var marked = new[]
        {
            ("Aliyun:AccessKeyId", all.Aliyun.AccessKeyId), ("Aliyun:AccessKeySecret", all.Aliyun.AccessKeySecret),
            ("Tencent:SecretId", all.Tencent.SecretId), ("Tencent:SecretKey", all.Tencent.SecretKey),
        }.Where(s => s.Item2?.StartsWith(SandboxMark, StringComparison.OrdinalIgnoreCase) == true).Select(s => s.Item1);
        faults.AddRange(marked.Select(key => $"Sms:{key} is the sandbox's, which everybody knows: copy your account's own from the vendor's console."));
        if (all.Tencent.SmsSdkAppId == SandboxApplication)
            faults.Add("Sms:Tencent:SmsSdkAppId is the sandbox's, which everybody knows: copy it from the SMS console's applications.");
    }

    private static void CheckLongest(List<string> faults, string section, int longest)
    {
        if (longest is < 1 or > LargestValue) faults.Add($"{section}:LongestValue must be the characters that one value of a template may have, 1 to 1000.");
    }

    private static bool IsAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);

    private static void CheckVendor(List<string> faults, string section, SmsVendorSettings account, string sign, bool ordered)
    {
        var fits = Uri.TryCreate(account.Endpoint, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)) && address.Query.Length == 0;
        if (!fits) faults.Add($"{section}:Endpoint must be an https address; leave it out for the vendor's own.");
        if (!IsFilled(account.SignName) && !IsFilled(sign)) faults.Add($"{section}:SignName is empty, and so is Sms:Sign: set the sign that the vendor has approved, without brackets.");
        foreach (var stranger in account.Templates.Keys.Where(k => !Enum.GetNames<SmsKind>().Contains(k, StringComparer.Ordinal)))
            faults.Add($"{section}:Templates:{stranger} is no kind of message; there are {string.Join(", ", Enum.GetNames<SmsKind>())}.");
        foreach (var kind in Enum.GetNames<SmsKind>())
        {
            var key = $"{section}:Templates:{kind}";
            if (!account.Templates.TryGetValue(kind, out var template) && Optional.Contains(kind)) continue;
            if (template is null || !IsFilled(template.Id))
                faults.Add($"{key}:Id is missing: copy the approved template's id from the console, or write {SmsTemplate.Never} if this city never sends it.");
            else if (template.Id != SmsTemplate.Never)
            {
                CheckValues(faults, key, template.Values, ordered);
                CheckRecord(faults, section, kind, template.Values, account.LongestValue);
            }
        }
    }

    private static void CheckValues(List<string> faults, string key, string values, bool ordered)
    {
        var slots = SmsTemplates.Slots(values).ToList();
        if (slots.Find(s => !SmsValues.All.Contains(s.Name)) is { Name: not null } stranger)
            faults.Add($"{key}:Values names {stranger.Name}, which there is not; there are {string.Join(", ", SmsValues.All)}.");
        if (ordered && slots.Exists(s => s.Variable != s.Name))
            faults.Add($"{key}:Values: Tencent's places have no names; write the values in the order of {{1}}, {{2}} and so on.");
        if (!ordered && slots.Select(s => s.Variable).Distinct(StringComparer.Ordinal).Count() < slots.Count)
            faults.Add($"{key}:Values names a variable twice.");
    }

    // A message whose template shows what it has not, or what does not fit, would never leave.
    private static void CheckRecord(List<string> faults, string section, string kind, string values, int longest)
    {
        if (!SmsTemplates.Slots(values).Any(s => s.Name == SmsValues.Record)) return;
        if (kind != nameof(SmsKind.SlotAssigned)) faults.Add($"{section}:Templates:{kind}:Values names {SmsValues.Record}, which there is only when lists are published, in {nameof(SmsKind.SlotAssigned)}.");
        else if (longest < RecordLength) faults.Add($"{section}:LongestValue must be at least {RecordLength}, since {section}:Templates:{kind} shows {SmsValues.Record}.");
    }

    // A null in a JSON file is bound as null, and the sample has its placeholders in angle brackets.
    private static bool IsFilled(string? value) => !string.IsNullOrWhiteSpace(value) && value[0] != '<';
}
