using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.Domain;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>The persons an account looks after, masked, and the form that adds one with consent.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class ResidentsModel(
    ResidentQueries persons, Registration registration, PolicyQueries policies, CityCalendar calendar, RefusalFormatter refusals) : PageModel
{
    private const string Booking = "book";

    public IReadOnlyList<ResidentView> Residents { get; private set; } = [];

    /// <summary>The rules in force; none before the city has any.</summary>
    public Policy? Policy { get; private set; }

    /// <summary>Where to go after a registration: the booking page, or here.</summary>
    public string? Next { get; private set; }

    public RefusalView? Refusal { get; private set; }

    public string? InvalidField { get; private set; }

    /// <summary>What was typed, so that one need not type it again.</summary>
    public TypedPerson Typed { get; private set; } = new(null, null, null);

    public string ConsentVersion => ResidentStore.ConsentVersion;

    public async Task OnGetAsync(string? next, CancellationToken cancellationToken)
    {
        Next = next == Booking ? Booking : null;
        Policy = await policies.TodayAsync(cancellationToken);
        Residents = await persons.OfAsync(User.AccountId(), Policy, calendar.Today, cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(
        [FromForm] TypedPerson typed, [FromForm] bool consent, [FromForm] string? next, CancellationToken cancellationToken)
    {
        var (refusal, _) = await registration.RegisterAsync(
            User.AccountId(), typed.Name, typed.IdNumber, typed.Mobile, consent, cancellationToken);
        if (refusal == Domain.Refusal.None) return LocalRedirect(next == Booking ? "/book" : "/residents");

        await OnGetAsync(next, cancellationToken);
        Typed = typed;
        Refusal = refusals.Of(refusal);
        InvalidField = refusal switch
        {
            Domain.Refusal.InvalidName => "name",
            Domain.Refusal.InvalidIdNumber => "idNumber",
            Domain.Refusal.InvalidMobile => "mobile",
            Domain.Refusal.ConsentRequired => "consent",
            _ => null,
        };
        Response.StatusCode = RefusalResults.Status(refusal);
        return Page();
    }
}

/// <summary>A person as typed into the form.</summary>
public sealed record TypedPerson(string? Name, string? IdNumber, string? Mobile);
