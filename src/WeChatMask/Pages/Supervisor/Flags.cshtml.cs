using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Domain;
using WeChatMask.Flags;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>What is odd, the newest days first: by kind, state, owner and pharmacy; and the thresholds by which it is looked for.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class FlagsModel(FlagQueries queries, Board board, CityCalendar calendar) : PageModel
{
    private const string AllStates = "all";

    private IReadOnlyList<FlagCount> counts = [];

    public static IReadOnlyList<FlagStatus> States { get; } = Enum.GetValues<FlagStatus>();

    public IReadOnlyList<Flag> Found { get; private set; } = [];

    public int All { get; private set; }

    public int Open => counts.Sum(c => c.Flags);

    public DateTimeOffset? LookedAt { get; private set; }

    public IReadOnlyList<string> Owners { get; private set; } = [];

    public string Query { get; private set; } = "";

    public FlagKind Kind { get; private set; }

    /// <summary>A state, all, or empty for those that are open.</summary>
    public string State { get; private set; } = "";

    public string Owner { get; private set; } = "";

    public int PageNumber { get; private set; } = 1;

    public int Pages => Math.Max(1, (All + FlagQueries.PageSize - 1) / FlagQueries.PageSize);

    public bool IsUnfiltered => Query.Length == 0 && Kind == FlagKind.None && State.Length == 0 && Owner.Length == 0;

    public int OpenOf(FlagKind kind) => counts.FirstOrDefault(c => c.Kind == kind)?.Flags ?? 0;

    public async Task OnGetAsync(string? q, string? kind, string? state, string? owner, [FromQuery] int page, CancellationToken cancellationToken)
    {
        Owners = await queries.OwnersAsync(cancellationToken);
        Query = PharmacySearch.Query(q);
        Kind = FlagRules.Kinds.FirstOrDefault(k => k.ToString() == kind);
        State = state == AllStates || States.Any(s => s.ToString() == state) ? state! : "";
        Owner = Owners.FirstOrDefault(o => o == owner) ?? "";
        PageNumber = Math.Clamp(page, 1, FlagQueries.LastPage);
        FlagStatus? status = States.Where(s => s.ToString() == State).Select(s => (FlagStatus?)s).FirstOrDefault();
        IReadOnlyList<string>? pharmacies = Query.Length == 0
            ? null
            : [.. PharmacySearch.In((await RoundBanner.ReadAsync(board, calendar, cancellationToken)).Board.Pharmacies, Query).Select(p => p.Code)];
        (Found, All) = await queries.PageAsync(new FlagFilter(Kind, status, State.Length == 0, Owner, pharmacies), PageNumber, cancellationToken);
        counts = await queries.OpenByKindAsync(cancellationToken);
        LookedAt = await queries.LookedAsync(cancellationToken);
    }

    /// <summary>The same search on another page.</summary>
    public string Link(int page)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in new[] { ("q", Query), ("kind", Kind == FlagKind.None ? "" : Kind.ToString()), ("state", State), ("owner", Owner) })
        {
            if (value.Length > 0) query.Add(name, value);
        }

        query.Add("page", page.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return "/supervisor/flags" + query.ToQueryString();
    }
}
