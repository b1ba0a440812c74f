using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>What may stand on the command line beside a command: the host's own options, and any setting by its whole key.</summary>
internal static class ProgramOptions
{
    private static readonly HashSet<string> Hosts = new(
        ["urls", "http_ports", "https_ports", "environment", "contentRoot", "webRoot", "applicationName", "AllowedHosts", "Logging", "Kestrel"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Every section of the product's settings, and the one that a city is moved to.</summary>
    internal static IReadOnlySet<string> Sections { get; } = new HashSet<string>(
        ["Database", "WeChat", "WeChatMenu", "WeChatNotices", "Site", "Registry", "Map", "Sms", "Secrets", "Telemetry", "Target"], StringComparer.OrdinalIgnoreCase);

    /// <exception cref="StartFaultException">One of them is none, or has no value.</exception>
    public static void Check(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var parts = args[i].Split('=', 2);
            var name = parts[0].TrimStart('-');
            var first = name.Split(':')[0];
            if (!(Hosts.Contains(first) || (Sections.Contains(first) && name.Contains(':', StringComparison.Ordinal))))
                throw new StartFaultException($"There is no option \"{parts[0]}\"; there is --urls, and any setting by its key, such as --Site:TimeZone.");
            if (parts.Length == 1 && (++i == args.Length || args[i].StartsWith("--", StringComparison.Ordinal)))
                throw new StartFaultException($"{parts[0]} needs a value.");
        }
    }
}
