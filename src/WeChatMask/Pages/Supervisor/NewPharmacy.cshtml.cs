using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>A new pharmacy, from a day whose round has not been made.</summary>
[Authorize(Policy = Sessions.SupervisorPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class NewPharmacyModel(NewPharmacyStore store, RefusalResults refusals, IStringLocalizer<Text.Plan> text) : PageModel
{
    /// <summary>The fields with their longest text, in the form's order.</summary>
    public static readonly IReadOnlyList<(string Name, int Longest)> Fields =
        [("Code", 32), ("Name", 60), ("Address", 120), ("District", 30), ("Phone", 30), ("ContactMobile", 20), ("QuotaGroup", 32), ("Latitude", 12), ("Longitude", 12), ("Joins", 10)];

    private const int MostLatitude = 90;
    private const int MostLongitude = 180;

    private readonly Dictionary<string, string> wrong = new(StringComparer.Ordinal);

    public DateOnly First { get; private set; }

    public string? Message { get; private set; }

    public string Typed(string name) => (Request.HasFormContentType ? Request.Form[name].FirstOrDefault() : null) ?? (name == "Joins" ? CityFormatter.Date(First) : "");

    public string? Wrong(string name) => wrong.GetValueOrDefault(name);

    public async Task OnGetAsync(CancellationToken cancellationToken) => First = await store.FirstDayAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        await OnGetAsync(cancellationToken);
        if (Read() is { } pharmacy)
        {
            if (await store.AddAsync(User.Staff().Username, pharmacy, cancellationToken) is not { } against) return LocalRedirects.PageTo($"/supervisor/pharmacies/{pharmacy.Code}");
            wrong[against] = text[$"Shop_Against_{against}", First];
        }

        Response.StatusCode = RefusalResults.Status(Refusal.InvalidRequest);
        Message = refusals.Sentence(Refusal.InvalidRequest);
        return Page();
    }

    private CityPharmacy? Read()
    {
        var typed = Fields.ToDictionary(f => f.Name, f => Typed(f.Name).Trim(), StringComparer.Ordinal);
        typed["Code"] = typed["Code"].ToUpperInvariant();
        foreach (var (name, longest) in Fields)
        {
            if (PlainText.FirstControl(typed[name]) is not null || typed[name].Length > longest) wrong[name] = text["Shop_Text", longest];
            else if (typed[name].Length == 0 && name != "ContactMobile") wrong[name] = text["Shop_Need"];
        }

        double? Degrees(string name, int most) => double.TryParse(typed[name], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var read) && Math.Abs(read) <= most ? read : null;
        void Need(string name, bool right)
        {
            if (!right) wrong.TryAdd(name, text[$"Shop_Need_{name}"]);
        }

        var (latitude, longitude, joins) = (Degrees("Latitude", MostLatitude), Degrees("Longitude", MostLongitude), RouteDay.Read(typed["Joins"]));
        Need("Code", CityImport.IsCode(typed["Code"]));
        Need("Latitude", latitude is not null);
        Need("Longitude", longitude is not null);
        Need("Joins", joins is not null);
        Need("ContactMobile", typed["ContactMobile"].Length == 0 || MobileNumber.TryParse(typed["ContactMobile"]) is not null);
        return wrong.Count > 0 ? null : new CityPharmacy(
            typed["Code"], typed["Name"], typed["Address"], typed["District"], latitude!.Value, longitude!.Value, typed["Phone"], typed["ContactMobile"], typed["QuotaGroup"], joins!.Value);
    }
}
