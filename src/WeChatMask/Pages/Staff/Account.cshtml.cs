using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>One account, and what can be done to it.</summary>
[Authorize(Policy = Sessions.AccountsPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class AccountModel(
    StaffAccountQueries accounts, StaffAccountStore store, SessionStore sessions, SiteLinks site, CityCalendar calendar, IStringLocalizer<Text.Accounts> text) : PageModel
{
    public StaffAccount Account { get; private set; } = new();

    public IReadOnlyList<Workplace> Workplaces { get; private set; } = [];

    public IReadOnlyList<SessionRow> LogIns { get; private set; } = [];

    public string? Message { get; private set; }

    public string? Done { get; private set; }

    public ShownLink? Link { get; private set; }

    /// <summary>Null when what was sent is none.</summary>
    [BindProperty]
    public StaffRole? Role { get; set; }

    [BindProperty]
    public string? Pharmacy { get; set; }

    /// <summary>The log-in to end.</summary>
    [BindProperty]
    public string? Session { get; set; }

    public bool IsLead => Actor.IsLead;

    public bool IsSelf => Account.Id == User.Staff().Id;

    public DateTimeOffset Now => calendar.Now;

    private AccountActor Actor => AccountActor.Of(User.Staff());

    public Task<IActionResult> OnGetAsync(long id, CancellationToken cancellationToken) => ShowAsync(id, cancellationToken);

    public Task<IActionResult> OnPostResetAsync(long id, CancellationToken cancellationToken) => ActAsync(id, "Done_Reset", store.ResetAsync, cancellationToken);

    public Task<IActionResult> OnPostUnlockAsync(long id, CancellationToken cancellationToken) => ActAsync(id, "Done_Unlocked", store.UnlockAsync, cancellationToken);

    public Task<IActionResult> OnPostDisableAsync(long id, CancellationToken cancellationToken) => ActAsync(id, "Done_Disabled", store.DisableAsync, cancellationToken);

    public Task<IActionResult> OnPostEnableAsync(long id, CancellationToken cancellationToken) => ActAsync(id, "Done_Enabled", store.EnableAsync, cancellationToken);

    public Task<IActionResult> OnPostPlaceAsync(long id, CancellationToken cancellationToken) => ActAsync(
        id, "Done_Placed",
        (actor, account, token) => Role is { } role && Enum.IsDefined(role)
            ? store.PlaceAsync(actor, account, role, role.IsOfAPharmacy() ? Pharmacy : null, token)
            : Task.FromResult<AccountAnswer>(AccountFault.NotAllowed),
        cancellationToken);

    public Task<IActionResult> OnPostSignOutAsync(long id, CancellationToken cancellationToken) =>
        ActAsync(id, "Done_SignedOut", (actor, account, token) => store.EndSessionAsync(actor, account, Session ?? "", token), cancellationToken);

    public Task<IActionResult> OnPostSignOutAllAsync(long id, CancellationToken cancellationToken) =>
        ActAsync(id, "Done_SignedOut", (actor, account, token) => store.EndSessionAsync(actor, account, null, token), cancellationToken);

    private async Task<IActionResult> ActAsync(
        long id, string done, Func<AccountActor, long, CancellationToken, Task<AccountAnswer>> act, CancellationToken cancellationToken)
    {
        var answer = await act(Actor, id, cancellationToken);
        if (answer.Fault == AccountFault.Unknown) return NotFound();
        if (answer.Fault == AccountFault.None)
        {
            Done = text[done];
        }
        else
        {
            Message = text[$"Fault_{answer.Fault}"];
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        var page = await ShowAsync(id, cancellationToken);
        if (answer.Link is { } link) Link = new ShownLink(Account.Username, site.To(link.Path), link.ExpiresAt);
        return page;
    }

    private async Task<IActionResult> ShowAsync(long id, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(Actor, id, cancellationToken) is not { } account) return NotFound();
        Account = account;
        if (!IsLead) Workplaces = await accounts.WorkplacesAsync(cancellationToken);
        LogIns = await sessions.OfAsync(SessionKind.Staff, id, cancellationToken);
        return Page();
    }
}
