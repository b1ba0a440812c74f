using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Flags;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Flags;

/// <summary>Chuzhou at noon of a pickup day, no job running, with rows as they lie in the tables after odd and after ordinary hand-overs.</summary>
internal sealed class FlagCity : IAsyncDisposable
{
    public static readonly DateOnly Round = new(2020, 2, 10);
    public static readonly DateOnly Day = new(2020, 2, 11);

    private readonly IAsyncDisposable held;
    private readonly Dictionary<string, long> pharmacies;
    private readonly Dictionary<string, long> staff;
    private long rows;

    private FlagCity(SandboxHost host, IAsyncDisposable held, Dictionary<string, long> pharmacies, Dictionary<string, long> staff) =>
        (Host, this.held, this.pharmacies, this.staff) = (host, held, pharmacies, staff);

    public SandboxHost Host { get; }

    public Database Database => Host.Get<Database>();

    public static async Task<FlagCity> StartAsync(DatabaseKind engine = DatabaseKind.Sqlite)
    {
        var host = await SandboxHost.StartAsync("chuzhou", "2020-02-10T12:00:00+08:00", engine: engine);
        await host.SetClockAsync("2020-02-11T12:00:00+08:00");
        var jobs = await host.HoldJobsAsync();
        var database = host.Get<Database>();
        return new FlagCity(
            host, jobs, (await database.QueryAsync<Named>("SELECT id, code AS name FROM pharmacy")).ToDictionary(n => n.Name, n => n.Id, StringComparer.Ordinal),
            (await database.QueryAsync<Named>("SELECT id, username AS name FROM staff")).ToDictionary(n => n.Name, n => n.Id, StringComparer.Ordinal));
    }

    public static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2020-02-11T{time}+08:00", CultureInfo.InvariantCulture);

    public Task<int> LookAsync(SandboxHost? node = null) => new FindFlagsJob(
        (node ?? Host).Get<OddQueries>(), (node ?? Host).Get<FlagFindingStore>(), (node ?? Host).Get<WeChatMask.Settings.CityCalendar>()).RunAsync(CancellationToken.None);

    public Task<List<Stored>> FlagsAsync() => Database.QueryAsync<Stored>(
        """
        SELECT f.id, f.kind, f.flag_day, COALESCE(p.code, '-') AS pharmacy, COALESCE(s.username, '-') AS clerk, f.hits, f.measured, f.status, f.owner, f.version,
               (SELECT COUNT(*) FROM flag_row r WHERE r.flag_id = f.id) AS row_count
          FROM flag f
          LEFT JOIN pharmacy p ON p.id = f.pharmacy_id
          LEFT JOIN staff s    ON s.id = f.staff_id
         ORDER BY f.kind, p.code, f.flag_day
        """);

    public long Pharmacy(string code) => pharmacies[code];

    /// <summary>A booking of the day's round; its id.</summary>
    public async Task<long> BookAsync(string code, long account = 1)
    {
        var (id, n) = (Ids.Next(), ++rows);
        await RunAsync(
            """
            INSERT INTO booking (id, number, request_id, round_date, pharmacy_id, window_index, serial, account_id, resident_id, person_hash, policy_id, units, unit_price_fen, status, cancelled_late, created_at)
            SELECT @id, @number, @key, @Round, @pharmacy, 1, @serial, @account, 1, @key, policy_id, 5, 100, 0, 0, opens_at FROM round WHERE date = @Round
            """,
            new { id, number = NumberOf(n), key = $"flag {n}", Round, pharmacy = pharmacies[code], serial = 10_000 + n, account });
        return id;
    }

    /// <summary>A booking that was handed over; the hand-over's id.</summary>
    public async Task<long> HandOverAsync(string code, DateTimeOffset at, string? proxy = null, string? clerk = null, long account = 1)
    {
        var booking = await BookAsync(code, account);
        var id = Ids.Next();
        await RunAsync(
            """
            INSERT INTO redemption (id, request_key, booking_id, round_date, pharmacy_id, staff_id, units, amount_fen, outside_slot, proxy_hash, proxy_counted, redeemed_at)
            VALUES (@id, @key, @booking, @Round, @pharmacy, @clerk, 5, 500, 0, @proxy, 0, @at)
            """,
            new { id, key = $"flag {id}", booking, Round, pharmacy = pharmacies[code], clerk = staff[clerk ?? ClerkOf(code)], proxy, at });
        return id;
    }

    public Task VoidAsync(long handOver) => RunAsync("UPDATE redemption SET voided_at = redeemed_at WHERE id = @handOver", new { handOver });

    public Task TellAsync(string code, OfflineConflict conflict, DateTimeOffset heard, DateTimeOffset? claimed = null)
    {
        var id = Ids.Next();
        return RunAsync(
            """
            INSERT INTO offline_hand_over (id, request_key, pharmacy_id, staff_id, number, units, claimed_at, heard_at, conflict, after_lapse)
            VALUES (@id, @key, @pharmacy, @clerk, 'X', 5, @claimed, @heard, @conflict, 0)
            """,
            new { id, key = $"flag {id}", pharmacy = pharmacies[code], clerk = staff[ClerkOf(code)], claimed = claimed ?? heard, heard, conflict });
    }

    /// <summary>A booking shown at a counter, as the audit has it.</summary>
    public async Task ShowAsync(long booking, string at, DateTimeOffset when, string action = "redemption.check", string outcome = "OtherPharmacy")
    {
        var number = await Database.ScalarAsync<string>("SELECT number FROM booking WHERE id = @booking", new { booking });
        await AuditAsync(ClerkOf(at), action, number!, outcome, when);
    }

    public Task ReadListAsync(string code, DateTimeOffset when) => AuditAsync(ClerkOf(code), "list.read", $"{code} 2020-02-10", "page", when);

    public Task DeliverAsync(string code, int units, DateTimeOffset at, bool more = false, DateOnly? round = null)
    {
        var id = Ids.Next();
        return RunAsync(
            "INSERT INTO delivery (id, request_key, round_date, pharmacy_id, units, staff_id, created_at, more_coming) VALUES (@id, @key, @round, @pharmacy, @units, @clerk, @at, @more)",
            new { id, key = $"flag {id}", round = round ?? Round, pharmacy = pharmacies[code], units, clerk = staff[ClerkOf(code)], at, more });
    }

    /// <summary>A booking that came from another pharmacy.</summary>
    public async Task ComeAsync(string from, string to, DateTimeOffset? at)
    {
        var booking = await BookAsync(to);
        await RunAsync(
            "INSERT INTO booking_move (lever_id, booking_id, round_date, from_pharmacy_id, from_serial, to_pharmacy_id, to_serial, moved_at) VALUES (1, @booking, @Round, @from, @rows, @to, @rows, @at)",
            new { booking, Round, from = pharmacies[from], to = pharmacies[to], rows, at });
    }

    public Task CarryAsync(string code, int places, DateTimeOffset at, DateOnly to)
    {
        var id = Ids.Next();
        return RunAsync(
            "INSERT INTO carry_over (id, from_round, to_round, pharmacy_id, left_over, lapsed, cancelled, cause, created_at) VALUES (@id, @from, @to, @pharmacy, @places, 0, 0, @cause, @at)",
            new { id, from = to.AddDays(-1), to, pharmacy = pharmacies[code], places, cause = $"flag {id}", at });
    }

    /// <summary>An account of WeChat, and if a pharmacy is named, bound to its clerk.</summary>
    public async Task<long> AccountAsync(string openId, string? boundAt = null)
    {
        var id = Ids.Next();
        await RunAsync("INSERT INTO account (id, open_id, created_at, kind) VALUES (@id, @openId, 0, 0)", new { id, openId });
        if (boundAt is null) return id;
        var hash = Host.Get<PersonalData>().KeyedHash(HashPurpose.StaffWeChat, openId);
        await RunAsync("UPDATE staff SET wechat_hash = @hash WHERE id = @clerk", new { hash, clerk = staff[ClerkOf(boundAt)] });
        return id;
    }

    public Task RunAsync(string sql, object args) => Database.WriteAsync(t => t.ExecuteAsync(sql, args), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await held.DisposeAsync();
        await Host.DisposeAsync();
    }

    private Task AuditAsync(string actor, string action, string subject, string detail, DateTimeOffset at) => RunAsync(
        "INSERT INTO audit (id, at, actor, action, subject, detail) VALUES (@id, @at, @actor, @action, @subject, @detail)", new { id = Ids.Next(), at, actor, action, subject, detail });

    private static string ClerkOf(string code) => $"clerk-{code.ToLowerInvariant()}";

    private static string NumberOf(long n) => string.Create(CultureInfo.InvariantCulture, $"F{n:0000000000}");

    private sealed class Named
    {
        public long Id { get; init; }
        public string Name { get; init; } = "";
    }

    /// <summary>A flag as it is stored.</summary>
    public sealed class Stored
    {
        public long Id { get; init; }
        public FlagKind Kind { get; init; }
        public DateOnly FlagDay { get; init; }
        public string Pharmacy { get; init; } = "";
        public string Clerk { get; init; } = "";
        public int Hits { get; init; }
        public int Measured { get; init; }
        public FlagStatus Status { get; init; }
        public string? Owner { get; init; }
        public int Version { get; init; }
        public int RowCount { get; init; }
    }
}
