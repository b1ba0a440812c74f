using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Levers;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Levers for a bad day: those that were pressed, and a new one, shown first with all that it does and pressed only as it was shown.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class LeversModel(
    LeverStore store, LeverEffectQueries effects, LeverQueries queries, LeverFormatter format, RoundQueries rounds, RefusalResults refusals, CityCalendar calendar,
    IStringLocalizer<Text.Levers> text) : PageModel
{
    private const int LeversShown = 50;

    public static IReadOnlyList<LeverKind> Kinds { get; } =
        [LeverKind.Pause, LeverKind.Reopen, LeverKind.Postpone, LeverKind.Close, LeverKind.Extend, LeverKind.Move, LeverKind.Withdraw, LeverKind.Annul];

    public IReadOnlyList<Lever> Pressed { get; private set; } = [];

    /// <summary>Rounds that are not over: today's and earlier ones first, the newest of them before the others.</summary>
    public IReadOnlyList<RoundState> Rounds { get; private set; } = [];

    [BindProperty]
    public string? Kind { get; set; }

    [BindProperty]
    public string? Date { get; set; }

    [BindProperty]
    public string? Pharmacy { get; set; }

    /// <summary>A time of day: of the round's own day to open, of its pickup day to hand over until.</summary>
    [BindProperty]
    public string? Time { get; set; }

    [BindProperty]
    public string? Reason { get; set; }

    [BindProperty]
    public string? RequestId { get; set; }

    [BindProperty]
    public string? Fingerprint { get; set; }

    public LeverEffect? Effect { get; private set; }

    /// <summary>What people will read.</summary>
    public string Sentence { get; private set; } = "";

    public string? Message { get; private set; }

    private IReadOnlyDictionary<long, int> steps = new Dictionary<long, int>();

    public string StateOf(Lever lever) => format.State(lever, steps.GetValueOrDefault(lever.Id));

    public string SentenceOf(Lever lever) => format.Sentence(lever);

    public string NameOf(LeverKind kind) => format.Name(kind);

    public IReadOnlyList<string> Lines => Effect is null ? [] : format.Effects(Effect);

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Pressed = await queries.NewestAsync(LeversShown, cancellationToken);
        steps = await queries.StepsAsync(cancellationToken);
        Rounds = [.. (await rounds.UnfinishedAsync(cancellationToken)).OrderByDescending(r => r.Date <= calendar.Today).ThenByDescending(r => r.Date)];
    }

    public async Task<IActionResult> OnPostPreviewAsync(CancellationToken cancellationToken)
    {
        await OnGetAsync(cancellationToken);
        if (Read() is not { } order) return Page();
        Show(order, await effects.OfAsync(order, cancellationToken));
        return Page();
    }

    public async Task<IActionResult> OnPostPressAsync(CancellationToken cancellationToken)
    {
        await OnGetAsync(cancellationToken);
        if (Read() is not { } order) return Page();
        if (!Domain.RequestId.IsWellFormed(RequestId)) return Refuse(Refusal.InvalidRequestId);
        var answer = await store.PressAsync(User.Staff(), order, Reason!, RequestId, Fingerprint, cancellationToken);
        if (answer.Lever is not null) return LocalRedirect("/supervisor/levers");
        if (answer.Refusal == Refusal.LeverChanged && answer.Effect is { } now) Show(order, now);
        return Refuse(answer.Refusal);
    }

    private void Show(LeverOrder order, LeverEffect effect)
    {
        if (effect.Earlier is { } earlier) Message = text["Page_Already", format.Sentence(earlier)];
        else if (effect.Refusal != Refusal.None) Refuse(effect.Refusal);
        else
        {
            Effect = effect;
            Sentence = format.Sentence(order.Kind, order.Round, Reason, effect.From, effect.To, order.Pharmacy is null ? null : effect.Pharmacies[0].Name);
        }
    }

    private LeverOrder? Read()
    {
        var written = WrittenText.Of(Reason, LeverStore.LongestReason);
        if (written.Text is not { } reason)
        {
            Refuse(Refusal.InvalidReason, refusals.ReasonSentence(written, text["Need_Reason", LeverStore.LongestReason]));
            return null;
        }

        Reason = reason;
        if (!Enum.TryParse<LeverKind>(Kind, out var kind) || !Kinds.Contains(kind) || RouteDay.Read(Date) is not { } day || Rounds.FirstOrDefault(r => r.Date == day) is not { } round)
        {
            Refuse(Refusal.UnknownRound);
            return null;
        }

        DateTimeOffset? to = null;
        if (LeverRules.NeedsTime(kind))
        {
            if (DayTime.TryParse(Time?.Trim()) is not { } time)
            {
                Refuse(Refusal.InvalidLeverTime);
                return null;
            }

            to = calendar.Instant(kind == LeverKind.Extend ? round.PickupDate : round.Date, time).ToUniversalTime();
        }

        var code = LeverRules.MayNamePharmacy(kind) && !string.IsNullOrWhiteSpace(Pharmacy) ? Pharmacy.Trim().ToUpperInvariant() : null;
        return new LeverOrder(kind, day, code, to);
    }

    private PageResult Refuse(Refusal refusal, string? sentence = null)
    {
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = sentence ?? refusals.Sentence(refusal);
        return Page();
    }
}
