using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WeChatMask.Bookings;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.Operations;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Tests.Support;

/// <summary>A person registered under one account.</summary>
internal sealed record Registered(long AccountId, long ResidentId, string PersonHash);

/// <summary>
/// A small city in a database of its own: pharmacies, a round that is open, persons, and as many nodes in front of
/// it as a test wants. Nothing is stood in for but the clock. Without HTTP, jobs and a sandbox around it, a rush is the
/// desk's alone, and the load tool measures on the same city; who needs the whole product takes <c>SandboxHost</c>.
/// </summary>
internal sealed class DeskCity : IAsyncDisposable
{
    /// <summary>Booking day of the city's first round.</summary>
    public static readonly DateOnly Day = new(2020, 2, 10);

    /// <summary>The instant at which that round opens.</summary>
    public static readonly DateTimeOffset Opening = new(2020, 2, 10, 19, 0, 0, TimeSpan.FromHours(8));

    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-desk-").FullName;
    private readonly List<DeskNode> nodes = [];
    private TestDatabase database = null!;

    private DeskCity(int pharmacies) =>
        Codes = [.. Enumerable.Range(1, pharmacies).Select(i => string.Create(CultureInfo.InvariantCulture, $"P{i:000}"))];

    /// <summary>The clock all nodes read. It stands one second after the opening until a test moves it.</summary>
    public FakeClock Clock { get; } = new(Opening.AddSeconds(1));

    /// <summary>Codes of the pharmacies.</summary>
    public IReadOnlyList<string> Codes { get; }

    /// <summary>The database of the node that set the city up.</summary>
    public Database Database => nodes[0].Database;

    /// <summary>The rounds' secrets as that node knows them.</summary>
    public RoundKeyStore Keys => nodes[0].Keys;

    /// <summary>Makes the city and plans the day's round.</summary>
    /// <param name="pharmacies">How many.</param>
    /// <param name="places">Places of each, one figure a window.</param>
    /// <param name="windows">Booking windows as <c>19:00-22:00</c>.</param>
    public static Task<DeskCity> CreateAsync(int pharmacies, int[] places, params string[] windows) =>
        CreateAsync(DatabaseKind.Sqlite, pharmacies, places, windows);

    /// <summary>The same on any engine.</summary>
    public static Task<DeskCity> CreateAsync(DatabaseKind engine, int pharmacies, int[] places, params string[] windows) =>
        CreateAsync(folder => TestDatabase.CreateAsync(engine, folder, forNode: true), pharmacies, places, windows);

    /// <summary>The same on a database that is there.</summary>
    public static Task<DeskCity> CreateAsync(TestDatabase database, int pharmacies, int[] places) =>
        CreateAsync(_ => Task.FromResult(database), pharmacies, places, []);

    private static async Task<DeskCity> CreateAsync(Func<string, Task<TestDatabase>> home, int pharmacies, int[] places, string[] windows)
    {
        var city = new DeskCity(pharmacies);
        city.database = await home(city.folder);
        var node = city.AddNode();
        await new Migrator(node.Database, city.Clock).MigrateAsync(CancellationToken.None);
        await node.Log.BeginAsync(CancellationToken.None);
        using var personal = new PersonalData(Options.Create(Secrets()));
        await new CityImport(node.Database, new CityStore(personal, city.Clock)).ImportAsync(
            city.File(places, windows.Length == 0 ? ["19:00-22:00"] : windows), "test", CancellationToken.None);
        await node.Rounds.PlanAsync(Day, CancellationToken.None);
        return city;
    }

    /// <summary>Another node on the same database: a pool, a gate for writers and a desk of its own.</summary>
    public DeskNode AddNode(Action<SiteSettings>? configure = null)
    {
        var settings = new SiteSettings();
        configure?.Invoke(settings);
        var node = new DeskNode(database, settings, Clock);
        nodes.Add(node);
        return node;
    }

    /// <summary>Registers persons, each under an account of its own.</summary>
    public Task<IReadOnlyList<Registered>> RegisterAsync(int count) =>
        AddAsync([.. Enumerable.Range(0, count).Select(_ => NewPerson(null))]);

    /// <summary>Registers one person under several accounts.</summary>
    public Task<IReadOnlyList<Registered>> RegisterOneAsync(int accounts)
    {
        var person = Guid.NewGuid().ToString("N");
        return AddAsync([.. Enumerable.Range(0, accounts).Select(_ => NewPerson(person))]);
    }

    /// <summary>A person's commitment, as this city made it.</summary>
    public static Hash ProofOf(Registered person) => Hash.Of(BitConverter.GetBytes(person.ResidentId));

    /// <summary>The promises of the product that do not hold; none may be named.</summary>
    public async Task<IReadOnlyList<InvariantResult>> BrokenPromisesAsync() =>
        [.. (await new InvariantQueries(Database).RunAsync(CancellationToken.None)).Where(r => r.Broken > 0)];

    /// <summary>Serials given at each pharmacy, in order.</summary>
    public async Task<ILookup<string, int>> SerialsAsync() =>
        (await Database.QueryAsync<(string Code, int Serial)>(
            "SELECT p.code, b.serial FROM booking b JOIN pharmacy p ON p.id = b.pharmacy_id ORDER BY p.code, b.serial"))
        .ToLookup(r => r.Code, r => r.Serial, StringComparer.Ordinal);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
        // The pool keeps files open, which does not hinder their deletion here.
        Directory.Delete(folder, recursive: true);
    }

    private async Task<IReadOnlyList<Registered>> AddAsync(IReadOnlyList<Registered> people)
    {
        await Database.WriteAsync(
            async transaction =>
            {
                await transaction.InsertManyAsync(
                    "account", ["id", "open_id", "created_at"],
                    [.. people.Select(p => new object?[] { p.AccountId, $"o{p.AccountId}", 0L })]);
                await transaction.InsertManyAsync(
                    "resident",
                    ["id", "account_id", "person_hash", "name", "id_number", "mobile", "eligible", "checked_at", "consent_version", "consent_at", "created_at", "proof"],
                    [.. people.Select(p => new object?[] { p.ResidentId, p.AccountId, p.PersonHash, "", "", "", 1, 0L, "1", 0L, 0L, ProofOf(p).ToString() })]);
                return true;
            },
            CancellationToken.None);
        return people;
    }

    // As long as the product's own keyed hash, so that indexes have their true size.
    private static Registered NewPerson(string? hash) =>
        new(Ids.Next(), Ids.Next(), hash ?? (Guid.NewGuid().ToString("N") + "01234567890"));

    private CityFile File(int[] places, string[] windows) => new(
        "test", "Test", "Asia/Shanghai", "Test",
        [JsonSerializer.SerializeToElement(Rules(places, windows))],
        [.. Codes.Select(code => new CityPharmacy(code, code, code, "", 0, 0, "", "", "", Day.AddDays(-1)))]);

    private static object Rules(int[] places, string[] windows) => new
    {
        from = "2020-02-01",
        goods = new { name = "mask", unit = "pc" },
        unitsPerBooking = 5,
        unitPriceFen = 160,
        cooldownDays = 2,
        lapseKeepsCooldown = true,
        cancellationLiftsCooldown = true,
        residentsPerAccount = 3,
        proxyCap = 3,
        windows = windows.Select(w => new { opens = w[..5], closes = w[6..] }),
        quotas = new Dictionary<string, int[]>(StringComparer.Ordinal) { [Policy.DefaultGroup] = places },
        pickup = new { opens = "09:00", closes = "18:00", slotMinutes = 30 },
        cancelUntil = "09:00",
        eligibility = "identityNumber",
        residentNotice = "atPublishing",
        identification = "numberAndLastFour",
        complaints = Array.Empty<string>(),
        retentionDays = 30,
    };

    /// <summary>Keys that are as good as any.</summary>
    public static SecretSettings Secrets()
    {
        var secrets = new SecretSettings { EncryptionKeyId = "k1", IdentityHashKey = Convert.ToBase64String(new byte[32]) };
        secrets.EncryptionKeys["k1"] = Convert.ToBase64String(new byte[32]);
        return secrets;
    }
}

/// <summary>One node of the city: its own database object, its own desk.</summary>
internal sealed class DeskNode : IAsyncDisposable
{
    private readonly PersonalData personal = new(Options.Create(DeskCity.Secrets()));

    public DeskNode(TestDatabase database, SiteSettings settings, TimeProvider clock)
    {
        var site = Options.Create(settings);
        Keys = new RoundKeyStore(personal);
        Database = new Database(database.Settings(), clock, TestLog.Store);
        var calendar = new CityCalendar(site, clock);
        var policies = new PolicyQueries(Database, calendar);
        var rounds = new RoundQueries(Database, policies);
        Board = new Board(new BoardQueries(Database, rounds), calendar);
        Log = new RoundLogStore(Database, TestLog.Store, Keys, calendar);
        Rounds = new RoundStore(Database, rounds, policies, Log, calendar, Board);
        Cancellations = new CancellationStore(Database, rounds, policies, calendar, Board, Outbox(calendar));
        Desk = new BookingDesk(Database, new BookingStore(rounds, Keys, Outbox(calendar)), Board, calendar, site, QuietMeters.New(), Tally, NullLogger<BookingDesk>.Instance);
        Seconds = new DeskSeconds(Tally, new DeskSecondStore(Database), Board, calendar, NullLogger<DeskSeconds>.Instance);
    }

    /// <summary>The outbox of a city that sends nothing by WeChat.</summary>
    public static NoticeOutbox Outbox(CityCalendar calendar) =>
        new(new OptionsMonitor<WeChatNoticeSettings>(new OptionsFactory<WeChatNoticeSettings>([], []), [], new OptionsCache<WeChatNoticeSettings>()), calendar);

    public Database Database { get; }

    public Board Board { get; }

    public RoundLogStore Log { get; }

    public RoundKeyStore Keys { get; }

    public RoundStore Rounds { get; }

    public CancellationStore Cancellations { get; }

    public BookingDesk Desk { get; }

    public DeskTally Tally { get; } = new();

    /// <summary>Writes only when a test says so.</summary>
    public DeskSeconds Seconds { get; }

    /// <summary>Opens the desk.</summary>
    public async Task<DeskNode> StartAsync()
    {
        await Desk.StartAsync(CancellationToken.None);
        return this;
    }

    /// <summary>One attempt of a person.</summary>
    public Task<BookingAnswer> BookAsync(Registered person, string pharmacy, string? requestId = null) =>
        Desk.BookAsync(new BookingRequest(person.AccountId, person.ResidentId, pharmacy, requestId ?? Guid.NewGuid().ToString("N")));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Desk.StopAsync(CancellationToken.None);
        Desk.Dispose();
        Seconds.Dispose();
        Board.Dispose();
        Database.Dispose();
        personal.Dispose();
    }
}
