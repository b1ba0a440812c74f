using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Audit;
using WeChatMask.Settings;
using WeChatMask.Supervision;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Who did what, with what to look for and page by page.</summary>
[Authorize(Policy = Sessions.AuditPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class AuditModel(AuditQueries queries, CityCalendar calendar, IStringLocalizer<Text.AuditLines> text) : PageModel
{
    public const string Address = "/supervisor/audit";

    private const string ActionPrefix = "Action_";
    private const int Shown = 50;

    [BindProperty(SupportsGet = true, Name = "")]
    public AuditSearch Search { get; set; } = new();

    public IReadOnlyList<AuditLine> Lines { get; private set; } = [];

    /// <summary>Where older lines are, or null when these are the last.</summary>
    public string? Older { get; private set; }

    /// <summary>Whether the days make no sense.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Every action by its name, as people read it.</summary>
    public IReadOnlyList<(string Action, string Text)> Actions =>
        [.. text.GetAllStrings(includeParentCultures: true).Where(t => t.Name.Contains('.', StringComparison.Ordinal)).Select(t => (t.Name[ActionPrefix.Length..], t.Value)).OrderBy(t => t.Item1, StringComparer.Ordinal)];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        if (Search.Filter(calendar) is not { } filter)
        {
            IsRefused = true;
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return;
        }

        // One more than shown tells whether there are older ones.
        var lines = await queries.PageAsync(filter, Search.Position, Shown + 1, cancellationToken);
        Lines = [.. lines.Take(Shown)];
        Older = lines.Count > Shown ? Search.Link(Address, Lines[^1]) : null;
    }
}
