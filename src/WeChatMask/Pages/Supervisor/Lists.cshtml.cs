using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Pharmacies that are named together: the plan and the pharmacies' page find them by it.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class ListsModel(PharmacyListStore store, IStringLocalizer<Text.Plan> text) : PageModel
{
    public IReadOnlyList<NamedPharmacies> Lists { get; private set; } = [];

    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? Codes { get; set; }

    public string? Message { get; private set; }

    public async Task OnGetAsync(string? name, CancellationToken cancellationToken)
    {
        Lists = await store.AllAsync(cancellationToken);
        if (Lists.FirstOrDefault(l => l.Name == name) is not { } edited) return;
        Name = edited.Name;
        Codes = string.Join('\n', edited.Codes);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var codes = (Codes ?? "").ToUpperInvariant().Split([' ', ',', '\uFF0C', '\u3001', '\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Distinct(StringComparer.Ordinal).ToList();
        var strange = codes.Where(c => !CityImport.IsCode(c)).ToList();
        if (WrittenText.Of(Name, PharmacyListStore.LongestName).Text is not { } name) Message = text["List_NeedName", PharmacyListStore.LongestName];
        else if (strange.Count == 0 && await store.PutAsync(User.Staff().Username, name, codes, cancellationToken) is var unknown)
        {
            if (unknown.Count == 0) return RedirectToPage();
            strange = [.. unknown];
        }

        Message ??= text["List_Unknown", string.Join(' ', strange.Take(10).Select(c => c.Length <= 20 ? c : c[..20]))];
        Response.StatusCode = RefusalResults.Status(Refusal.InvalidRequest);
        Lists = await store.AllAsync(cancellationToken);
        return Page();
    }
}
