using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>Outside the sandbox refuses what everybody knows, since it is published with it, and a token that could be found by trying.</summary>
internal sealed class ProductionAccountValidator(IEnumerable<SandboxSecretsAllowed> sandbox) : IValidateOptions<WeChatSettings>
{
    private const int ShortestToken = 3;
    private const int ShortestSafeToken = 8;

    // The sandbox's values carry this mark, but for the secret, which has WeChat's form.
    private const string SandboxMark = "sandbox";
    private const string SandboxAppSecret = "5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c";

    public ValidateOptionsResult Validate(string? name, WeChatSettings options)
    {
        if (sandbox.Any()) return ValidateOptionsResult.Success;
        var faults = new List<string>();
        RefusePublished(faults, nameof(options.Token), IsMarked(options.Token));
        RefusePublished(faults, nameof(options.EncodingAesKey), IsMarked(options.EncodingAesKey));
        RefusePublished(faults, nameof(options.EncodingAesKeyNext), IsMarked(options.EncodingAesKeyNext));
        RefusePublished(faults, nameof(options.AppSecret), options.AppSecret == SandboxAppSecret);
        if (options.Token is { Length: >= ShortestToken and < ShortestSafeToken } && !options.AllowShortToken)
            faults.Add("WeChat:Token is shorter than 8 characters, so that strangers could find it by trying: set a longer one here and in the console, or WeChat:AllowShortToken to true.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void RefusePublished(List<string> faults, string key, bool isPublished)
    {
        if (isPublished) faults.Add($"WeChat:{key} is the sandbox's, which everybody knows: copy your account's own from the console.");
    }

    private static bool IsMarked(string? value) => value?.StartsWith(SandboxMark, StringComparison.OrdinalIgnoreCase) == true;
}
