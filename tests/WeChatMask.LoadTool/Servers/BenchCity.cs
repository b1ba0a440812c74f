using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.LoadTool.Wire;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Servers;

/// <summary>
/// A city on the production program with production's settings, each commit on the disk, as behind a proxy that ends https: its round is open
/// now, whatever the hour, and WeChat is a process beside it.
/// </summary>
internal sealed class BenchCity : IAsyncDisposable
{
    /// <summary>How many pharmacies it has besides the full one.</summary>
    public const int Pharmacies = 200;

    /// <summary>A pharmacy that has no place for anybody.</summary>
    public const string Full = "P000";

    private static readonly TimeSpan LongestPublishing = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("wechatmask-bench-");
    private readonly string program;
    private Dictionary<string, string> settings = [];
    private TestDatabase database = null!;
    private ServerProcess weChat = null!;
    private int people;

    private BenchCity(string program) => this.program = program;

    /// <summary>The product.</summary>
    public ServerProcess Server { get; private set; } = null!;

    public int Port => Server.Port;

    /// <summary>Code of the pharmacy that somebody goes to.</summary>
    public static string PharmacyOf(int guest) => Codes[guest % Pharmacies];

    internal static readonly string[] Codes = [.. Enumerable.Range(1, Pharmacies).Select(CodeOf)];

    /// <summary>Makes the city and starts it.</summary>
    /// <param name="program">The product's own program.</param>
    /// <param name="engine">Its database.</param>
    /// <param name="places">Places of each pharmacy.</param>
    /// <param name="prepared">How many people have registered before and are logged in; <see cref="Prepared"/> are they.</param>
    /// <param name="more">Settings that differ.</param>
    public static Task<BenchCity> StartAsync(string program, DatabaseKind engine, int places, int prepared = 0, params (string Key, string Value)[] more) =>
        StartAsync(program, engine, new Before(places, prepared), more);

    /// <summary>The same with more of a past.</summary>
    public static async Task<BenchCity> StartAsync(string program, DatabaseKind engine, Before before, params (string Key, string Value)[] more)
    {
        DatabaseServer.Durable = true;
        var city = new BenchCity(program);
        try
        {
            city.database = await TestDatabase.CreateAsync(engine, city.folder.FullName, forNode: true);
            city.weChat = await ServerProcess.OwnAsync("wechat");
            city.settings = city.Settings();
            foreach (var (key, value) in more) city.settings[key] = value;
            await city.FillAsync(before);
            await city.StartServerAsync();
            return city;
        }
        catch
        {
            await city.DisposeAsync();
            throw;
        }
    }

    /// <summary>Those who registered before, each to be used for one booking.</summary>
    public IReadOnlyList<Guest> Prepared { get; private set; } = [];

    /// <summary>Those who registered before and are logged in, where others have booked already; each to be used for one booking.</summary>
    public IReadOnlyList<Guest> Newcomers { get; private set; } = [];

    /// <summary>Each with a cookie, at the pharmacy of their number.</summary>
    public IReadOnlyList<Guest> Clerks { get; private set; } = [];

    /// <summary>A clerk of the pharmacy at which somebody has booked: of its clerks by turns, since one account may ask sixty times in ten seconds.</summary>
    public Guest ClerkFor(Guest booker) => Clerks[(booker.Number % Pharmacies) + (booker.Number / Pharmacies % (Clerks.Count / Pharmacies) * Pharmacies)];

    /// <summary>How long it took to publish what was booked yesterday.</summary>
    public double PublishSeconds { get; private set; }

    /// <summary>Starts the product; gives how long it took until it was ready.</summary>
    public async Task<TimeSpan> StartServerAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
        var port = Shell.FreePort();
        settings["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        Server = await ServerProcess.StartAsync(["exec", program], port, settings);
        return Server.Start;
    }

    /// <summary>Somebody who has never been here.</summary>
    public Guest NewGuest() => new() { Number = Interlocked.Increment(ref people) };

    /// <summary>Whether each promise of the product holds in what is stored; the names of those that do not.</summary>
    public async Task<IReadOnlyList<string>> BrokenAsync()
    {
        using var stored = new Database(database.Settings());
        return [.. (await new InvariantQueries(stored).RunAsync(CancellationToken.None)).Where(r => r.Broken > 0).Select(r => $"{r.Name} ({r.Broken} rows)")];
    }

    /// <summary>How many bookings are stored.</summary>
    public async Task<long> BookingsAsync()
    {
        using var stored = new Database(database.Settings());
        return await stored.ScalarAsync<long>("SELECT COUNT(*) FROM booking", new { }, CancellationToken.None);
    }

    /// <summary>Takes back the lists that are out, so that the server publishes them once more, and waits until it has begun.</summary>
    public async Task PublishAgainAsync()
    {
        using var stored = new Database(database.Settings());
        await stored.WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync("DELETE FROM published_entry");
                await transaction.ExecuteAsync("DELETE FROM outbox");
                await transaction.ExecuteAsync("UPDATE round SET published_at = NULL, phase = @phase WHERE published_at IS NOT NULL", new { phase = RoundPhase.Closed });
            },
            CancellationToken.None);
        await UntilAsync(async () => await stored.ScalarAsync<long>("SELECT COUNT(*) FROM (SELECT 1 FROM published_entry LIMIT 1) e", cancellationToken: CancellationToken.None) > 0);
    }

    /// <summary>Waits until all lists that are due are out.</summary>
    public Task UntilPublishedAsync() => UntilAsync(IsPublishedAsync);

    /// <summary>Whether all lists that are due are out.</summary>
    public async Task<bool> IsPublishedAsync()
    {
        using var stored = new Database(database.Settings());
        return await stored.ScalarAsync<long>("SELECT COUNT(*) FROM round WHERE slots_at IS NOT NULL AND published_at IS NULL", cancellationToken: CancellationToken.None) == 0;
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
        if (weChat is not null) await weChat.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
        folder.Delete(recursive: true);
    }

    // A server that never does it must not hold a bench up for ever.
    private static async Task UntilAsync(Func<Task<bool>> isSoAsync)
    {
        using var over = new CancellationTokenSource(LongestPublishing);
        while (!await isSoAsync()) await Task.Delay(5, over.Token);
    }

    private static string CodeOf(int i) => string.Create(CultureInfo.InvariantCulture, $"P{i:000}");

    private Dictionary<string, string> Settings()
    {
        using var voucher = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var log = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(StringComparer.Ordinal)
        {
            ["Database:Engine"] = database.Engine.ToString(),
            ["Database:ConnectionString"] = database.ConnectionString,
            ["Site:PublicBaseUrl"] = "https://mask.example.gov.cn",
            ["Site:TimeZone"] = Zone(),
            ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true",
            ["WeChat:AppId"] = "wx0123456789abcdef",
            ["WeChat:AppSecret"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            ["WeChat:Token"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            ["WeChat:EncodingAesKey"] = RandomNumberGenerator.GetString("ABCDEFGHabcdefgh01234567", 43),
            ["WeChat:ApiBaseUrl"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{weChat.Port}"),
            ["Secrets:EncryptionKeyId"] = "k1",
            ["Secrets:EncryptionKeys:k1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets:IdentityHashKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets:BackupKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets:LogKeyId"] = "L1",
            ["Secrets:LogKeys:L1"] = Convert.ToBase64String(log.ExportPkcs8PrivateKey()),
            ["Secrets:VoucherKeyId"] = "A",
            ["Secrets:VoucherKeys:A"] = Convert.ToBase64String(voucher.ExportPkcs8PrivateKey()),
        };
    }

    // Where it is about noon, so that no run meets midnight.
    private static string Zone()
    {
        var ahead = 12 - TimeProvider.System.GetUtcNow().Hour;
        return string.Create(CultureInfo.InvariantCulture, $"Etc/GMT{(ahead > 0 ? "-" : "+")}{Math.Abs(ahead)}");
    }

    // By the product's own classes, on its own settings, before it starts.
    private async Task FillAsync(Before before)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.AddWeChatMask();
        builder.Logging.ClearProviders();
        var clock = new FakeClock(TimeProvider.System.GetUtcNow() - (before.BookedYesterday ? TimeSpan.FromDays(1) : TimeSpan.Zero));
        builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
        await using var product = builder.Build();
        var fill = new CityFill(product.Services, clock);
        await fill.ImportAsync(CityFile(DateOnly.FromDateTime(clock.Now.UtcDateTime).AddDays(-1), before.Places), before.HasLog);
        Prepared = await fill.JoinAsync([.. Enumerable.Range(0, before.People).Select(_ => NewGuest())], isLoggedIn: before.Booked == 0);
        if (before.Booked > 0) await fill.BookAsync([.. Prepared.Take(before.Booked)]);
        if (before.BookedYesterday)
        {
            clock.Now = TimeProvider.System.GetUtcNow();
            PublishSeconds = await fill.PublishAsync();
            Clerks = await fill.HireAsync(before.ClerksEach, NewGuest);
        }

        Newcomers = await fill.JoinAsync([.. Enumerable.Range(0, before.Newcomers).Select(_ => NewGuest())], isLoggedIn: true);
        await fill.AgeAsync(before.Past);
    }

    private static string CityFile(DateOnly from, int places) => JsonSerializer.Serialize(
        new
        {
            city = "bench",
            name = "演示市",
            timeZone = Zone(),
            accountName = "演示号",
            policies = new[]
            {
                new
                {
                    from,
                    goods = new { name = "口罩", unit = "只" },
                    unitsPerBooking = 5,
                    unitPriceFen = 160,
                    cooldownDays = 9,
                    lapseKeepsCooldown = true,
                    cancellationLiftsCooldown = true,
                    residentsPerAccount = 3,
                    proxyCap = 3,
                    windows = new[] { new { opens = "00:00", closes = "23:59" } },
                    quotas = new Dictionary<string, int[]>(StringComparer.Ordinal) { [Policy.DefaultGroup] = [places], ["full"] = [0] },
                    pickup = new { opens = "09:00", closes = "18:00", slotMinutes = 30 },
                    cancelUntil = "09:00",
                    eligibility = "identityNumber",
                    residentNotice = "atPublishing",
                    identification = "numberAndLastFour",
                    complaints = Array.Empty<string>(),
                    retentionDays = 30,
                },
            },
            pharmacies = Codes.Prepend(Full).Select((code, i) => new
            {
                code,
                name = $"演示{i:000}号大药房",
                address = $"演示市演示区演示路{i}号",
                district = $"演示{i % 8}区",
                latitude = 31.8 + (i * 0.001),
                longitude = 117.2 + (i * 0.001),
                phone = "0551-5550000",
                contactMobile = "19900000001",
                quotaGroup = code == Full ? "full" : "",
                joins = from,
            }),
        });
}

/// <summary>What a city has behind it when its server starts.</summary>
/// <param name="Places">Places of each pharmacy.</param>
/// <param name="People">How many have registered.</param>
/// <param name="Booked">How many of them have booked; with any, nobody is logged in.</param>
/// <param name="BookedYesterday">Whether they collect today: their round is closed and published.</param>
/// <param name="ClerksEach">Clerks of each pharmacy who are logged in.</param>
/// <param name="Newcomers">How many more have registered, are logged in and have not booked.</param>
/// <param name="Past">How many bookings were made and collected in earlier rounds, by others.</param>
internal sealed record Before(int Places, int People = 0, int Booked = 0, bool BookedYesterday = false, int ClerksEach = 0, int Newcomers = 0, int Past = 0)
{
    /// <summary>Whether what people do is told in the public log.</summary>
    public bool HasLog { get; init; } = true;
}
