using System.Globalization;
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

/// <summary>The persons an account looks after, by the names it typed, and the form that adds one with consent.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class ResidentsModel(
    ResidentQueries persons, FamilyStore family, FamilyNames familyNames, Registration registration, PolicyQueries policies, Board board, CityCalendar calendar, RefusalFormatter refusals,
    FieldFaults faults) : PageModel
{
    private const string Booking = "book";

    private IReadOnlyDictionary<long, string> names = new Dictionary<long, string>();
    private IReadOnlyDictionary<long, string?> called = new Dictionary<long, string?>();

    public IReadOnlyList<ResidentView> Residents { get; private set; } = [];

    /// <summary>Whether places are given at this instant.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>When there will be places next.</summary>
    public DateTimeOffset? NextOpening { get; private set; }

    /// <summary>Why a person may not book today.</summary>
    public string Why(ResidentView person) => refusals.Why(person.Refusal, person.BookableFrom);

    /// <summary>The rules in force; none before the city has any.</summary>
    public Policy? Policy { get; private set; }

    /// <summary>Where to go after a registration: the booking page, or here.</summary>
    public string? Next { get; private set; }

    public RefusalView? Refusal { get; private set; }

    /// <summary>What is wrong, by field; the first of them gets the cursor.</summary>
    public IReadOnlyDictionary<string, string> Faults { get; private set; } = FieldFaults.Of();

    /// <summary>What was typed, so that one need not type it again.</summary>
    public TypedPerson Typed { get; private set; } = new(null, null, null);

    /// <summary>The person whose new name could be none, and what was typed.</summary>
    public string? WrongCall { get; private set; }

    public string? TypedCall { get; private set; }

    public string NameOf(ResidentView person) => names.GetValueOrDefault(Id(person), person.Name);

    public string? CalledOf(ResidentView person) => called.GetValueOrDefault(Id(person));

    public string ConsentVersion => ResidentStore.ConsentVersion;

    public async Task OnGetAsync(string? next, CancellationToken cancellationToken)
    {
        Next = next == Booking ? Booking : null;
        Policy = await policies.TodayAsync(cancellationToken);
        var banner = await RoundBanner.ReadAsync(board, calendar, cancellationToken);
        (IsOpen, NextOpening) = (banner is { State: RoundBanner.Open, IsSoldOut: false }, banner.Board.NextOpening);
        Residents = await persons.OfAsync(User.AccountId(), Policy, calendar.Today, cancellationToken);
        called = (await family.OfAsync(User.AccountId(), cancellationToken)).ToDictionary(m => m.Id, m => m.Called);
        names = await familyNames.OfAsync(User.AccountId(), cancellationToken);
    }

    /// <summary>Gives one of the persons a name of the account's own, or takes it away.</summary>
    public async Task<IActionResult> OnPostCallAsync([FromForm] long id, [FromForm(Name = "called")] string? typed, CancellationToken cancellationToken)
    {
        if (await family.CallAsync(User.AccountId(), id, typed, cancellationToken)) return LocalRedirect("/residents");
        await OnGetAsync(null, cancellationToken);
        (WrongCall, TypedCall) = (id.ToString(CultureInfo.InvariantCulture), typed);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(
        [FromForm] TypedPerson typed, [FromForm] bool consent, [FromForm] string? next, CancellationToken cancellationToken)
    {
        var unfit = familyNames.Fault(typed.Called);
        if (unfit is not null)
        {
            await OnGetAsync(next, cancellationToken);
            var others = new NewResident(typed.Name, typed.IdNumber, typed.Mobile, consent, typed.DocumentType).Faults(faults, Policy, calendar.Today);
            (Typed, Faults) = (typed, new Dictionary<string, string>(others, StringComparer.Ordinal) { ["called"] = unfit });
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }

        var done = await registration.RegisterAsync(
            User.AccountId(), typed.Name, typed.DocumentType, typed.IdNumber, typed.Mobile, consent, cancellationToken);
        var (refusal, id) = (done.Refusal, done.Id);
        // Who registers again and leaves it blank keeps the name given before.
        if (refusal == Domain.Refusal.None && !string.IsNullOrWhiteSpace(typed.Called)) await family.CallAsync(User.AccountId(), id, typed.Called, cancellationToken);
        if (refusal == Domain.Refusal.None) return LocalRedirect(next == Booking ? "/book" : "/residents");

        await OnGetAsync(next, cancellationToken);
        Typed = typed;
        Refusal = refusals.Of(refusal);
        Faults = new NewResident(typed.Name, typed.IdNumber, typed.Mobile, consent, typed.DocumentType).Faults(faults, Policy, calendar.Today);
        Response.StatusCode = RefusalResults.Status(refusal);
        return Page();
    }

    private static long Id(ResidentView person) => long.Parse(person.Id, CultureInfo.InvariantCulture);
}

/// <summary>A person as typed into the form.</summary>
public sealed record TypedPerson(string? Name, string? IdNumber, string? Mobile, DocumentType DocumentType = DocumentType.IdentityCard, string? Called = null);
