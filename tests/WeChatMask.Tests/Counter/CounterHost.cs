using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using WeChatMask.Bookings;
using WeChatMask.Counter;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Operations;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Counter;

/// <summary>The product with Loudi's data on a clock that stands still; jobs run only when a test says so.</summary>
public sealed class CounterHost : IOnEngine
{
    /// <summary>While the round of 10 February takes bookings.</summary>
    public static readonly DateTimeOffset Evening = new(2020, 2, 10, 19, 30, 0, TimeSpan.FromHours(8));

    /// <summary>In the first pickup slot.</summary>
    public static readonly DateTimeOffset Morning = new(2020, 2, 11, 9, 10, 0, TimeSpan.FromHours(8));

    public static readonly DateOnly Date = new(2020, 2, 10);

    private readonly FakeClock clock = new(Evening);
    private readonly Dictionary<string, HttpClient> staff = new(StringComparer.Ordinal);
    private SandboxHost? host;
    private int persons;

    /// <inheritdoc />
    public DatabaseKind Engine { get; set; }

    public DateTimeOffset Now
    {
        get => clock.Now;
        set => clock.Now = value;
    }

    internal IReadOnlyDictionary<string, long> Pharmacies { get; private set; } = null!;

    public T Get<T>()
        where T : notnull => host!.Get<T>();

    public async Task InitializeAsync()
    {
        host = await SandboxHost.StartAsync(clock: $"{Evening:O}", engine: Engine, configure: builder =>
        {
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
            foreach (var timer in builder.Services.Where(s => s.ServiceType == typeof(IHostedService) && IsHangfire(s)).ToList()) builder.Services.Remove(timer);
        });
        var rows = await Get<Database>().QueryAsync<CounterPharmacyRow>("SELECT id, code FROM pharmacy");
        Pharmacies = rows.ToDictionary(r => r.Code, r => r.Id, StringComparer.Ordinal);
    }

    public async Task DisposeAsync()
    {
        foreach (var browser in staff.Values) browser.Dispose();
        if (host is not null) await host.DisposeAsync();
    }

    /// <summary>Closes the evening's round, publishes its lists and goes to the first slot of the pickup day.</summary>
    public async Task PublishAsync()
    {
        clock.Now = new DateTimeOffset(2020, 2, 10, 22, 0, 0, TimeSpan.FromHours(8));
        await RunJobsAsync();
        clock.Now = Morning;
        await RunJobsAsync();
    }

    public Task RunJobsAsync() => Get<DueWork>().RunAllAsync(CancellationToken.None);

    /// <summary>Books for a new person through the desk.</summary>
    public async Task<Booked> BookAsync(string pharmacy = "LD01")
    {
        var (request, person) = await RequestAsync(pharmacy);
        var answer = await Get<BookingDesk>().BookAsync(request);
        Assert.Equal(Refusal.None, answer.Refusal);
        return BookedBy(answer.Booking!, person);
    }

    /// <summary>Registers a new person, and gives what their phone would bring to the desk.</summary>
    internal async Task<(BookingRequest Request, Person Person)> RequestAsync(string pharmacy = "LD01")
    {
        var n = Interlocked.Increment(ref persons);
        var person = PersonOf(n);
        var account = (await Get<LoginStore>().FinishAsync($"state {n}", TimeProvider.System.GetUtcNow(), $"o{n}", null, CancellationToken.None))!.Value;
        var policy = (await Get<RoundQueries>().FindAsync(Date, CancellationToken.None))!.Policy;
        var (refusal, resident) = await Get<ResidentStore>().AddAsync(account, person, new RegistryAnswer(true), policy, CancellationToken.None);
        Assert.Equal(Refusal.None, refusal);
        return (new BookingRequest(account, resident, pharmacy, "r1"), person);
    }

    /// <summary>A booking as its person knows it.</summary>
    internal Booked BookedBy(BookingRow row, Person person) => new(row, person, row.AccountId, Get<Vouchers>().Sign(row.Number, row.PharmacyCode, row.PickupDate));

    public async Task<IReadOnlyList<Booked>> BookManyAsync(int count, string pharmacy = "LD01")
    {
        var made = new List<Booked>();
        for (var i = 0; i < count; i++) made.Add(await BookAsync(pharmacy));
        return made;
    }

    /// <summary>A made-up person with a right identity number.</summary>
    internal static Person PersonOf(int n) =>
        new(PersonName.TryParse("王" + (char)('一' + n))!, IdentityNumber.TryParse(People.IdNumberByLastFour(n), Date)!, MobileNumber.TryParse(People.Mobile(n))!);

    /// <summary>A person who collects for others, as the counter's body has it.</summary>
    public static object ProxyOf(int n)
    {
        var person = PersonOf(n);
        return new { name = person.Name.Value, idNumber = person.IdNumber.Value };
    }

    public HttpClient Anonymous(bool followsRedirects = false) => host!.Browser(followsRedirects);

    public Task<HttpClient> ClerkAsync(string pharmacy = "LD01") => OnceAsync(pharmacy, () => host!.ClerkAsync(pharmacy));

    public Task<HttpClient> StaffAsync(string role) => OnceAsync(role, () => host!.StaffAsync(role));

    public Task<HttpClient> SupervisorAsync() => OnceAsync("supervisor", () => host!.SupervisorAsync());

    public static async Task<string> VerdictAsync(HttpClient clerk, object body, string path = "/api/pharmacy/redemptions")
    {
        var (status, answer) = await clerk.PostAsync(path, body);
        Assert.True(status == 200, answer.ToString());
        return answer.GetProperty("verdict").GetString()!;
    }

    /// <summary>Everything that a refusal must leave as it was.</summary>
    public async Task<string> StateAsync()
    {
        var database = Get<Database>();
        string[] sums =
        [
            "SELECT COUNT(*) FROM redemption", "SELECT COALESCE(SUM(used), 0) FROM proxy_day", "SELECT SUM(redeemed) FROM pharmacy_round",
            "SELECT SUM(status * id % 1000003) FROM booking", "SELECT version FROM board_version", "SELECT COUNT(*) FROM carry_over",
        ];
        var values = new List<long>();
        foreach (var sum in sums) values.Add(await database.ScalarAsync<long>(sum));
        return string.Join('/', values);
    }

    public async Task<BookingStatus> StatusAsync(Booked booking) =>
        (BookingStatus)await Get<Database>().ScalarAsync<long>("SELECT status FROM booking WHERE id = @Id", new { booking.Row.Id });

    /// <summary>The promises that must hold at every moment.</summary>
    public Task AssertSoundAsync() => host!.AssertSoundAsync();

    private static bool IsHangfire(ServiceDescriptor service) =>
        service.ImplementationFactory?.Method.Module.Name.Contains("Hangfire", StringComparison.Ordinal) == true;

    private async Task<HttpClient> OnceAsync(string who, Func<Task<HttpClient>> logIn) =>
        staff.TryGetValue(who, out var known) ? known : staff[who] = await logIn();

    private sealed class CounterPharmacyRow
    {
        public long Id { get; init; }

        public string Code { get; init; } = "";
    }
}

/// <summary>A booking with its person in clear, as the resident knows them.</summary>
public sealed record Booked(BookingRow Row, Person Person, long Account, string Voucher)
{
    public string Number => Row.Number;

    public string LastFour => Person.IdNumber.Value[^4..];

    /// <summary>What the counter sends for it.</summary>
    public object ByNumber(string requestId, object? proxy = null, int? units = null) =>
        new { number = Number, idNumberLast4 = LastFour, requestId, proxy, units };

    public object ByVoucher(string requestId) => new { voucher = Voucher, requestId };
}
