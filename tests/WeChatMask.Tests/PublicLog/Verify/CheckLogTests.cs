using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Operations;
using WeChatMask.PublicLog;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

/// <summary>What a city does by itself with its log: it checks it, tells who must know, changes its keys, and gives auditors a round.</summary>
public sealed class CheckLogTests
{
    [EngineTheory]
    public async Task A_round_is_checked_at_its_close_and_comes_out_all_the_same_and_supervisors_are_told(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var first = await host.NewResidentAsync(1);
        using var second = await host.NewResidentAsync(2);
        await first.BookAsync("LD01", "a");
        await second.BookAsync("LD01", "a");
        Assert.Equal([], (await host.Get<LogVerifier>().RunAsync(new LogCheckScope(), default)).Findings);
        await ChangeAsync(host, "UPDATE booking SET created_at = created_at + 60000 WHERE serial = 2");

        await host.SetClockAsync("2020-02-10T22:01:00+08:00");

        Assert.Equal(2, (await host.Http.GetJsonAsync("/api/public/rounds/2020-02-10/list?pharmacy=LD01")).GetProperty("entries").GetArrayLength());
        var store = host.Get<LogCheckStore>();
        var report = (await store.OfRoundAsync(new DateOnly(2020, 2, 10), default))!;
        Assert.Equal((1, 1), (report.WrongRows, report.Findings));
        Assert.StartsWith("booking 2020-02-10 LD01 2: created_at is second ", Assert.Single(report.Read()), StringComparison.Ordinal);
        Assert.Contains(await host.Get<Troubles>().ReadAsync(default), t => t is { Kind: TroubleKind.Log, Subject: "2020-02-10", People: 1 });
        Assert.Contains("log 1 differences", await host.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative)), StringComparison.Ordinal);
        using var supervisor = await host.SupervisorAsync();
        Assert.Contains("名单有 1 行与公开账本对不上", System.Net.WebUtility.HtmlDecode(await supervisor.GetStringAsync(new Uri("/supervisor/today", UriKind.Relative))), StringComparison.Ordinal);

        // At night everything is looked at, and what was put right is so.
        await ChangeAsync(host, "UPDATE booking SET created_at = created_at - 60000 WHERE serial = 2");
        await host.SetClockAsync("2020-02-11T09:01:00+08:00");
        var last = (await store.LastAsync(default))!;
        Assert.Equal((0, new DateOnly(2020, 2, 11)), (last.Findings, DateOnly.FromDateTime(last.CheckedAt.ToOffset(TimeSpan.FromHours(8)).DateTime)));
        Assert.Equal(0, (await store.OfRoundAsync(new DateOnly(2020, 2, 10), default))!.WrongRows);
        Assert.DoesNotContain(await host.Get<Troubles>().ReadAsync(default), t => t.Kind == TroubleKind.Log);
    }

    [EngineTheory(ServersOnly = true)]
    public async Task Checking_calls_no_statement_off_at_its_end(DatabaseKind engine)
    {
        await using var home = await TestDatabase.CreateAsync(engine, Path.GetTempPath(), forNode: true);
        await using var line = new CutLine(CutLine.PortOf(home.ConnectionString));
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Database:Engine"] = engine.ToString(), ["Database:ConnectionString"] = line.Through(home.ConnectionString),
        });
        using var resident = await host.NewResidentAsync(1);
        await resident.BookAsync("LD01", "a");

        for (var i = 0; i < 10; i++) Assert.Equal([], (await host.Get<LogVerifier>().RunAsync(new LogCheckScope(), default)).Findings);

        // Each that is called off is so by a connection of its own; a node keeps 25, and listens on one more.
        Assert.InRange(line.Connections, 1, 26);
    }

    [EngineTheory]
    public async Task One_node_at_a_time_checks(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        var (here, there) = (new LogCheckStore(city.Database), new LogCheckStore(city.AddNode().Database));
        var now = DeskCity.Opening;

        Assert.True(await here.TakeAsync(now, now.AddMinutes(30), default));
        Assert.False(await there.TakeAsync(now.AddMinutes(29), now.AddHours(1), default));
        await here.GiveBackAsync(default);
        Assert.True(await there.TakeAsync(now, now.AddMinutes(30), default));
        // One that died has its turn no longer.
        Assert.True(await here.TakeAsync(now.AddMinutes(31), now.AddHours(2), default));
    }

    [Fact]
    public async Task Verify_prints_what_differs_and_ends_with_one()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var person = await host.NewResidentAsync(1);
        await person.BookAsync("LD01", "a");

        var (code, said) = await CommandAsync(host, "verify");
        Assert.Equal(ExitCodes.Stopped, code);
        Assert.Contains("ok     every row is what the public log says, and the log is what was signed: ", said, StringComparison.Ordinal);

        await ChangeAsync(host, "UPDATE booking SET window_index = 2; UPDATE quota SET taken = 0");
        (code, said) = await CommandAsync(host, "verify");
        Assert.Equal(ExitCodes.Mend, code);
        Assert.Contains("BROKEN every row is what the public log says", said, StringComparison.Ordinal);
        Assert.Contains("       booking 2020-02-10 LD01 1: window_index is 2; the log says 1.", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auditors_get_each_bookings_number_line_salt_and_commitment_and_the_commitment_fits()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        for (var i = 0; i < 3; i++)
        {
            using var person = await host.NewResidentAsync(i);
            await person.BookAsync(i == 1 ? "LD02" : "LD01", "a");
        }

        await host.SetClockAsync("2020-02-10T22:01:00+08:00");

        var (code, said) = await CommandAsync(host, "log", "export", "--round", "2020-02-10");

        Assert.Equal(ExitCodes.Stopped, code);
        var rows = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim().Split(',')).ToList();
        Assert.Equal(["number", "line", "salt", "commitment"], rows[0]);
        Assert.Equal(4, rows.Count);
        var log = await CityLog.ReadAsync(host.Get<Database>());
        foreach (var row in rows.Skip(1))
        {
            Assert.True(Hash.TryParse(row[2], out var salt) && Hash.TryParse(row[3], out _));
            _ = Hash.TryParse(row[3], out var commitment);
            Assert.EndsWith($" {Who.Of(salt, commitment)}", log.Entries[int.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture)], StringComparison.Ordinal);
        }

        Assert.Equal(1, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM audit WHERE action = 'log.export' AND subject = '2020-02-10'"));
        await Assert.ThrowsAsync<StartFaultException>(() => CommandAsync(host, "log", "export", "--round", "2020-01-01"));
        await Assert.ThrowsAsync<StartFaultException>(() => CommandAsync(host, "log", "export", "--round", "today"));
    }

    [EngineTheory]
    public async Task A_key_that_comes_and_one_that_goes_are_told_once_and_what_both_have_signed_still_holds(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        var secrets = TestLog.AddTo(new SecretSettings());
        using (var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256)) secrets.LogKeys["L2"] = Convert.ToBase64String(pair.ExportPkcs8PrivateKey());
        using var both = KeysOf(secrets);
        var (first, second) = (both.KeysOf("test/log")[0], both.KeysOf("test/log")[1]);

        Assert.Equal([$"key add {second.Id} {second.PublicKeyHash}"], await TellAsync(city, both));
        Assert.Equal([], await TellAsync(city, both));

        secrets.LogKeys.Remove("L1");
        secrets.LogKeyId = "L2";
        using var one = KeysOf(secrets);
        Assert.Equal([$"key end {first.Id} {first.PublicKeyHash}"], await TellAsync(city, one));
        Assert.Equal([], await TellAsync(city, one));

        // The first notes are signed by a key that is configured nowhere any more.
        Assert.Equal([], await CityLog.DifferencesAsync(city.Database));
        Assert.Empty((await CityLog.ReadAsync(city.Database)).Faults());

        // A key may come back.
        secrets.LogKeys["L1"] = TestLog.AddTo(new SecretSettings()).LogKeys["L1"];
        using var back = KeysOf(secrets);
        Assert.Equal([$"key add {first.Id} {first.PublicKeyHash}"], await TellAsync(city, back));
        Assert.Equal([], await CityLog.DifferencesAsync(city.Database));
    }

    private static LogKeys KeysOf(SecretSettings secrets) => new(Options.Create(secrets), Options.Create(new PublicLogSettings { Origin = "test/log" }), Options.Create(new SiteSettings()));

    private static async Task<IReadOnlyList<string>> TellAsync(DeskCity city, LogKeys keys)
    {
        // A node that has these keys.
        city.Database.Engine.PublicLog = new LogStore(keys);
        var lines = await city.Database.WriteAsync(t => LogKeyStore.TellAsync(t, keys), CancellationToken.None);
        return [.. lines.Select(l => l.Text[..l.Text.LastIndexOf(' ')])];
    }

    private static Task ChangeAsync(SandboxHost host, string sql) => host.Get<Database>().WriteAsync(t => t.ExecuteAsync(sql), CancellationToken.None);

    private static async Task<(int Code, string Said)> CommandAsync(SandboxHost host, params string[] args)
    {
        await using var output = new StringWriter();
        return (await OperatorCommands.RunAsync(host.App, args, output), output.ToString());
    }
}
