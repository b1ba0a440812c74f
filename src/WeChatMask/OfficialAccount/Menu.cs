using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using WeChatMask.Conversation;
using WeChatMask.WeChat;
using WeChatMask.Web;

namespace WeChatMask.OfficialAccount;

/// <summary>The account's menu as data: what <c>menu/create</c> is sent, and what a phone shows below the chat.</summary>
/// <remarks>Three buttons with five below each are the most that WeChat takes. A key is a word of <c>Text/Phrases.txt</c>.</remarks>
public sealed class Menu(IStringLocalizer<Text.Conversation> text, SiteLinks links, IOptionsMonitor<MenuSettings> settings)
{
    public MenuDefinition Build() => settings.CurrentValue.Buttons is { Count: > 0 } own ? new([.. own.Select(b => b.Build(links.To))]) : Ours();

    private MenuDefinition Ours() => new(
    [
        View("Menu_Book", "/book"),
        Group("Menu_Mine", Click("Menu_Query", "MINE"), View("Menu_Vouchers", "/bookings"), View("Menu_Residents", "/residents"), Click("Menu_Cancel", "CANCEL")),
        Group("Menu_Public", Click("Menu_Lists", "LISTS"), View("Menu_Notices", "/notices"), Click("Menu_Pharmacies", "PHARMACIES"), Click("Menu_Help", "HELP"), View("Menu_Complaints", "/complaints")),
    ]);

    private MenuButton View(string name, string path) => new(text[name], "view", Url: links.To(path));

    private MenuButton Click(string name, string key) => new(text[name], "click", Key: key);

    private MenuButton Group(string name, params MenuButton[] buttons) => new(text[name], Buttons: buttons);
}
