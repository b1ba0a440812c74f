using Microsoft.Extensions.Options;

namespace WeChatMask.WeChat;

/// <summary>
/// Stops the start when a key is missing or weak, naming the key and the cure.
/// The shapes are those of the console's own form: Token 3-32 letters or digits, EncodingAESKey 43 of them.
/// </summary>
public sealed class WeChatSettingsValidator : IValidateOptions<WeChatSettings>
{
    private const int ShortestToken = 3;
    private const int LongestToken = 32;

    public ValidateOptionsResult Validate(string? name, WeChatSettings options)
    {
        var failures = new List<string>();
        Require(failures, IsFilled(options.AppId), nameof(options.AppId), "is empty or a placeholder: copy the AppID from the console's basic configuration.");
        Require(failures, IsFilled(options.AppSecret), nameof(options.AppSecret), "is empty or a placeholder: copy the AppSecret from the console's basic configuration.");
        CheckToken(failures, options.Token);
        Require(failures, Enum.IsDefined(options.MessageMode), nameof(options.MessageMode), "must be Plain, Compatible or Safe, as chosen in the console.");
        if (options.MessageMode != MessageMode.Plain || !string.IsNullOrEmpty(options.EncodingAesKey)) CheckAesKey(failures, nameof(options.EncodingAesKey), options.EncodingAesKey);
        if (!string.IsNullOrEmpty(options.EncodingAesKeyNext)) CheckAesKey(failures, nameof(options.EncodingAesKeyNext), options.EncodingAesKeyNext);
        CheckAddress(failures, nameof(options.ApiBaseUrl), options.ApiBaseUrl);
        CheckAddress(failures, nameof(options.AuthorizeBaseUrl), options.AuthorizeBaseUrl);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    // appsettings.sample.json has its placeholders in angle brackets.
    private static bool IsFilled(string? value) => !string.IsNullOrWhiteSpace(value) && value[0] != '<';

    // A null in a JSON file is bound as null, whatever the property says.
    private static void CheckToken(List<string> failures, string? token)
    {
        token ??= "";
        var fits = token.Length is >= ShortestToken and <= LongestToken && token.All(char.IsAsciiLetterOrDigit);
        Require(failures, token.Length > 0, nameof(WeChatSettings.Token), "is empty: set the Token that stands in the console's server configuration.");
        Require(failures, token.Length == 0 || fits, nameof(WeChatSettings.Token), "must be 3 to 32 letters or digits, the same as in the console's server configuration.");
    }

    private static void CheckAesKey(List<string> failures, string setting, string? key)
    {
        var fits = MessageCrypto.IsKey(key);
        Require(failures, fits, setting, "must be the 43 letters and digits of the console's server configuration; encrypted messages cannot be read without it.");

        // Examples in manuals use a key of one repeated letter; in production it would be everybody's key.
        Require(failures, key is null || !fits || key.Any(letter => letter != key[0]), setting, "is one repeated character: generate a random key in the console and copy it here.");
    }

    private static void CheckAddress(List<string> failures, string key, string? address)
    {
        var fits = Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && (string.Equals(uri.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal) || string.Equals(uri.Scheme, Uri.UriSchemeHttp, StringComparison.Ordinal));
        Require(failures, fits, key, "must be an absolute http or https address; leave it out for WeChat's own.");
    }

    private static void Require(List<string> failures, bool holds, string key, string cure)
    {
        if (!holds) failures.Add($"{WeChatSettings.Section}:{key} {cure}");
    }
}
