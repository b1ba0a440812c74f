using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Supervision;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>The home page: how today's round stands, what each pharmacy has left, and the rules in plain words. Whoever is logged in reads first, while nothing is open, what they have to collect.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 2)]
public sealed class HomeModel(
    Board board, PolicyQueries current, RoundQueries rounds, CityQueries cities, PolicyChangeQueries policies,
    CityCalendar calendar, Visits visits, PolicyFormatter words, OwnPickups own) : PageModel
{
    private const int ChangeShownDays = 7;

    public RoundBanner Banner { get; private set; } = null!;

    /// <summary>The round handed out today, while its hours last.</summary>
    public RoundState? Handout { get; private set; }

    /// <summary>The newest change of the rules, until it has been in force for a week.</summary>
    public PolicyNotice? Change { get; private set; }

    public IReadOnlyList<RuleLine> Rules { get; private set; } = [];

    public VisitFigures Visits => visits.Published;

    /// <summary>Name of the city.</summary>
    public string City { get; private set; } = "";

    public string Goods { get; private set; } = "";

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Banner = await RoundBanner.ReadAsync(board, calendar, cancellationToken);
        if (Banner.State != RoundBanner.Open && await Sessions.ResidentAsync(HttpContext) is { } account)
        {
            CacheablePageAttribute.MakePersonal(HttpContext);
            Banner = Banner with { Own = await own.ReadAsync(account, Banner, cancellationToken) };
        }

        City = (await cities.NamesAsync(cancellationToken)).City;
        var handout = await rounds.FindByPickupAsync(calendar.Today, cancellationToken);
        Handout = handout is { IsAnnulled: false } && calendar.Now < handout.Times.PickupClosesAt ? handout : null;
        Change = (await policies.NoticesAsync(1, cancellationToken)).FirstOrDefault(n => n.From.AddDays(ChangeShownDays) >= calendar.Today);
        if ((Banner.Round?.Policy ?? await current.TodayAsync(cancellationToken)) is not { } policy) return;
        Goods = policy.Goods.Name;
        Rules = words.Of(policy, calendar.Today, await current.TimelineAsync(cancellationToken));
    }
}
