using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Data.Backup;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;
using Xunit.Abstractions;

namespace WeChatMask.Tests.Web.Fuzz;

/// <summary>Spoilt requests of every kind from everybody: the answer is never a failure of ours, comes in time, holds no memory, and without right nothing changes.</summary>
/// <remarks>A few thousand here; <c>scripts/fuzz</c> asks for as many as one likes.</remarks>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int UsualCount = 4_000;
    private const int UsualSeed = 20_200_210;
    private const int Portion = 500;
    private const int Lanes = 8;
    private const int ShownFaults = 30;
    private const long MostGrowth = 50 * 1024 * 1024;

    // What the product writes down of its own accord, whoever asks for what: counts of visits and of its seconds, and what WeChat lent.
    private static readonly string[] OwnNotes = ["visit_day", "wechat_kept", "wechat_limit", "data_protection_key", "job_run", "live_second"];

    private readonly ConcurrentDictionary<int, int> statuses = new();
    private readonly ConcurrentQueue<string> faults = new();
    private long sent;

    [Fact]
    public async Task Hostile_requests_are_answered_hold_nothing_and_change_nothing_without_right()
    {
        var count = Given("FUZZ_COUNT", UsualCount);
        var seed = Given("FUZZ_SEED", UsualSeed);
        var until = Stopwatch.GetTimestamp() + (Given("FUZZ_MINUTES", 24 * 60) * 60L * Stopwatch.Frequency);
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", settings: HttpsBrowser.Settings);
        await using var held = await host.HoldJobsAsync();
        var city = await CityAsync(host);
        var began = Stopwatch.GetTimestamp();
        Report($"seed {seed}, {count} inputs from {city.Seeds.Count} requests of {city.Callers.Count} callers");

        // First who has no right: what the database holds is the same before and after.
        var before = await TablesAsync(host);
        await SendAsync(host, city, seed, count / 2, hasRight: false, until, measure: null);
        var after = await TablesAsync(host);
        Assert.True(faults.IsEmpty, string.Join("\n\n", faults));
        Assert.Equal([], before.Where(t => after[t.Key] != t.Value).Select(t => t.Key));
        Report($"without right: {sent} sent, {Rate(began)}, nothing changed");

        // Then everybody, with all they may.
        var memory = new List<long>();
        await SendAsync(host, city, seed + 1_000_000, count / 2, hasRight: true, until, memory.Add);
        Report($"all: {sent} sent in {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s, {Rate(began)}; {string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}: {s.Value}"))}; memory {string.Join(" → ", memory.Select(m => $"{m / 1048576.0:F1} MB"))}");

        Assert.True(faults.IsEmpty, string.Join("\n\n", faults));
        Assert.True(memory[^1] - memory[0] < MostGrowth, $"{memory[0]} to {memory[^1]} bytes");
        Assert.True(statuses.GetValueOrDefault(200) > 20 && statuses.Keys.Count(s => s is >= 400 and < 500) > 4, "Hardly anything was reached.");
        using (var alive = await host.Http.GetAsync(new Uri("/health/live", UriKind.Relative))) Assert.True(alive.IsSuccessStatusCode);
        await host.AssertSoundAsync();
    }

    private static int Given(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : usual;

    private void Report(FormattableString line)
    {
        var text = FormattableString.Invariant(line);
        output.WriteLine(text);
        if (Environment.GetEnvironmentVariable("FUZZ_REPORT") is { Length: > 0 } file) File.AppendAllText(file, text + Environment.NewLine);
    }

    private string Rate(long began) => FormattableString.Invariant($"{sent / Stopwatch.GetElapsedTime(began).TotalSeconds:F0}/s");

    private async Task SendAsync(SandboxHost host, City city, int seed, int count, bool hasRight, long until, Action<long>? measure)
    {
        var portions = Math.Max(1, count / Portion);
        // Caches and pools are filled by the first part, and are no growth.
        var first = Math.Max(1, portions / 5);
        await RunAsync(0, first);
        measure?.Invoke(GC.GetTotalMemory(forceFullCollection: true));
        await RunAsync(first, portions);
        measure?.Invoke(GC.GetTotalMemory(forceFullCollection: true));

        async Task RunAsync(int from, int to) => await Parallel.ForEachAsync(
            Enumerable.Range(from, to - from), new ParallelOptions { MaxDegreeOfParallelism = Lanes },
            async (portion, _) =>
            {
                if (Stopwatch.GetTimestamp() > until || faults.Count > ShownFaults) return;
                await PortionAsync(host, city, seed + portion, hasRight);
            });
    }

    private async Task PortionAsync(SandboxHost host, City city, int seed, bool hasRight)
    {
        using var line = new FuzzLine(host.Address);
        var maker = new FuzzMaker(seed, host.Address.Authority, city.Account, city.Now);
        for (var i = 0; i < Portion; i++)
        {
            var (good, caller, proves) = hasRight ? Anybody(city, maker.Random) : Stranger(city, maker.Random);
            var (bytes, isHead, isLast) = maker.Make(good, caller, proves);
            var (status, again) = await line.AskAsync(bytes, isHead, isLast);
            Interlocked.Increment(ref sent);
            statuses.AddOrUpdate(status, 1, static (_, n) => n + 1);
            // 505 is the server's word on a version of HTTP that nobody speaks.
            var isFault = status == FuzzLine.Hung || (status >= 500 && !(status == 503 && again) && !(status == 505 && isLast)) || (status == FuzzLine.NoAnswer && !isLast);
            if (isFault) faults.Enqueue(FormattableString.Invariant($"{status} to {seed}/{i} of {caller.Name}: {Shown(bytes)}"));
        }
    }

    private static string Shown(ReadOnlyMemory<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes.Span[..Math.Min(bytes.Length, 2_000)]);
        return string.Concat(text.Where(c => c != '\r').Select(c => char.IsControl(c) && c != '\n' ? $"\\x{(int)c:X2}" : c.ToString()));
    }

    private static (FuzzSeed, FuzzCaller, bool) Anybody(City city, Random random)
    {
        var good = city.Seeds[random.Next(city.Seeds.Count)];
        var fitting = city.Callers.Where(c => FuzzSeeds.Belongs(c.Name, good.Audience)).ToList();
        var caller = fitting.Count > 0 && random.Next(4) > 0 ? fitting[random.Next(fitting.Count)] : city.Callers[random.Next(city.Callers.Count)];
        return (good, caller, random.Next(10) > 0);
    }

    // Who asks for what is another's, or without the token or the signature that is needed.
    private static (FuzzSeed, FuzzCaller, bool) Stranger(City city, Random random)
    {
        while (true)
        {
            var good = city.Seeds[random.Next(city.Seeds.Count)];
            var caller = city.Callers[random.Next(city.Callers.Count)];
            if (good.Path.StartsWith("/login", StringComparison.Ordinal) && !good.IsForm) continue;
            if (good.IsForm || good.Kind == FuzzBody.Xml || (good.Method == "GET" && good.Audience == "open")) return (good, caller, false);
            if (good.Path.StartsWith("/sms/receipts/", StringComparison.Ordinal)) return (good with { Path = good.Path[..^4] + "xxxx" }, caller, false);
            var isOther = good.Audience == "resident" ? !caller.Name.StartsWith("resident", StringComparison.Ordinal) : !FuzzSeeds.Belongs(caller.Name, good.Audience);
            var onlyReads = caller.Name == "auditor" && good.Audience == "supervisor" && good.Method != "GET";
            if (good.Audience != "open" && (isOther || onlyReads)) return (good, caller, false);
        }
    }

    private static async Task<City> CityAsync(SandboxHost host)
    {
        var wang = await host.NewResidentAsync(7);
        var number = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        var lines = new Dictionary<string, HttpsBrowser>(StringComparer.Ordinal) { ["nobody"] = new(_ => { }), ["resident"] = new(_ => { }), ["resident-2"] = new(_ => { }) };
        foreach (var name in new[] { "clerk", "other-clerk", "lead", "supervisor", "auditor", "administrator" }) lines[name] = new HttpsBrowser(_ => { });
        var browsers = lines.ToDictionary(l => l.Key, l => l.Value.Client(host, "http"), StringComparer.Ordinal);
        await HttpsBrowser.LogInAsync(host, browsers["resident"], "o-7");
        await HttpsBrowser.LogInAsync(host, browsers["resident-2"], "o-8");
        foreach (var (name, username) in new[] { ("clerk", "clerk-ld01"), ("other-clerk", "clerk-ld02"), ("lead", "lead-ld01"), ("supervisor", "supervisor"), ("auditor", "auditor"), ("administrator", "administrator") })
            using (var answer = await StaffLogins.LogInAsync(browsers[name], username, $"{username.Split('-')[0]}-demo")) Assert.Equal(302, (int)answer.StatusCode);
        var callers = new List<FuzzCaller>();
        foreach (var (name, browser) in browsers)
        {
            var token = await TokenAsync(browser);
            callers.Add(new FuzzCaller(name, lines[name].Cookie, token));
        }

        var seeds = await FuzzSeeds.OfAsync(host, browsers, wang.ResidentId, number);
        foreach (var browser in browsers.Values) browser.Dispose();
        wang.Dispose();
        Assert.True(seeds.Count > 100, $"{seeds.Count}");
        Assert.True(seeds.Count(s => s.IsForm) > 10, $"{seeds.Count(s => s.IsForm)} forms");
        return new City(seeds, callers, host.Get<IOptions<WeChatSettings>>().Value, (await host.NowAsync()).ToUnixTimeSeconds());
    }

    // A form's token is one account's, and good for every form of it.
    private static async Task<string> TokenAsync(HttpClient browser)
    {
        foreach (var page in new[] { "/residents", "/pharmacy/stock", "/supervisor/void", "/supervisor", "/staff/login" })
        {
            using var answer = await browser.GetAsync(new Uri(page, UriKind.Relative));
            if (answer.IsSuccessStatusCode && Phone.FormToken(await answer.Content.ReadAsStringAsync()) is { Length: > 0 } token) return token;
        }

        throw new InvalidOperationException("No page with a form.");
    }

    private static async Task<Dictionary<string, string>> TablesAsync(SandboxHost host)
    {
        var tables = SchemaTables.After([.. Migrator.Files.Select(f => f.Name)]).Where(t => !OwnNotes.Contains(t.Name, StringComparer.Ordinal));
        return await host.Get<Database>().ReadAsync(async connection =>
        {
            var content = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var table in tables) content[table.Name] = await ContentAsync(connection, table);
            return content;
        }, CancellationToken.None);
    }

    private static async Task<string> ContentAsync(DbConnection connection, SchemaTable table)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {table.Name} ORDER BY {string.Join(", ", table.Key)}";
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            for (var i = 0; i < reader.FieldCount; i++)
                hash.AppendData(reader.GetValue(i) is byte[] bytes ? bytes : Encoding.UTF8.GetBytes($"{Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)}|"));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private sealed record City(IReadOnlyList<FuzzSeed> Seeds, IReadOnlyList<FuzzCaller> Callers, WeChatSettings Account, long Now);
}
