namespace WeChatMask.WeChat;

public static class OAuthLinks
{
    // WeChat's parameter table: letters and digits, at most 128 bytes.
    private const int LongestState = 128;

    /// <summary>
    /// The page that sends a resident's browser back with a code. WeChat matches the address by a pattern, so the order
    /// of the parameters and the fragment are part of the protocol. The scope is the silent one: the openid is all we need.
    /// </summary>
    /// <exception cref="ArgumentException">The state could not come back unchanged.</exception>
    public static string Authorize(WeChatSettings settings, string redirectUri, string state)
    {
        ArgumentException.ThrowIfNullOrEmpty(redirectUri);
        if (state.Length is 0 or > LongestState || !state.All(char.IsAsciiLetterOrDigit))
            throw new ArgumentException("The state must be 1 to 128 letters or digits.", nameof(state));
        return $"{settings.AuthorizeBaseUrl.TrimEnd('/')}/connect/oauth2/authorize?appid={Uri.EscapeDataString(settings.AppId)}"
            + $"&redirect_uri={Uri.EscapeDataString(redirectUri)}&response_type=code&scope=snsapi_base&state={state}#wechat_redirect";
    }
}
