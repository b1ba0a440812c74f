using System.Text.Json.Serialization;

namespace WeChatMask.WeChat;

public sealed record MenuDefinition([property: JsonPropertyName("button")] IReadOnlyList<MenuButton> Buttons)
{
    /// <summary>Every button that does something, those below others too.</summary>
    public IEnumerable<MenuButton> All() => Buttons.SelectMany(b => b.Buttons is { Count: > 0 } below ? below : [b]);

    /// <summary>The same bytes for menus that are the same: WeChat gives back empty lists where none were sent.</summary>
    public byte[] Canonical() => WeChatClient.Body(new MenuDefinition([.. Buttons.Select(Plain)]));

    private static MenuButton Plain(MenuButton button) => button.Buttons is { Count: > 0 } below
        ? new MenuButton(button.Name, Buttons: [.. below.Select(Plain)])
        : button with { Buttons = null, Key = button.Key is "" ? null : button.Key, Url = button.Url is "" ? null : button.Url };
}

/// <summary>A button: it sends a key, opens an address, or unfolds others.</summary>
public sealed record MenuButton(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("type"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Type = null,
    [property: JsonPropertyName("key"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Key = null,
    [property: JsonPropertyName("url"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Url = null,
    [property: JsonPropertyName("sub_button"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<MenuButton>? Buttons = null);
