using Microsoft.Extensions.Options;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>The account's menu, where a city wants another than the built-in one. It is set when it differs from what WeChat has.</summary>
public sealed class MenuSettings
{
    /// <summary>The configuration section.</summary>
    public const string Section = "WeChatMenu";

    /// <summary>Up to three buttons; none takes the built-in menu.</summary>
    public List<MenuButtonSettings> Buttons { get; } = [];
}

/// <summary>A button of a city's own menu.</summary>
public sealed class MenuButtonSettings
{
    /// <summary>What it says: at most 16 bytes for one of the three, 60 for those below; a Chinese character has three.</summary>
    public string Name { get; set; } = "";

    /// <summary><c>view</c> opens an address, <c>click</c> sends a word as if it had been typed.</summary>
    public string? Type { get; set; }

    /// <summary>The word of a <c>click</c>.</summary>
    public string? Key { get; set; }

    /// <summary>The address of a <c>view</c>; one that begins with a slash is a page of this site.</summary>
    public string? Url { get; set; }

    /// <summary>Up to five buttons below it, which then is none itself.</summary>
    public List<MenuButtonSettings> Buttons { get; } = [];

    /// <summary>The button as WeChat takes it.</summary>
    /// <param name="address">Makes a whole address of a page of ours.</param>
    internal MenuButton Build(Func<string, string> address) => Buttons.Count > 0
        ? new MenuButton(Name, Buttons: [.. Buttons.Select(b => b.Build(address))])
        : new MenuButton(Name, Type, Key, Url is { Length: > 0 } url && url[0] == '/' ? address(url) : Url);
}

/// <summary>Stops the start with a menu that WeChat would refuse.</summary>
internal sealed class MenuSettingsValidator : IValidateOptions<MenuSettings>
{
    public ValidateOptionsResult Validate(string? name, MenuSettings options)
    {
        if (options.Buttons.Count == 0) return ValidateOptionsResult.Success;
        var menu = new MenuDefinition([.. options.Buttons.Select(b => b.Build(path => $"https://example.com{path}"))]);
        return MenuRules.Check(menu) is var fault and not 0
            ? ValidateOptionsResult.Fail(FormattableString.Invariant(
                $"WeChatMenu would be refused with errcode {fault}: one to three buttons, up to five below each, names of 16 bytes above and 60 below, type view with Url or click with Key."))
            : ValidateOptionsResult.Success;
    }
}
