using System.Text.Json;
using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>
/// Calls in the account's name: with its token, once more with another when WeChat refuses the first, and not at all while a quota
/// is used up. Each fails with a <see cref="WeChatApiException"/> when WeChat refuses, does not answer, or the call is at rest.
/// </summary>
public sealed class OfficialAccountClient(WeChatClient client, Credentials credentials, ApiQuotaStore limits, CityCalendar calendar)
{
    public const string TemplateCall = "cgi-bin/message/template/send";

    public const string SubscriptionCall = "cgi-bin/message/subscribe/bizsend";

    /// <summary>Sends a text to somebody who did something in the chat lately.</summary>
    public const string ServiceCall = "cgi-bin/message/custom/send";

    private const string MenuCreateCall = "cgi-bin/menu/create";
    private const string MenuGetCall = "cgi-bin/menu/get";
    private const string SceneCall = "cgi-bin/qrcode/create";

    // So that a crowd of calls does not ask the database each time; a rest that another node began is seen this much later.
    private static readonly TimeSpan LimitsLife = TimeSpan.FromSeconds(2);

    private volatile KnownLimits known = new(0, new Dictionary<string, int>(StringComparer.Ordinal));

    /// <summary>Sends a message; the shape of the body belongs to the call. Returns WeChat's id of it.</summary>
    public async Task<string?> SendAsync(string call, object message, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(call, token => client.SendAsync(call, token, message, cancellationToken), cancellationToken);
        return answer.RootElement.TryGetProperty("msgid", out var id) ? id.ToString() : null;
    }

    public Task SayAsync(string openId, string text, CancellationToken cancellationToken) =>
        SendAsync(ServiceCall, new { touser = openId, msgtype = "text", text = new { content = text } }, cancellationToken);

    public async Task SetMenuAsync(MenuDefinition menu, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(MenuCreateCall, token => client.SendAsync(MenuCreateCall, token, menu, cancellationToken), cancellationToken);
    }

    public async Task<MenuDefinition?> MenuAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await AskAsync(MenuGetCall, token => client.ReadAsync(MenuGetCall, token, cancellationToken), cancellationToken);
            return answer.RootElement.TryGetProperty("menu", out var menu) ? menu.Deserialize<MenuDefinition>() : null;
        }
        catch (WeChatApiException none) when (none.Action == WeChatAction.NoMenu)
        {
            return null;
        }
        catch (JsonException)
        {
            // A menu of a shape that is not ours is replaced like any other.
            return null;
        }
    }

    /// <summary>Makes a code for good that opens the chat with a scene: 1 to 64 characters, public, nothing personal, and nothing to be believed.</summary>
    public async Task<SceneCode> CreateSceneCodeAsync(string scene, CancellationToken cancellationToken)
    {
        var body = new { action_name = "QR_LIMIT_STR_SCENE", action_info = new { scene = new { scene_str = scene } } };
        using var answer = await AskAsync(SceneCall, token => client.SendAsync(SceneCall, token, body, cancellationToken), cancellationToken);
        return answer.RootElement.TryGetProperty("ticket", out var ticket) && answer.RootElement.TryGetProperty("url", out var url)
            ? new SceneCode(ticket.ToString(), url.ToString())
            : throw new WeChatApiException("WeChat's answer holds no code");
    }

    private async Task<JsonDocument> AskAsync(string call, Func<string, Task<JsonDocument>> ask, CancellationToken cancellationToken)
    {
        await CheckLimitAsync(call, cancellationToken);
        try
        {
            var token = await credentials.Token.GetAsync(cancellationToken);
            try
            {
                return await ask(token);
            }
            catch (WeChatApiException refused) when (refused.Action == WeChatAction.RefreshTokenRetryOnce)
            {
                return await ask(await credentials.Token.RenewAsync(token, cancellationToken));
            }
        }
        catch (WeChatApiException failure) when (failure.Action is WeChatAction.StopQuotaDay or WeChatAction.RetryAfterMinute
            or WeChatAction.FailConfig or WeChatAction.FailConfigIpAllowList)
        {
            await limits.PauseAsync(call, failure.ErrorCode, ApiPause.After(failure, 0, calendar), CancellationToken.None);
            known = new KnownLimits(0, known.Codes);
            throw;
        }
    }

    private async Task CheckLimitAsync(string call, CancellationToken cancellationToken)
    {
        if (known.ReadAt == 0 || TimeProvider.System.GetElapsedTime(known.ReadAt) > LimitsLife)
        {
            var present = await limits.PresentAsync(cancellationToken);
            known = new KnownLimits(TimeProvider.System.GetTimestamp(), present.ToDictionary(l => l.ApiCall, l => l.ErrorCode, StringComparer.Ordinal));
        }

        if (known.Codes.TryGetValue(call, out var code)) throw new WeChatApiException(code);
    }

    private sealed record KnownLimits(long ReadAt, IReadOnlyDictionary<string, int> Codes);
}

public sealed record SceneCode(string Ticket, string Url);
