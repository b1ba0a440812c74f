using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Cases;

/// <summary>Reads cases.</summary>
public sealed class CaseQueries(Database database, PersonalData personal, CityCalendar calendar)
{
    public const int PageSize = 25;

    /// <summary>Pages beyond this one nobody turns to.</summary>
    public const int LastPage = 1000;

    private const int MostOfAccount = 50;

    internal const string Select = """
        SELECT c.id, c.number, c.kind, c.status, c.outcome, CASE WHEN c.request_key LIKE 'staff:%' THEN 1 ELSE 0 END AS is_by_phone, c.account_id, b.number AS booking_number, c.pharmacy_id, p.code AS pharmacy_code,
               p.name AS pharmacy_name, p.district, c.body, c.caller, c.staff, c.created_at, c.changed_at, c.due_at, c.closed_at, c.destroyed_at,
               CASE WHEN f.complaint_id IS NULL THEN 0 ELSE 1 END AS has_photo
          FROM complaint c
          LEFT JOIN booking b         ON b.id = c.booking_id
          LEFT JOIN pharmacy p        ON p.id = c.pharmacy_id
          LEFT JOIN complaint_photo f ON f.complaint_id = c.id
        """;

    /// <summary>An account's cases, newest first.</summary>
    public async Task<IReadOnlyList<Case>> OfAccountAsync(long account, CancellationToken cancellationToken) => Readable(await database.QueryAsync<Case>(
        $"{Select} WHERE c.account_id = @account ORDER BY c.id DESC LIMIT {MostOfAccount}", new { account }, cancellationToken));

    /// <summary>An account's own case, or null.</summary>
    public async Task<Case?> FindOwnAsync(long account, string number, CancellationToken cancellationToken) => Readable(await database.QueryOneAsync<Case>(
        $"{Select} WHERE c.number = @number AND c.account_id = @account", new { number, account }, cancellationToken));

    /// <summary>A case as staff opens it, which is audited; null where there is none.</summary>
    public async Task<Case?> ReadAsync(StaffMember staff, string number, CancellationToken cancellationToken) => Readable(await database.WriteAsync(
        async transaction =>
        {
            var found = await transaction.QueryOneAsync<Case>($"{Select} WHERE c.number = @number", new { number });
            if (found is not null) await AuditStore.AddAsync(transaction, calendar.Now, staff.Username, "case.read", number);
            return found;
        },
        cancellationToken));

    /// <summary>What was done to a case, in order.</summary>
    public async Task<IReadOnlyList<CaseStep>> StepsAsync(long complaint, CancellationToken cancellationToken) => [.. (await StepsAsync([complaint], cancellationToken))[complaint]];

    /// <summary>What was done to each of some cases, in order.</summary>
    public async Task<ILookup<long, CaseStep>> StepsAsync(long[] cases, CancellationToken cancellationToken) =>
        (await database.QueryAsync<CaseStep>(
            $"SELECT complaint_id, act, staff, words, created_at FROM complaint_step WHERE complaint_id {database.Engine.AnyOf("cases")} ORDER BY id", new { cases }, cancellationToken))
        .ToLookup(s => s.ComplaintId, s => s with { Words = personal.DecryptOrNothing(s.Words) });

    /// <summary>The picture of an account's own case as a JPEG, or null.</summary>
    public async Task<byte[]?> OwnPhotoAsync(long account, string number, CancellationToken cancellationToken) => Picture(await database.ScalarAsync<string>(
        "SELECT f.content FROM complaint_photo f JOIN complaint c ON c.id = f.complaint_id WHERE c.number = @number AND c.account_id = @account",
        new { number, account }, cancellationToken));

    /// <summary>A case's picture as staff opens it, which is audited, or null.</summary>
    public async Task<byte[]?> PhotoAsync(StaffMember staff, string number, CancellationToken cancellationToken) => Picture(await database.WriteAsync(
        async transaction =>
        {
            var kept = await transaction.ScalarAsync<string>(
                "SELECT f.content FROM complaint_photo f JOIN complaint c ON c.id = f.complaint_id WHERE c.number = @number", new { number });
            if (kept is not null) await AuditStore.AddAsync(transaction, calendar.Now, staff.Username, "case.photo", number);
            return kept;
        },
        cancellationToken));

    private byte[]? Picture(string? kept) => personal.DecryptOrNothing(kept ?? "") is { Length: > 0 } content ? Convert.FromBase64String(content) : null;

    /// <summary>One page of the cases that a filter lets through, and how many there are in all. Late ones first, or the newest.</summary>
    public async Task<(IReadOnlyList<Case> Cases, int All)> PageAsync(CaseFilter filter, int page, CancellationToken cancellationToken)
    {
        // Only what is asked for is compared, so that each question has its index.
        if (filter.Pharmacies is { Count: 0 }) return ([], 0);
        List<string> where = ["c.id > 0"];
        if (filter.Number.Length > 0) where.Add("c.number = @Number");
        if (filter.Kind != CaseKind.None) where.Add("c.kind = @Kind");
        if (filter.Status is not null) where.Add("c.status = @Status");
        if (filter.OpenOnly) where.Add("c.status <> @closed");
        if (filter.District.Length > 0) where.Add("p.district = @District");
        if (filter.Pharmacies is { Count: > 0 }) where.Add($"p.code {database.Engine.AnyOf("codes")}");
        var asked = string.Join(" AND ", where);
        var args = new
        {
            filter.Number, filter.Kind, filter.Status, filter.District, codes = filter.Pharmacies?.ToArray() ?? [], closed = CaseStatus.Closed, take = PageSize, skip = (Math.Clamp(page, 1, LastPage) - 1) * PageSize,
        };
        var order = filter.NewestFirst ? "c.id DESC" : "CASE WHEN c.due_at IS NULL THEN 1 ELSE 0 END, c.due_at, c.id DESC";
        var found = await database.QueryAsync<Case>($"{Select} WHERE {asked} ORDER BY {order} LIMIT @take OFFSET @skip", args, cancellationToken);
        var all = await database.ScalarAsync<long>($"SELECT COUNT(*) FROM complaint c LEFT JOIN pharmacy p ON p.id = c.pharmacy_id WHERE {asked}", args, cancellationToken);
        return (Readable(found), (int)all);
    }

    /// <summary>Cases that wait for a pharmacy's answer, or had one, newest first.</summary>
    public async Task<IReadOnlyList<Case>> OfPharmacyAsync(long pharmacy, CancellationToken cancellationToken) => Readable(await database.QueryAsync<Case>(
        $"""
         {Select}
          WHERE c.pharmacy_id = @pharmacy
            AND EXISTS (SELECT 1 FROM complaint_step s WHERE s.complaint_id = c.id AND s.act = @ask)
          ORDER BY CASE WHEN c.status = @waiting THEN 0 ELSE 1 END, c.id DESC LIMIT {MostOfAccount}
         """,
        new { pharmacy, ask = CaseAct.Ask, waiting = CaseStatus.AtPharmacy },
        cancellationToken));

    public Task<long> OpenAsync(CancellationToken cancellationToken) =>
        database.ScalarAsync<long>("SELECT COUNT(*) FROM complaint WHERE status <> @closed", new { closed = CaseStatus.Closed }, cancellationToken);

    /// <summary>How many are past their time, and since when the first of them.</summary>
    public async Task<(long Cases, DateTimeOffset? Since)> LateAsync(CancellationToken cancellationToken)
    {
        var late = await database.QueryOneAsync<Late>(
            "SELECT COUNT(*) AS cases, MIN(due_at) AS since FROM complaint WHERE status <> @closed AND due_at < @now",
            new { closed = CaseStatus.Closed, now = calendar.Now }, cancellationToken);
        return (late?.Cases ?? 0, late?.Since);
    }

    /// <summary>How many there are of each kind and outcome, of all time.</summary>
    public Task<List<CaseCount>> CountsAsync(CancellationToken cancellationToken) => database.QueryAsync<CaseCount>(
        "SELECT kind, outcome, COUNT(*) AS cases FROM complaint GROUP BY kind, outcome ORDER BY kind, outcome", cancellationToken: cancellationToken);

    private Case[] Readable(IEnumerable<Case> cases) => [.. cases.Select(c => Readable(c)!)];

    private Case? Readable(Case? kept) => kept is null ? null : kept with { Body = personal.DecryptOrNothing(kept.Body), Caller = personal.DecryptOrNothing(kept.Caller) };

    private sealed class Late
    {
        public long Cases { get; init; }
        public DateTimeOffset? Since { get; init; }
    }
}
