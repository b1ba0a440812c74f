using Microsoft.Extensions.Options;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.PublicLog;

/// <summary>The public log: what it is called, who else signs it, and where copies of it lie.</summary>
public sealed class PublicLogSettings
{
    /// <summary>The log's name, which stands in its first line and in every receipt and must not change: the public host and <c>/log</c>. Empty takes the host of <c>Site:PublicBaseUrl</c>.</summary>
    public string Origin { get; set; } = "";

    /// <summary>Public keys of newspapers, notaries and others who sign what they saw, as <c>check.py</c> prints them: name, id and key with plus signs between them.</summary>
    public List<string> Witnesses { get; } = [];

    /// <summary>A file, outside the database and its backups, in which the node writes how far the log was shown: a database that is older than that stops the start. Empty writes none.</summary>
    public string SeenPath { get; set; } = "";

    /// <summary>A folder, outside the database and its backups, into which the log is copied as files that any web server can serve. Empty copies nothing.</summary>
    public string MirrorPath { get; set; } = "";

    /// <summary>For how many days backups are kept, 1 to 400: so long a round's key may still be in one after its lists have come down, and the log says so.</summary>
    public int BackupDays { get; set; } = 30;

    /// <summary>The log's name at a site.</summary>
    internal string OriginFor(SiteSettings site) =>
        Origin.Length > 0 ? Origin : Uri.TryCreate(site.PublicBaseUrl, UriKind.Absolute, out var address) ? $"{address.Authority}/log" : "localhost/log";
}

internal sealed class PublicLogSettingsValidator : IValidateOptions<PublicLogSettings>
{
    // With room for a number behind it.
    private const int LongestOrigin = 190;

    public ValidateOptionsResult Validate(string? name, PublicLogSettings options)
    {
        var faults = new List<string>();
        if (options.Origin.Length > 0 && (options.Origin.Length > LongestOrigin || LogEntry.TryParse($"log 1 {options.Origin} 0 k") is null))
            faults.Add($"Log:Origin is up to {LongestOrigin} letters, digits and ._:/- such as mask.example.gov.cn/log, or empty.");
        if (options.BackupDays is < 1 or > 400) faults.Add("Log:BackupDays is 1 to 400.");
        faults.AddRange(options.Witnesses.Select((key, i) => (Key: VerifierKey.TryParse(key ?? ""), i)).Where(w => w.Key is not { IsWitness: true, Name.Length: <= LongestOrigin })
            .Select(w => $"Log:Witnesses:{w.i} is no witness's public key; the witness prints it with: check.py witness --help"));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
