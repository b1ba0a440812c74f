using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using WeChatMask.Cases;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Complaints, those past their time first: by number, kind, state, district and pharmacy.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class CasesModel(CaseQueries queries, Board board, CityCalendar calendar, IOptionsMonitor<CaseSettings> settings) : PageModel
{
    private const string AllStates = "all";
    private static readonly string[] Orders = ["due", "newest"];

    public static IReadOnlyList<string> AllOrders => Orders;

    public static IReadOnlyList<CaseStatus> States { get; } = Enum.GetValues<CaseStatus>();

    public IReadOnlyList<Case> Found { get; private set; } = [];

    public int All { get; private set; }

    public long Open { get; private set; }

    public long Late { get; private set; }

    public IReadOnlyList<string> Districts { get; private set; } = [];

    public string Query { get; private set; } = "";

    public CaseKind Kind { get; private set; }

    /// <summary>A state, all, or empty for those that are open.</summary>
    public string State { get; private set; } = "";

    public string? District { get; private set; }

    public string Order { get; private set; } = Orders[0];

    public int PageNumber { get; private set; } = 1;

    public int Pages => Math.Max(1, (All + CaseQueries.PageSize - 1) / CaseQueries.PageSize);

    public CaseSettings Limits => settings.CurrentValue;

    public bool IsLate(Case one) => one.IsLate(calendar.Now);

    public async Task OnGetAsync(string? q, string? kind, string? state, string? district, string? order, [FromQuery] int page, CancellationToken cancellationToken)
    {
        var pharmacies = (await RoundBanner.ReadAsync(board, calendar, cancellationToken)).Board.Pharmacies;
        Districts = [.. pharmacies.Select(p => p.District).Distinct(StringComparer.Ordinal)];
        Query = PharmacySearch.Query(q);
        Kind = CaseRules.Kinds.FirstOrDefault(k => k.ToString() == kind);
        State = state == AllStates || States.Any(s => s.ToString() == state) ? state! : "";
        District = Districts.FirstOrDefault(d => d == district);
        Order = RememberedOrder.Of(HttpContext, "cases", order, Orders);
        PageNumber = Math.Clamp(page, 1, CaseQueries.LastPage);
        var isNumber = BookingNumber.TryParse(Query, out var number);
        // Who has a number wants that case, whatever has become of it.
        var filter = isNumber ? new CaseFilter(number) : new CaseFilter(
            "", Kind, Enum.TryParse<CaseStatus>(State, out var status) && State != AllStates && State.Length > 0 ? status : null, State.Length == 0, District ?? "",
            Query.Length == 0 ? null : [.. PharmacySearch.In(pharmacies, Query).Select(p => p.Code)], Order == "newest");
        (Found, All) = await queries.PageAsync(filter, PageNumber, cancellationToken);
        Open = await queries.OpenAsync(cancellationToken);
        Late = (await queries.LateAsync(cancellationToken)).Cases;
    }

    /// <summary>The same search on another page.</summary>
    public string Link(int page)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in new[] { ("q", Query), ("kind", Kind == CaseKind.None ? "" : Kind.ToString()), ("state", State), ("district", District ?? "") })
        {
            if (value.Length > 0) query.Add(name, value);
        }

        query.Add("page", page.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return "/supervisor/cases" + query.ToQueryString();
    }
}
