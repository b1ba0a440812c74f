using System.Text.Json.Serialization;

namespace WeChatMask.WeChat;

/// <summary>A menu in WeChat's own shape.</summary>
public sealed record MenuDefinition([property: JsonPropertyName("button")] IReadOnlyList<MenuButton> Buttons);

/// <summary>A button: it sends a key, opens an address, or unfolds others.</summary>
public sealed record MenuButton(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("type"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Type = null,
    [property: JsonPropertyName("key"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Key = null,
    [property: JsonPropertyName("url"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Url = null,
    [property: JsonPropertyName("sub_button"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<MenuButton>? Buttons = null);
