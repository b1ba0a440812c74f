using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Supervision;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Dated rules: which there are, and a form for the next ones that shows who is affected before they are confirmed.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class PolicyModel(
    PolicyChangeQueries queries, PolicyQueries policies, PolicyChangeStore store, CityCalendar calendar, RefusalResults refusals, IStringLocalizer<Text.Rules> text) : PageModel
{
    [BindProperty]
    public PolicyForm Form { get; set; } = new();

    [BindProperty]
    public string? Reason { get; set; }

    /// <summary>Stands for what was shown before the confirmation; a form that was changed since is shown again.</summary>
    [BindProperty]
    public string? Seen { get; set; }

    /// <summary>All versions, the newest date first.</summary>
    public IReadOnlyList<(StoredPolicy Stored, Policy Policy)> Versions { get; private set; } = [];

    public long? Present { get; private set; }

    public PolicyEffect? Effect { get; private set; }

    /// <summary>What is wrong, by the form's field.</summary>
    public ILookup<string, PolicyFault> Faults { get; private set; } = Array.Empty<PolicyFault>().ToLookup(PolicyForm.FieldOf, StringComparer.Ordinal);

    public string? Message { get; private set; }

    public bool IsDone { get; private set; }

    public string Mark => Effect is null ? "" : MarkOf(Effect);

    /// <summary>Shows the versions, and the newest one or the one asked for as the form's start.</summary>
    public async Task OnGetAsync(string? based, bool done, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        IsDone = done;
        if (Versions.Count == 0) return;
        var start = Versions.FirstOrDefault(v => v.Stored.Id.ToString(CultureInfo.InvariantCulture) == based, Versions[0]);
        var tomorrow = calendar.Today.AddDays(1);
        Form = PolicyForm.Of(start.Policy, start.Stored.EffectiveFrom > tomorrow ? start.Stored.EffectiveFrom : tomorrow);
    }

    /// <summary>Shows what would change, and for whom.</summary>
    public async Task OnPostAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        await LoadAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostConfirmAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        if (Effect is { } effect && Seen != MarkOf(effect)) Message = text["Changed"];
        else if (Effect is not null && WrittenText.Of(Reason, PolicyChangeStore.LongestReason) is { Text: null } wrong) Message = refusals.ReasonSentence(wrong, text["NeedReason", PolicyChangeStore.LongestReason]);
        else if (Effect is { IsEmpty: false } meant)
        {
            var answer = await store.AddAsync(User.Staff().Username, meant.Policy, WrittenText.Of(Reason, PolicyChangeStore.LongestReason).Text!, meant.BeforeId, cancellationToken);
            if (answer.Refusal == Refusal.None) return RedirectToPage(new { done = true });
            Refuse(answer.Refusal);
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (Form.Read(out var faults) is not { } policy)
        {
            Show(faults);
            return;
        }

        var judgement = await queries.EffectAsync(policy, cancellationToken);
        Effect = judgement.Effect;
        if (judgement.Faults.Count > 0) Show(judgement.Faults);
        else if (judgement.Refusal != Refusal.None) Refuse(judgement.Refusal);
    }

    private void Show(IReadOnlyList<PolicyFault> faults)
    {
        Faults = faults.ToLookup(PolicyForm.FieldOf, StringComparer.Ordinal);
        Message = text["Faults", Faults.Count];
        Response.StatusCode = RefusalResults.Status(Refusal.InvalidPolicy);
    }

    private void Refuse(Refusal refusal)
    {
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = refusals.Sentence(refusal);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        Versions = await queries.AllAsync(cancellationToken);
        Present = await policies.TodayIdAsync(cancellationToken);
    }

    private static string MarkOf(PolicyEffect effect) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{effect.BeforeId}{PolicyDocument.Write(effect.Policy)}")));
}
