using Microsoft.Extensions.Options;

namespace WeChatMask.Settings;

/// <summary>The city's population registry; needed only where a policy says <c>"eligibility": "registry"</c>.</summary>
public sealed class RegistrySettings
{
    /// <summary>Its https address; people are looked up at <c>/lookups</c> below it. http is taken on this machine alone.</summary>
    public string BaseUrl { get; set; } = "";

    /// <summary>The name by which the registry knows this city: 1 to 64 letters, digits, hyphens, dots or underscores.</summary>
    public string Caller { get; set; } = "wechatmask";

    /// <summary>Longest wait for one try, <c>hh:mm:ss</c>, a tenth of a second to a minute. A call with all its retries takes at most twice as long.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many calls one node has under way at once, 1 to 1000.</summary>
    public int Concurrency { get; set; } = 16;
}

/// <summary>Refuses a registry that personal data would reach in clear, and limits that are none.</summary>
internal sealed class RegistrySettingsValidator : IValidateOptions<RegistrySettings>
{
    public ValidateOptionsResult Validate(string? name, RegistrySettings options)
    {
        var faults = new List<string>();
        if (options.BaseUrl.Length > 0 && !IsSafe(options.BaseUrl))
            faults.Add("Registry:BaseUrl must be an https address; http is taken on this machine alone.");
        if (options.Caller.Length is 0 or > 64 || !options.Caller.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            faults.Add("Registry:Caller is 1 to 64 letters, digits, hyphens, dots or underscores.");
        if (options.Timeout < TimeSpan.FromMilliseconds(100) || options.Timeout > TimeSpan.FromMinutes(1))
            faults.Add("Registry:Timeout is between a tenth of a second and a minute.");
        if (options.Concurrency is < 1 or > 1000) faults.Add("Registry:Concurrency is 1 to 1000.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsSafe(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}
