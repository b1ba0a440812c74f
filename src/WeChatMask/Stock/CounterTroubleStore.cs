using System.Data.Common;
using Dapper;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Stock;

/// <summary>
/// What pharmacies say of today: that they hand nothing out for a while, or that their goods run short. It lasts until somebody ends it,
/// at the latest with the day. Places and bookings are as they were: what follows for those is a supervisor's.
/// </summary>
public sealed class CounterTroubleStore(Database database, StockQueries stock, CityCalendar calendar)
{
    private const string Select = """
        SELECT c.id, c.pharmacy_id, p.code AS pharmacy_code, p.name AS pharmacy_name, c.kind, c.day, c.reason, c.expected_end, c.lacking, c.staff, c.created_at, c.ended_at, c.ended_by
          FROM counter_trouble c
          JOIN pharmacy p ON p.id = c.pharmacy_id
        """;

    /// <summary>What lasts now in the whole city, oldest first.</summary>
    public Task<List<CounterTrouble>> OpenAsync(CancellationToken cancellationToken) => database.QueryAsync<CounterTrouble>(
        $"{Select} WHERE c.day = @Today AND c.ended_at IS NULL ORDER BY c.id", new { calendar.Today }, cancellationToken);

    /// <summary>What lasts now at a pharmacy, the pause first.</summary>
    public Task<List<CounterTrouble>> OpenAsync(long pharmacy, CancellationToken cancellationToken) => database.QueryAsync<CounterTrouble>(
        $"{Select} WHERE c.day = @Today AND c.pharmacy_id = @pharmacy AND c.ended_at IS NULL ORDER BY c.kind", new { calendar.Today, pharmacy }, cancellationToken);

    /// <summary>A pharmacy's newest, ended ones too, newest first.</summary>
    public Task<List<CounterTrouble>> NewestAsync(long pharmacy, int count, CancellationToken cancellationToken) => database.QueryAsync<CounterTrouble>(
        $"{Select} WHERE c.pharmacy_id = @pharmacy ORDER BY c.id DESC LIMIT @count", new { pharmacy, count }, cancellationToken);

    /// <summary>By pharmacy: the bookings that are still to be collected there today.</summary>
    public async Task<IReadOnlyDictionary<long, int>> WaitingAsync(CancellationToken cancellationToken) =>
        await database.ScalarAsync<DateOnly?>("SELECT date FROM round WHERE pickup_date = @Today", new { calendar.Today }, cancellationToken) is not { } round
            ? new Dictionary<long, int>()
            : (await database.QueryAsync<(long Pharmacy, int Bookings)>(
                $"SELECT b.pharmacy_id, COUNT(*) FROM booking b WHERE b.status = @booked AND {MovedPickupStore.OfTheDay} GROUP BY b.pharmacy_id",
                new { round, booked = BookingStatus.Booked },
                cancellationToken)).ToDictionary(w => w.Pharmacy, w => w.Bookings);

    /// <summary>Says that nothing is handed out for a while. A second time changes reason and expected end; what was said before stays written.</summary>
    public async Task<Refusal> PauseAsync(Clerk clerk, string reason, DateTimeOffset? expectedEnd, string requestId, CancellationToken cancellationToken)
    {
        if (!RequestId.IsWellFormed(requestId)) return Refusal.InvalidRequestId;
        if (expectedEnd is { } end && (end <= calendar.Now || calendar.DateOf(end) != calendar.Today)) return Refusal.InvalidPauseEnd;
        return await database.WriteAsync(
            async t =>
            {
                var now = calendar.Now;
                if (await IsKnownAsync(t, clerk, requestId)) return Refusal.None;
                await CloseAsync(t, clerk.Staff.Username, OpenKey(clerk.PharmacyId, CounterTroubleKind.Paused), now);
                await AddAsync(t, clerk, CounterTroubleKind.Paused, reason, expectedEnd, 0, requestId, now);
                await AuditStore.AddAsync(t, now, clerk.Staff.Username, "counter.pause", await CodeAsync(t, clerk.PharmacyId), reason);
                return Refusal.None;
            },
            cancellationToken);
    }

    /// <summary>Says that today's goods are not enough for those who still come. Said once until it is taken back.</summary>
    public async Task<Refusal> ReportShortAsync(Clerk clerk, string requestId, CancellationToken cancellationToken)
    {
        if (!RequestId.IsWellFormed(requestId)) return Refusal.InvalidRequestId;
        return await database.WriteAsync(
            async t =>
            {
                var now = calendar.Now;
                if (await IsKnownAsync(t, clerk, requestId) || await t.ScalarAsync<long>("SELECT COUNT(*) FROM counter_trouble WHERE open_key = @key", new { key = OpenKey(clerk.PharmacyId, CounterTroubleKind.RunsShort) }) > 0)
                    return Refusal.None;
                var (_, waiting, lacking) = await LackAsync(t.Connection, t.Transaction, clerk.PharmacyId);
                if (waiting == 0) return Refusal.NobodyWaits;
                await AddAsync(t, clerk, CounterTroubleKind.RunsShort, reason: null, expectedEnd: null, lacking, requestId, now);
                await AuditStore.AddAsync(t, now, clerk.Staff.Username, "stock.short", await CodeAsync(t, clerk.PharmacyId), FormattableString.Invariant($"{waiting}"));
                return Refusal.None;
            },
            cancellationToken);
    }

    /// <summary>Ends what lasts. Where nothing does there is nothing to end, which is as good.</summary>
    public Task<Refusal> EndAsync(string actor, long pharmacy, CounterTroubleKind kind, CancellationToken cancellationToken) => database.WriteAsync(
        async t =>
        {
            var now = calendar.Now;
            if (!await CloseAsync(t, actor, OpenKey(pharmacy, kind), now)) return Refusal.None;
            await AuditStore.AddAsync(t, now, actor, kind == CounterTroubleKind.Paused ? "counter.resume" : "stock.enough", await CodeAsync(t, pharmacy), null);
            return Refusal.None;
        },
        cancellationToken);

    /// <summary>What the books say of today's goods beside the bookings still to be collected: units on the shelf, bookings, and units that lack.</summary>
    public Task<(int Shelf, int Waiting, int Lacking)> LackAsync(long pharmacy, CancellationToken cancellationToken) => database.ReadAsync(c => LackAsync(c, null, pharmacy), cancellationToken);

    /// <summary>The last delivery of a day has come, and whoever it does not serve was moved: goods no longer run short. In a transaction of the report.</summary>
    internal static async Task DeliveredAsync(WriteTransaction transaction, string actor, long pharmacy, DateOnly day, DateTimeOffset now)
    {
        if (await CloseAsync(transaction, actor, OpenKey(pharmacy, CounterTroubleKind.RunsShort, day), now))
            await AuditStore.AddAsync(transaction, now, actor, "stock.enough", await CodeAsync(transaction, pharmacy), null);
    }

    private async Task<(int Shelf, int Waiting, int Lacking)> LackAsync(DbConnection connection, DbTransaction? transaction, long pharmacy)
    {
        var days = await stock.DaysAsync(connection, transaction, pharmacy, calendar.Today);
        if (days.Count == 0 || days[^1].PickupDate != calendar.Today) return default;
        var shelf = StockDay.Shelves(days)[^1].Closing;
        var owed = await connection.QuerySingleAsync<Owed>(
            $"SELECT COUNT(*) AS bookings, COALESCE(SUM(b.units), 0) AS units FROM booking b WHERE b.pharmacy_id = @pharmacy AND b.status = @booked AND {MovedPickupStore.OfTheDay}",
            new { pharmacy, booked = BookingStatus.Booked, round = days[^1].Round },
            transaction);
        return (shelf, owed.Bookings, Math.Max(0, owed.Units - shelf));
    }

    private static async Task<bool> CloseAsync(WriteTransaction transaction, string actor, string key, DateTimeOffset now) => await transaction.ExecuteAsync(
        "UPDATE counter_trouble SET open_key = NULL, ended_at = @now, ended_by = @actor WHERE open_key = @key", new { now, actor, key }) > 0;

    private static async Task<bool> IsKnownAsync(WriteTransaction transaction, Clerk clerk, string requestId) =>
        await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM counter_trouble WHERE request_key = @key", new { key = RequestKey(clerk, requestId) }) > 0;

    // Two at once clash at the open key; the one that lost is tried again and finds the other's.
    private Task<int> AddAsync(
        WriteTransaction transaction, Clerk clerk, CounterTroubleKind kind, string? reason, DateTimeOffset? expectedEnd, int lacking, string requestId, DateTimeOffset now) => transaction.ExecuteAsync(
        """
        INSERT INTO counter_trouble (id, request_key, open_key, pharmacy_id, kind, day, reason, expected_end, lacking, staff, created_at)
        VALUES (@id, @request, @open, @PharmacyId, @kind, @Today, @reason, @expectedEnd, @lacking, @Username, @now)
        """,
        new
        {
            id = Ids.Next(), request = RequestKey(clerk, requestId), open = OpenKey(clerk.PharmacyId, kind), clerk.PharmacyId, kind, calendar.Today, reason, expectedEnd, lacking,
            clerk.Staff.Username, now,
        });

    private static async Task<string> CodeAsync(WriteTransaction transaction, long pharmacy) =>
        await transaction.ScalarAsync<string>("SELECT code FROM pharmacy WHERE id = @pharmacy", new { pharmacy }) ?? "";

    private string OpenKey(long pharmacy, CounterTroubleKind kind) => OpenKey(pharmacy, kind, calendar.Today);

    private static string OpenKey(long pharmacy, CounterTroubleKind kind, DateOnly day) => FormattableString.Invariant($"{pharmacy}:{(int)kind}:{day.Column()}");

    private static string RequestKey(Clerk clerk, string requestId) => FormattableString.Invariant($"{clerk.PharmacyId}:{requestId}");

    private sealed class Owed
    {
        public int Bookings { get; init; }
        public int Units { get; init; }
    }
}

/// <summary>What a pharmacy says is wrong at its counter; the numbers are stored.</summary>
public enum CounterTroubleKind
{
    Paused = 0,
    RunsShort = 1,
}

/// <summary>Something a pharmacy said of a day. The reason is for residents; lacking are units, when it was said.</summary>
public sealed record CounterTrouble
{
    public long Id { get; init; }
    public long PharmacyId { get; init; }
    public string PharmacyCode { get; init; } = "";
    public string PharmacyName { get; init; } = "";
    public CounterTroubleKind Kind { get; init; }
    public DateOnly Day { get; init; }
    public string? Reason { get; init; }
    public DateTimeOffset? ExpectedEnd { get; init; }
    public int Lacking { get; init; }
    public string Staff { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? EndedBy { get; init; }
}
