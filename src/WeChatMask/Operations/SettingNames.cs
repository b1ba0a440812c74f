using System.Globalization;
using WeChatMask.Cases;
using WeChatMask.Data;
using WeChatMask.Flags;
using WeChatMask.Notices;
using WeChatMask.OfficialAccount;
using WeChatMask.PublicLog;
using WeChatMask.Settings;
using WeChatMask.Sms;
using WeChatMask.Telemetry;
using WeChatMask.WeChat;

namespace WeChatMask.Operations;

/// <summary>Every setting there is, by its name.</summary>
internal static class SettingNames
{
    /// <summary>What systemd's unit and the platform read beside the product's own.</summary>
    private static readonly string[] Others = ["LISTEN", "ASPNETCORE_FORWARDEDHEADERS_ENABLED"];

    // Beside all of section Secrets.
    private static readonly string[] SecretNames =
    [
        "WeChat__AppId", "WeChat__AppSecret", "WeChat__Token", "WeChat__EncodingAesKey", "WeChat__EncodingAesKeyNext", "Database__ConnectionString", "Database__ReadConnectionString",
        "Sms__GatewayUrl", "Sms__Aliyun__AccessKeyId", "Sms__Aliyun__AccessKeySecret", "Sms__Tencent__SecretId", "Sms__Tencent__SecretKey", "Telemetry__Headers",
    ];

    public static IReadOnlyDictionary<string, Type> Sections { get; } = new Dictionary<string, Type>(StringComparer.OrdinalIgnoreCase)
    {
        ["Database"] = typeof(DatabaseSettings), ["WeChat"] = typeof(WeChatSettings), ["WeChatMenu"] = typeof(MenuSettings),
        ["WeChatNotices"] = typeof(WeChatNoticeSettings), ["Site"] = typeof(SiteSettings), ["Registry"] = typeof(RegistrySettings),
        ["Map"] = typeof(MapSettings), ["Cases"] = typeof(CaseSettings), ["Flags"] = typeof(FlagSettings), ["Sms"] = typeof(SmsSettings), ["Log"] = typeof(PublicLogSettings), ["Secrets"] = typeof(SecretSettings), ["Telemetry"] = typeof(TelemetrySettings),
    };

    /// <summary>The name as it stands in a file of the environment, from one written with <c>:</c> or <c>__</c>; null where there is no such setting.</summary>
    public static string? InEnvironment(string name)
    {
        if (Others.Contains(name, StringComparer.Ordinal)) return name;
        var parts = name.Split(name.Contains(':', StringComparison.Ordinal) ? ":" : "__");
        if (Sections.Keys.FirstOrDefault(s => s.Equals(parts[0], StringComparison.OrdinalIgnoreCase)) is not { } section) return null;
        var type = Sections[section];
        var names = new List<string> { section };
        foreach (var part in parts.Skip(1))
        {
            if (Inner(type, part) is not (var known, { } inner)) return null;
            names.Add(known);
            type = inner;
        }

        return IsValue(type) ? string.Join("__", names) : null;
    }

    /// <summary>Whether it belongs among keys and passwords.</summary>
    public static bool IsSecret(string inEnvironment) =>
        inEnvironment.StartsWith("Secrets__", StringComparison.Ordinal) || SecretNames.Contains(inEnvironment, StringComparer.Ordinal);

    private static (string Name, Type? Type) Inner(Type type, string part)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
            return (part, part.Length > 0 && part.All(char.IsAsciiLetterOrDigit) ? type.GetGenericArguments()[1] : null);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
            return (part, int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? type.GetGenericArguments()[0] : null);
        return !IsValue(type) && Array.Find(type.GetProperties(), p => p.Name.Equals(part, StringComparison.OrdinalIgnoreCase)) is { } property
            ? (property.Name, property.PropertyType)
            : (part, null);
    }

    private static bool IsValue(Type type) => type == typeof(string) || type.IsValueType;
}
