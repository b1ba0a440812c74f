using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.OfficialAccount;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.Sandbox.Pages;

/// <summary>The sandbox's own page: a phone, its neighbourhood, the inbox and the clock.</summary>
[AllowAnonymous]
public sealed class WorldModel(
    CityFile city, CrowdPeople people, Menu menu, PolicyQueries policies, OwnAddress self, CityCalendar calendar, IStringLocalizer<Text.World> text) : PageModel
{
    /// <summary>The city as its file says.</summary>
    public CityFile City => city;

    /// <summary>What the city is called in the page's language.</summary>
    public string CityName => text[$"City_{city.City}"] is { ResourceNotFound: false } known ? known.Value : city.Name;

    /// <summary>The people whose phones can be taken.</summary>
    public IReadOnlyList<MadeUpPerson> People { get; } = people.Shown;

    /// <summary>The account's menu as the app defines it.</summary>
    public IReadOnlyList<MenuButton> Buttons { get; } = menu.Build().Buttons;

    /// <summary>What is handed out, while a policy holds.</summary>
    public Goods? Goods { get; private set; }

    /// <summary>The city's time.</summary>
    public DateTimeOffset Now => calendar.Local(calendar.Now);

    /// <summary>Where the app says it is.</summary>
    public string Site => self.Value;

    /// <summary>The path of an address of this site, which the phone opens as its own page.</summary>
    public static string PathOf(string address) => new Uri(address).PathAndQuery;

    /// <summary>Shows the page, under the name that the app's own links have.</summary>
    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Response.Headers.CacheControl = "no-store";
        // The log-in leads through the app's own address. To a browser, this machine's name and its number are two sites.
        var asked = new Uri($"{Request.Scheme}://{Request.Host}");
        if (Uri.TryCreate(self.Value, UriKind.Absolute, out var own) && asked.IsLoopback && asked.Port == own.Port && asked.Host != own.Host)
            return Redirect($"{self.Value}/sandbox{Request.QueryString}");
        if (SandboxLanguage.Choose(HttpContext)) return LocalRedirect("/sandbox");
        Goods = (await policies.TodayAsync(cancellationToken))?.Goods;
        return Page();
    }
}
