using System.Collections.Concurrent;
using System.Text.Json;
using WeChatMask.WeChat;

namespace WeChatMask.Sandbox;

/// <summary>What the stand-in keeps of the account: its menu, and the codes that open its chat.</summary>
public sealed class WeChatAccount
{
    private const int LongestScene = 64;
    private const int MostSeconds = 2_592_000;
    private const int UsualSeconds = 60;

    private readonly ConcurrentDictionary<string, string> tickets = new(StringComparer.Ordinal);
    private volatile MenuDefinition? menu;

    /// <summary>The menu that was set, if one was.</summary>
    public MenuDefinition? Menu => menu;

    /// <summary>Sets the menu. Returns WeChat's errcode.</summary>
    public int SetMenu(JsonElement body)
    {
        MenuDefinition? wanted;
        try
        {
            wanted = body.Deserialize<MenuDefinition>();
        }
        catch (JsonException)
        {
            return 47001;
        }

        var fault = MenuRules.Check(wanted);
        if (fault == 0) menu = wanted;
        return fault;
    }

    /// <summary>Takes the menu away. Returns WeChat's errcode.</summary>
    public int DeleteMenu()
    {
        menu = null;
        return 0;
    }

    /// <summary>The scene that a code's address stands for.</summary>
    public string? SceneOf(string url) => tickets.GetValueOrDefault(url);

    /// <summary>Makes a code for a scene, or nothing when what is asked is not well formed.</summary>
    public object? Scene(JsonElement body)
    {
        var action = body.TryGetProperty("action_name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : "";
        if (!body.TryGetProperty("action_info", out var info) || info.ValueKind != JsonValueKind.Object
            || !info.TryGetProperty("scene", out var scene) || scene.ValueKind != JsonValueKind.Object) return null;
        var lasting = action is "QR_LIMIT_SCENE" or "QR_LIMIT_STR_SCENE";
        var known = action switch
        {
            "QR_STR_SCENE" or "QR_LIMIT_STR_SCENE" => scene.TryGetProperty("scene_str", out var text) && text.ValueKind == JsonValueKind.String
                && text.GetString() is { Length: >= 1 and <= LongestScene } written ? written : null,
            "QR_SCENE" or "QR_LIMIT_SCENE" => scene.TryGetProperty("scene_id", out var id) && id.TryGetUInt32(out var number) && number > 0
                && (!lasting || number <= 100_000) ? number.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
            _ => null,
        };
        var seconds = UsualSeconds;
        var timed = !lasting && body.TryGetProperty("expire_seconds", out var given);
        if (known is null || (timed && (!body.GetProperty("expire_seconds").TryGetInt32(out seconds) || seconds is < 1 or > MostSeconds))) return null;
        var ticket = WeChatTokens.Random();
        var url = $"http://weixin.qq.com/q/{ticket[..20]}";
        tickets[url] = known;
        return lasting ? new { ticket, url } : new { ticket, expire_seconds = seconds, url };
    }
}
