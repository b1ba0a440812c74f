using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>The accounts that an administrator, or a lead for the own pharmacy, looks after.</summary>
[Authorize(Policy = Sessions.AccountsPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class AccountsModel(
    StaffAccountQueries accounts, StaffAccountStore store, SiteLinks site, CityCalendar calendar, IStringLocalizer<Text.Accounts> text) : PageModel
{
    private const int OnAPage = 50;
    private const int MostParts = 10_000;

    public IReadOnlyList<StaffAccount> Shown { get; private set; } = [];

    public IReadOnlyList<Workplace> Workplaces { get; private set; } = [];

    public bool HasMore { get; private set; }

    public string? Message { get; private set; }

    /// <summary>The link of an account that was made just now.</summary>
    public ShownLink? Link { get; private set; }

    /// <summary>A part of a name, or of a pharmacy's code or name.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Q { get; set; }

    /// <summary>From 1.</summary>
    [BindProperty(SupportsGet = true)]
    public int Part { get; set; } = 1;

    [BindProperty]
    public string? Username { get; set; }

    /// <summary>Null when what was sent is none.</summary>
    [BindProperty]
    public StaffRole? Role { get; set; }

    [BindProperty]
    public string? Pharmacy { get; set; }

    public bool IsLead => Actor.IsLead;

    public DateTimeOffset Now => calendar.Now;

    private AccountActor Actor => AccountActor.Of(User.Staff());

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task OnPostAsync(CancellationToken cancellationToken)
    {
        var answer = (IsLead ? StaffRole.Clerk : Role) is { } role && Enum.IsDefined(role)
            ? await store.InviteAsync(Actor, Username ?? "", role, role.IsOfAPharmacy() ? Pharmacy : null, cancellationToken)
            : AccountFault.NotAllowed;
        if (answer.Link is { } link)
        {
            Link = new ShownLink(StaffStore.Normal(Username!), site.To(link.Path), link.ExpiresAt);
            (Username, Pharmacy) = (null, null);
            ModelState.Clear();
        }
        else
        {
            Message = text[$"Fault_{answer.Fault}"];
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        await LoadAsync(cancellationToken);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        Part = Math.Clamp(Part, 1, MostParts);
        var asked = Q is { Length: <= 64 } typed ? typed : "";
        var found = await accounts.ListAsync(Actor, asked, (Part - 1) * OnAPage, OnAPage + 1, cancellationToken);
        (Shown, HasMore) = ([.. found.Take(OnAPage)], found.Count > OnAPage);
        if (!IsLead) Workplaces = await accounts.WorkplacesAsync(cancellationToken);
    }
}

/// <summary>A one-time link as it is handed over: to be scanned, or copied. It is shown once.</summary>
public sealed record ShownLink(string Username, string Address, DateTimeOffset Until)
{
    public override string ToString() => Username;
}
