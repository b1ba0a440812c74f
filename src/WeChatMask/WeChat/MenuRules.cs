using System.Text;

namespace WeChatMask.WeChat;

/// <summary>What a menu must be like for WeChat to take it: one to three buttons, one to five below each, names and keys within their bytes.</summary>
/// <remarks>
/// Limits of the platform's menu document: name 16 bytes of UTF-8 above and 60 below, key 128, address 1024. Newer consoles
/// take longer names above, so a menu within these limits is taken everywhere.
/// </remarks>
public static class MenuRules
{
    private const int MostButtons = 3;
    private const int MostBelow = 5;
    private const int NameBytes = 16;
    private const int NameBelowBytes = 60;
    private const int KeyBytes = 128;
    private const int UrlBytes = 1024;

    private static readonly string[] WithKey =
    [
        "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select",
    ];

    /// <summary>The errcode that WeChat answers a menu with: 0 when it takes it.</summary>
    public static int Check(MenuDefinition? menu)
    {
        if (menu?.Buttons is not { Count: >= 1 and <= MostButtons } buttons) return 40016;
        foreach (var button in buttons)
        {
            var below = button.Buttons ?? [];
            var fault = below.Count == 0 ? Button(button, NameBytes, 40018) : Group(button, below);
            if (fault != 0) return fault;
        }

        return 0;
    }

    private static int Group(MenuButton button, IReadOnlyList<MenuButton> below)
    {
        if (!Fits(button.Name, NameBytes)) return 40018;
        if (below.Count > MostBelow) return 40023;
        // Two levels are all there are.
        return below.Any(b => b.Buttons is { Count: > 0 }) ? 40023 : below.Select(b => Button(b, NameBelowBytes, 40025)).FirstOrDefault(fault => fault != 0);
    }

    private static int Button(MenuButton button, int nameBytes, int nameFault)
    {
        if (!Fits(button.Name, nameBytes)) return nameFault;
        if (button.Type == "view") return Fits(button.Url, UrlBytes) && Uri.TryCreate(button.Url, UriKind.Absolute, out _) ? 0 : 40020;
        if (!WithKey.Contains(button.Type, StringComparer.Ordinal)) return 40015;
        return Fits(button.Key, KeyBytes) ? 0 : 40019;
    }

    private static bool Fits(string? text, int most) => text is { Length: > 0 } && Encoding.UTF8.GetByteCount(text) <= most;
}
