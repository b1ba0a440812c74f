using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.Operations;

/// <summary>What nobody but the account's owner can do, with the values to paste.</summary>
internal static class WeChatConsole
{
    /// <summary>Prints it. Token and message key are shown, since the console asks for them; no other secret is.</summary>
    public static async Task PrintAsync(SiteSettings site, WeChatSettings account, TextWriter output)
    {
        var home = new Uri(site.PublicBaseUrl);
        await output.WriteLineAsync(
            $"""

             Left to do in the console of the official account (mp.weixin.qq.com), in this order:
              1. Basic configuration, IP whitelist: every address from which this city's machines call out.
              2. Account settings, function settings:
                   web authorization domain         {home.Host}
                   JS API security domain           {home.Host}
                 The console gives a file MP_verify_....txt for it: put it into /var/www/wechatmask, from where nginx hands it out.
              3. When a node and nginx run: basic configuration, server configuration:
                   URL                              {site.PublicBaseUrl.TrimEnd('/')}{WeChatRoom.WebhookPath}
                   Token                            {account.Token}
                   EncodingAESKey                   {account.EncodingAesKey}
                   message encryption               {ModeOf(account.MessageMode)}
                 Submit, and enable it. The menu follows by itself within minutes.
             Left to do here: keep a copy of secrets.env off this machine; import the city; start a node; wechatmask doctor.
             """);
    }

    private static string ModeOf(MessageMode mode) => mode switch
    {
        MessageMode.Safe => "safe mode (encrypted)",
        MessageMode.Compatible => "compatible mode",
        _ => "plain text mode",
    };
}
