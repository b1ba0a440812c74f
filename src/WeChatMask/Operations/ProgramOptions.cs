using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>What may stand on the command line beside a command: the host's own options, and any setting by its whole key.</summary>
internal static class ProgramOptions
{
    // Where a city is moved to.
    private const string Target = "Target";

    private static readonly HashSet<string> Hosts = new(
        ["urls", "http_ports", "https_ports", "environment", "contentRoot", "webRoot", "applicationName", "AllowedHosts", "Logging", "Kestrel"],
        StringComparer.OrdinalIgnoreCase);

    /// <exception cref="StartFaultException">One of them is none, or has no value.</exception>
    public static void Check(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var parts = args[i].Split('=', 2);
            var name = parts[0].TrimStart('-');
            var first = name.Split(':')[0];
            if (!(Hosts.Contains(first) || ((SettingNames.Sections.ContainsKey(first) || first.Equals(Target, StringComparison.OrdinalIgnoreCase)) && name.Contains(':', StringComparison.Ordinal))))
                throw new StartFaultException($"There is no option \"{parts[0]}\"; there is --urls, and any setting by its key, such as --Site:TimeZone.");
            if (parts.Length == 1 && (++i == args.Length || args[i].StartsWith("--", StringComparison.Ordinal)))
                throw new StartFaultException($"{parts[0]} needs a value.");
        }
    }
}
