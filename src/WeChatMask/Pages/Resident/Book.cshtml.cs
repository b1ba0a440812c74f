using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>Books with one press. Works without a script; with one, a slow or lost answer is waited for and found again.</summary>
/// <remarks>
/// The form carries one request id from its first rendering on. Together with the chosen person it names the attempt,
/// so a second press, a retry and a lost answer end at the same booking, and a page left open serves the next person too.
/// </remarks>
[Authorize(Policy = Sessions.ResidentPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class BookModel(
    Board board, PolicyQueries policies, ResidentQueries persons, FamilyNames family, BookingQueries bookings, BookingDesk desk, CityCalendar calendar, RefusalFormatter refusals, OwnPickups own)
    : PageModel
{
    // The person's id is put behind it.
    private const int LongestSeed = 40;

    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(3);

    private IReadOnlyDictionary<long, string> names = new Dictionary<long, string>();

    public RoundBanner Banner { get; private set; } = null!;

    /// <summary>The rules a booking would be made under.</summary>
    public Policy? Policy { get; private set; }

    public IReadOnlyList<ResidentView> Residents { get; private set; } = [];

    /// <summary>A person's name in full: it was typed by this account.</summary>
    public string NameOf(ResidentView person) => names.GetValueOrDefault(long.Parse(person.Id, CultureInfo.InvariantCulture), person.Name);

    /// <summary>The person who is booked for unless another is chosen; none where nobody of the account may book.</summary>
    public string? Chosen { get; private set; }

    /// <summary>Why no button can be pressed at this instant, whichever pharmacy it is of: the hour, or that nobody of the account may book.</summary>
    public (Refusal Reason, string Text)? WhyNone { get; private set; }

    public string RequestId { get; private set; } = "";

    /// <summary>Why the last attempt was refused.</summary>
    public RefusalView? Refusal { get; private set; }

    /// <summary>The pharmacy to try again at, when the desk was busy.</summary>
    public PharmacyFigures? Again { get; private set; }

    /// <summary>The pharmacy of the last booking, while it takes part: whoever comes again and has somebody who may book does it with one press.</summary>
    public PharmacyFigures? Usual { get; private set; }

    /// <summary>Whether <see cref="Usual"/> is the pharmacy whose poster was scanned.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>The code of the pharmacy whose poster was scanned; kept by the form's address when it is shown again.</summary>
    [BindProperty(SupportsGet = true, Name = "pharmacy")]
    public string? Asked { get; set; }

    /// <summary>What one can do after each refusal, for the script.</summary>
    public IEnumerable<RefusalView> NextSteps => RefusalFormatter.OfTheDesk.Select(r => refusals.Of(r)).Append(refusals.OfElsewhere());

    /// <summary>Seconds until the page shows itself again where no script runs, a moment after the window has opened; none where that is not soon.</summary>
    public int? OpensIn => Banner.Admission == Domain.Refusal.NotOpen && Banner.Window is { } next && next.OpensAt - Banner.Now < LongestWait
        ? (int)(next.OpensAt - Banner.Now).TotalSeconds + RandomNumberGenerator.GetInt32(1, 4)
        : null;

    /// <summary>Why a person may not book today.</summary>
    public string Why(ResidentView person) => refusals.Why(person.Refusal, person.BookableFrom);

    public Task OnGetAsync(CancellationToken cancellationToken) => ShowAsync(null, null, cancellationToken);

    public async Task<IActionResult> OnPostAsync(string? residentId, string? pharmacyCode, string? requestId, CancellationToken cancellationToken)
    {
        var seed = requestId?.Length <= LongestSeed && Domain.RequestId.IsWellFormed(requestId) ? requestId : null;
        _ = long.TryParse(residentId, NumberStyles.None, CultureInfo.InvariantCulture, out var person);
        var answer = seed is null || pharmacyCode is not { Length: >= 1 and <= 64 }
            ? new BookingAnswer(seed is null ? Domain.Refusal.InvalidRequest : Domain.Refusal.UnknownPharmacy)
            : await desk.BookAsync(new BookingRequest(User.AccountId(), person, pharmacyCode, RequestIdFor(seed, person)));
        if (answer.Booking is { } booking) return LocalRedirects.PageTo($"/bookings/{booking.Number}");

        await ShowAsync(residentId, seed, cancellationToken);
        Refusal = answer.Elsewhere
            ? refusals.OfElsewhere(answer.Refusal)
            : refusals.Of(answer.Refusal, answer.BookableFrom, (await board.GetAsync(cancellationToken)).OpensAfter(answer.Refusal, pharmacyCode, Banner.Now));
        Response.StatusCode = RefusalResults.Status(answer.Refusal);
        if (answer.Refusal == Domain.Refusal.Busy)
        {
            Response.Headers.RetryAfter = RandomNumberGenerator.GetInt32(1, 4).ToString(CultureInfo.InvariantCulture);
            Again = Banner.Board.Pharmacies.FirstOrDefault(p => p.Code == pharmacyCode);
        }

        return Page();
    }

    /// <summary>The attempt's id: one for each person of the form. The page's script puts it together the same way.</summary>
    internal static string RequestIdFor(string seed, long residentId) => FormattableString.Invariant($"{seed}-{residentId}");

    private async Task ShowAsync(string? residentId, string? requestId, CancellationToken cancellationToken)
    {
        Banner = await RoundBanner.ReadAsync(board, calendar, cancellationToken);
        Policy = Banner.Round?.Policy ?? await policies.TodayAsync(cancellationToken);
        Residents = await persons.OfAsync(User.AccountId(), Policy, calendar.Today, cancellationToken);
        names = await family.OfAsync(User.AccountId(), cancellationToken);
        if (Residents.Any(r => r.MayBook) && await bookings.LastPharmacyAsync(User.AccountId(), cancellationToken) is { } last)
            Usual = Banner.Board.Pharmacies.FirstOrDefault(p => p.Code == last && p.Status != PharmacyStatus.Withdrawn);
        if (Asked is { Length: >= 1 and <= 64 } asked && Banner.Board.Pharmacies.FirstOrDefault(p => p.Code == asked && p.Status != PharmacyStatus.Withdrawn) is { } scanned)
        {
            Usual = scanned;
            IsAsked = true;
        }

        RequestId = requestId ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        // Whoever was chosen, else the first, of those who may book.
        Chosen = Residents.Where(r => r.MayBook).OrderBy(r => r.Id == residentId ? 0 : 1).Select(r => r.Id).FirstOrDefault();
        WhyNone = Banner.Admission != Domain.Refusal.None ? (Banner.Admission, refusals.WhyNow(Banner))
            : Chosen is null && Residents.Count > 0 ? (Residents[0].Refusal, refusals.WhyNobody)
            : null;
        Banner = Banner with { Own = await own.ReadAsync(User.AccountId(), Banner, cancellationToken) };
    }
}
