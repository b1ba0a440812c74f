using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Flags;

/// <summary>Reads flags and the rows that speak for them.</summary>
public sealed class FlagQueries(Database database)
{
    public const int PageSize = 25;

    /// <summary>Pages beyond this one nobody turns to.</summary>
    public const int LastPage = 1000;

    /// <summary>Rows on one page of a flag.</summary>
    public const int RowsShown = 100;

    private const string Select = """
        SELECT f.id, f.kind, f.flag_day, p.code AS pharmacy_code, p.name AS pharmacy_name, p.district, s.username AS clerk, b.number AS booking_number, f.hits, f.measured, f.threshold,
               f.first_at, f.last_at, f.status, f.owner, f.note, f.version, f.found_at, f.grown_at, f.changed_at
          FROM flag f
          LEFT JOIN pharmacy p ON p.id = f.pharmacy_id
          LEFT JOIN staff s    ON s.id = f.staff_id
          LEFT JOIN booking b  ON b.id = f.booking_id
        """;

    // Each source finds its rows by their ids; what it has no word for is null.
    private const string Rows = """
        SELECT x.source, x.happened_at, b.number AS booking_number, s.username AS clerk, p.code AS pharmacy_code, p.name AS pharmacy_name, d.units,
               CASE WHEN d.voided_at IS NULL THEN 0 ELSE 1 END AS is_voided, 0 AS conflict, NULL AS action, x.row_id
          FROM flag_row x
          JOIN redemption d    ON d.id = x.row_id
          LEFT JOIN booking b  ON b.id = d.booking_id
          LEFT JOIN staff s    ON s.id = d.staff_id
          LEFT JOIN pharmacy p ON p.id = d.pharmacy_id
         WHERE x.flag_id = @id AND x.source = @redemption
        UNION ALL
        SELECT x.source, x.happened_at, b.number, s.username, p.code, p.name, o.units, 0, o.conflict, NULL, x.row_id
          FROM flag_row x
          JOIN offline_hand_over o ON o.id = x.row_id
          LEFT JOIN booking b      ON b.number = o.number
          LEFT JOIN staff s        ON s.id = o.staff_id
          LEFT JOIN pharmacy p     ON p.id = o.pharmacy_id
         WHERE x.flag_id = @id AND x.source = @offline
        UNION ALL
        SELECT x.source, x.happened_at, b.number, a.actor, p.code, p.name, NULL, 0, 0, a.action, x.row_id
          FROM flag_row x
          JOIN audit a         ON a.id = x.row_id
          LEFT JOIN booking b  ON b.number = a.subject
          LEFT JOIN staff s    ON s.username = a.actor
          LEFT JOIN pharmacy p ON p.id = s.pharmacy_id
         WHERE x.flag_id = @id AND x.source = @audit
        UNION ALL
        SELECT x.source, x.happened_at, NULL, s.username, p.code, p.name, d.units, 0, 0, NULL, x.row_id
          FROM flag_row x
          JOIN delivery d      ON d.id = x.row_id
          LEFT JOIN staff s    ON s.id = d.staff_id
          LEFT JOIN pharmacy p ON p.id = d.pharmacy_id
         WHERE x.flag_id = @id AND x.source = @delivery
        UNION ALL
        SELECT x.source, x.happened_at, b.number, NULL, p.code, p.name, 1, 0, 0, NULL, x.row_id
          FROM flag_row x
          JOIN booking b       ON b.id = x.row_id
          LEFT JOIN pharmacy p ON p.id = b.pharmacy_id
         WHERE x.flag_id = @id AND x.source = @moved
        UNION ALL
        SELECT x.source, x.happened_at, NULL, NULL, p.code, p.name, c.left_over + c.lapsed + c.cancelled + c.difference + c.converted, 0, 0, NULL, x.row_id
          FROM flag_row x
          JOIN carry_over c    ON c.id = x.row_id
          LEFT JOIN pharmacy p ON p.id = c.pharmacy_id
         WHERE x.flag_id = @id AND x.source = @carried
         ORDER BY 2, 11
         LIMIT @take OFFSET @skip
        """;

    /// <summary>A flag's id as it stands in an address; 0, which no flag has, where it is none.</summary>
    public static long IdOf(string? typed) => long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    /// <summary>One page of the flags that a filter lets through, the newest days first, and how many there are in all.</summary>
    public async Task<(IReadOnlyList<Flag> Flags, int All)> PageAsync(FlagFilter filter, int page, CancellationToken cancellationToken)
    {
        // Only what is asked for is compared, so that each question has its index.
        if (filter.Pharmacies is { Count: 0 }) return ([], 0);
        List<string> where = ["f.id > 0"];
        if (filter.Kind != FlagKind.None) where.Add("f.kind = @Kind");
        if (filter.Status is not null) where.Add("f.status = @Status");
        if (filter.OpenOnly) where.Add("f.status < @closed");
        if (filter.Owner.Length > 0) where.Add("f.owner = @Owner");
        if (filter.Pharmacies is not null) where.Add($"p.code {database.Engine.AnyOf("codes")}");
        var asked = string.Join(" AND ", where);
        var args = new
        {
            filter.Kind, filter.Status, filter.Owner, codes = filter.Pharmacies?.ToArray() ?? [], closed = FlagStatus.Explained, take = PageSize, skip = (Math.Clamp(page, 1, LastPage) - 1) * PageSize,
        };
        var found = await database.QueryAsync<Flag>($"{Select} WHERE {asked} ORDER BY f.flag_day DESC, f.id DESC LIMIT @take OFFSET @skip", args, cancellationToken);
        var all = await database.ScalarAsync<long>($"SELECT COUNT(*) FROM flag f LEFT JOIN pharmacy p ON p.id = f.pharmacy_id WHERE {asked}", args, cancellationToken);
        return (found, (int)all);
    }

    public Task<Flag?> FindAsync(long id, CancellationToken cancellationToken) => database.QueryOneAsync<Flag>($"{Select} WHERE f.id = @id", new { id }, cancellationToken);

    /// <summary>One page of the rows that speak for a flag, in the order of their time.</summary>
    public Task<List<FlagRow>> RowsAsync(long id, int page, CancellationToken cancellationToken) => database.QueryAsync<FlagRow>(
        Rows,
        new
        {
            id, redemption = FlagSource.Redemption, offline = FlagSource.OfflineHandOver, audit = FlagSource.Audit, delivery = FlagSource.Delivery, moved = FlagSource.MovedBooking,
            carried = FlagSource.CarryOver, take = RowsShown, skip = (Math.Clamp(page, 1, LastPage) - 1) * RowsShown,
        },
        cancellationToken);

    /// <summary>What became of a flag, in order.</summary>
    public Task<List<FlagStep>> StepsAsync(long id, CancellationToken cancellationToken) => database.QueryAsync<FlagStep>(
        "SELECT status, staff, owner, words, hits, created_at FROM flag_step WHERE flag_id = @id ORDER BY id", new { id }, cancellationToken);

    /// <summary>How many are open.</summary>
    public Task<long> OpenAsync(CancellationToken cancellationToken) =>
        database.ScalarAsync<long>("SELECT COUNT(*) FROM flag WHERE status < @closed", new { closed = FlagStatus.Explained }, cancellationToken);

    /// <summary>How many are open of each kind.</summary>
    public Task<List<FlagCount>> OpenByKindAsync(CancellationToken cancellationToken) => database.QueryAsync<FlagCount>(
        "SELECT kind, COUNT(*) AS flags FROM flag WHERE status < @closed GROUP BY kind ORDER BY kind", new { closed = FlagStatus.Explained }, cancellationToken);

    /// <summary>When it was last looked; null before the first time.</summary>
    public Task<DateTimeOffset?> LookedAsync(CancellationToken cancellationToken) =>
        database.ScalarAsync<DateTimeOffset?>("SELECT MAX(looked_at) FROM flag_look", cancellationToken: cancellationToken);

    /// <summary>Log-in names of those who look after a flag, or did.</summary>
    public Task<List<string>> OwnersAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<string>("SELECT DISTINCT owner FROM flag WHERE owner IS NOT NULL ORDER BY owner", cancellationToken: cancellationToken);

    /// <summary>Log-in names of those who may own a flag.</summary>
    public Task<List<string>> SupervisorsAsync(CancellationToken cancellationToken) => database.QueryAsync<string>(
        "SELECT username FROM staff WHERE role = @supervisor AND disabled = @no ORDER BY username", new { supervisor = StaffRole.Supervisor, no = false }, cancellationToken);
}

/// <summary>Open flags of one kind.</summary>
public sealed class FlagCount
{
    public FlagKind Kind { get; init; }
    public int Flags { get; init; }
}
