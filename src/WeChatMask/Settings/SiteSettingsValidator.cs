using Microsoft.Extensions.Options;

namespace WeChatMask.Settings;

/// <summary>Refuses an address that people could not be sent to, a zone that there is not, and a desk that would decide nothing.</summary>
internal sealed class SiteSettingsValidator(IEnumerable<SandboxSecretsAllowed>? sandbox = null) : IValidateOptions<SiteSettings>
{
    private const int LargestQueue = 1_000_000;
    private const int LargestBatch = 100_000;
    private const int MostListeners = 100_000;
    private const int MostHashes = 64;
    private const int MostHandOvers = 100_000;
    private const int LongestOffice = 200;
    private const int MostLogIns = 100_000;

    public ValidateOptionsResult Validate(string? name, SiteSettings options)
    {
        var faults = new List<string>();
        var isSandbox = sandbox?.Any() == true;
        // Without it the request's own Host header, which anybody may write, would say where WeChat sends people.
        if (options.PublicBaseUrl.Length == 0 && !isSandbox)
            faults.Add("Site:PublicBaseUrl is empty: set the address that people see, for example https://mask.example.gov.cn.");
        if (options.PublicBaseUrl.Length > 0 && !IsHome(options.PublicBaseUrl))
            faults.Add("Site:PublicBaseUrl must be an https address without a path, for example https://mask.example.gov.cn; http is taken on this machine alone.");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _))
            faults.Add("Site:TimeZone is no time zone that this machine knows; take an IANA name such as Asia/Shanghai, and install tzdata where it is missing.");
        if (options.DeskQueue is < 1 or > LargestQueue) faults.Add(FormattableString.Invariant($"Site:DeskQueue is 1 to {LargestQueue}."));
        if (options.DeskBatch is < 1 or > LargestBatch) faults.Add(FormattableString.Invariant($"Site:DeskBatch is 1 to {LargestBatch}."));
        if (options.BoardListeners is < 0 or > MostListeners) faults.Add(FormattableString.Invariant($"Site:BoardListeners is 0 to {MostListeners}."));
        if (options.PasswordHashes is < 0 or > MostHashes) faults.Add(FormattableString.Invariant($"Site:PasswordHashes is 0 to {MostHashes}."));
        if (options.LogInsAtLeast is < 1 or > MostLogIns) faults.Add(FormattableString.Invariant($"Site:LogInsAtLeast is 1 to {MostLogIns}."));
        if (options.LogInsAtMost != 0 && (options.LogInsAtMost < options.LogInsAtLeast || options.LogInsAtMost > MostLogIns))
            faults.Add(FormattableString.Invariant($"Site:LogInsAtMost is 0, or from Site:LogInsAtLeast up to {MostLogIns}."));
        if (options.LastHalfHourHandOvers is < 0 or > MostHandOvers) faults.Add(FormattableString.Invariant($"Site:LastHalfHourHandOvers is 0 to {MostHandOvers}."));
        if (options.SupervisorOffice.Length > LongestOffice || options.SupervisorOffice.Any(char.IsControl))
            faults.Add(FormattableString.Invariant($"Site:SupervisorOffice is one line of at most {LongestOffice} characters."));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsHome(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0 && uri.HostNameType != UriHostNameType.Unknown;
}
