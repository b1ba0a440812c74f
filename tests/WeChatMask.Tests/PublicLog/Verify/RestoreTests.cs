using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Operations;
using WeChatMask.PublicLog;
using WeChatMask.Sandbox;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using Receipts = WeChatMask.Domain.PublicLog.Receipt;

namespace WeChatMask.Tests.PublicLog;

/// <summary>A database that is older than what was published does not go on as if nothing had been; what cannot be restored is given up in public.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-restore-").FullName;

    private string DataFolder => Path.Combine(folder, "data");
    private string Seen => Path.Combine(folder, "node", "seen");
    private string Mirror => Path.Combine(folder, "mirror");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_backup_that_is_older_than_the_record_stops_the_start_until_the_record_is_given_up()
    {
        var settings = Settings();
        string receipt;
        await using (var host = await StartAsync("2020-02-10T18:59:00+08:00", settings))
        {
            using var first = await host.NewResidentAsync(1);
            await host.SetClockAsync("2020-02-10T19:00:00+08:00");
            receipt = await BookAsync(host, first, "a");
            await host.SetClockAsync("2020-02-10T19:01:30+08:00");
        }

        SqliteConnection.ClearAllPools();
        foreach (var file in Files()) File.Copy(file, $"{file}.old");
        await using (var host = await StartAsync("2020-02-10T19:02:00+08:00", settings))
        {
            using var second = await host.NewResidentAsync(2);
            await second.BookAsync("LD01", "a");
            await host.SetClockAsync("2020-02-10T22:02:30+08:00");
            // The node's own reads the log once a second by the machine's clock, and the day has passed faster.
            await new LogMirror(new LogReader(host.Get<Database>()), Options.Create(new PublicLogSettings { MirrorPath = Mirror }), TimeProvider.System).WriteAsync(default);
        }

        SqliteConnection.ClearAllPools();
        var shown = new SeenLog(Options.Create(new PublicLogSettings { SeenPath = Seen })).Read()!;
        foreach (var file in Files()) File.Delete(file);
        foreach (var file in Directory.GetFiles(DataFolder, "*.old")) File.Move(file, file[..^4]);

        var refused = await Assert.ThrowsAsync<StartFaultException>(() => StartAsync("2020-02-10T22:03:00+08:00", settings));
        Assert.Equal(ExitCodes.Mend, refused.ExitCode);
        Assert.Matches($"^The record of this city was published up to line {shown.Size}; this database ends at [0-9]+\\. Restore a newer one, or run `log fork`\\.$", refused.Message);

        await File.WriteAllTextAsync(Path.Combine(folder, "why.txt"), "机房的硬盘坏了。\n");
        var (code, said) = await CommandAsync(settings, "log", "fork", "--reason", Path.Combine(folder, "why.txt"));
        Assert.Equal(ExitCodes.Stopped, code);
        Assert.Contains("sandbox/log/2 goes on in its place", said, StringComparison.Ordinal);
        Assert.True(Directory.Exists($"{Mirror}-1-shown"));
        Assert.False(Directory.Exists(Mirror));

        await using var again = await StartAsync("2020-02-10T22:04:00+08:00", settings);
        var fork = Assert.Single(await again.Get<LogForkStore>().AllAsync(default));
        Assert.Equal(("sandbox/log/2", "sandbox/log", "机房的硬盘坏了。", "2020-02-10 LD01 2"), (fork.Origin, fork.GivenUp, fork.Reason, fork.Lost));
        Assert.True(fork.Shown > fork.Size);
        var log = await CityLog.ReadAsync(again.Get<Database>());
        Assert.StartsWith("log 1 sandbox/log/2 ", log.Entries[0], StringComparison.Ordinal);
        Assert.StartsWith($"fork sandbox/log {fork.Size} {fork.Root} ", log.Entries[1], StringComparison.Ordinal);
        Assert.Contains(log.Entries, e => e.StartsWith("round 2020-02-11 ", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Entries, e => e.StartsWith("round 2020-02-10 ", StringComparison.Ordinal));

        // What was given up can be read and checked as before, from the folder and by the receipt.
        var keys = again.Get<LogKeys>();
        var old = SignedNote.TryVerify(await File.ReadAllTextAsync($"{Mirror}-1/checkpoint"), keys.KeysOf("sandbox/log"))!;
        Assert.Equal((fork.Size, fork.Root), (old.Checkpoint.Size, old.Checkpoint.Root.ToString()));
        Assert.NotNull(Receipts.TryVerify(receipt, keys.KeysOf("sandbox/log")));

        // The next evening is told in the new one, and all holds.
        using var third = await again.NewResidentAsync(3);
        await again.SetClockAsync("2020-02-11T19:00:00+08:00");
        Assert.NotNull(Receipts.TryVerify(await BookAsync(again, third, "b"), keys.KeysOf("sandbox/log/2")));
        await again.SetClockAsync("2020-02-11T22:01:00+08:00");
        Assert.Equal([], (await again.Get<LogVerifier>().RunAsync(new LogCheckScope(), default)).Findings);
        Assert.Equal("sandbox/log/2", again.Get<SeenLog>().Read()!.Origin);
    }

    [Fact]
    public async Task A_record_that_was_written_anew_behind_what_was_shown_stops_the_start()
    {
        var settings = Settings();
        await using (await StartAsync("2020-02-10T18:59:00+08:00", settings))
        {
        }

        SqliteConnection.ClearAllPools();
        var seen = new SeenLog(Options.Create(new PublicLogSettings { SeenPath = Seen }));
        seen.Write(new SeenSize(3, MerkleTree.EmptyRoot, "sandbox/log"));

        var refused = await Assert.ThrowsAsync<StartFaultException>(() => StartAsync("2020-02-10T18:59:30+08:00", settings));

        Assert.StartsWith("The record of this city was published up to line 3; this database has other lines before it", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_name_than_the_records_stops_the_start_and_the_sentence_says_which_to_set()
    {
        await using (await StartAsync("2020-02-10T18:59:00+08:00", Settings()))
        {
        }

        SqliteConnection.ClearAllPools();
        var settings = Settings();
        settings["Log:Origin"] = "elsewhere/log";

        var refused = await Assert.ThrowsAsync<StartFaultException>(() => StartAsync("2020-02-10T18:59:30+08:00", settings));

        Assert.Contains("set Log:Origin to sandbox/log,", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_whose_note_is_of_a_log_that_was_given_up_since_starts()
    {
        await using (await StartAsync("2020-02-10T18:59:00+08:00", Settings()))
        {
        }

        SqliteConnection.ClearAllPools();
        await File.WriteAllTextAsync(Path.Combine(folder, "why.txt"), "因为");
        await CommandAsync(Settings(), "log", "fork", "--reason", Path.Combine(folder, "why.txt"), "--to", Path.Combine(folder, "kept"));
        // Another node's, which the command does not see.
        new SeenLog(Options.Create(new PublicLogSettings { SeenPath = Seen })).Write(new SeenSize(99_999, MerkleTree.EmptyRoot, "sandbox/log"));

        await using var again = await StartAsync("2020-02-10T18:59:30+08:00", Settings());

        Assert.True(File.Exists(Path.Combine(folder, "kept", "checkpoint")));
    }

    [Theory]
    [InlineData("host/log", "host/log", 1)]
    [InlineData("host/log/2", "host/log", 2)]
    [InlineData("host/log/17", "host/log", 17)]
    [InlineData("host/log/1", "host/log", null)]
    [InlineData("host/log/02", "host/log", null)]
    [InlineData("host/log/x", "host/log", null)]
    [InlineData("host/logs", "host/log", null)]
    [InlineData("other/log", "host/log", null)]
    public void A_logs_number_stands_behind_its_name(string origin, string first, int? number)
    {
        Assert.Equal(number, LogName.NumberOf(origin, first));
        if (number is { } known) Assert.Equal((origin, first), (LogName.Of(first, known), LogName.FirstOf(origin)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("x 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU host/log")]
    [InlineData("12 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuF host/log")]
    public void A_file_that_says_something_else_is_refused(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Seen)!);
        File.WriteAllText(Seen, text);

        Assert.Throws<StartFaultException>(() => new SeenLog(Options.Create(new PublicLogSettings { SeenPath = Seen })).Read());
    }

    private Dictionary<string, string?> Settings() => new(StringComparer.Ordinal) { ["Log:SeenPath"] = Seen, ["Log:MirrorPath"] = Mirror };

    private Task<SandboxHost> StartAsync(string clock, IReadOnlyDictionary<string, string?> settings) => SandboxHost.StartAsync("loudi", clock, data: DataFolder, settings: settings);

    private static async Task<string> BookAsync(SandboxHost host, ResidentPhone phone, string requestId)
    {
        var number = (await phone.BookAsync("LD01", requestId)).Body.Text("number");
        var id = await host.Get<Database>().ScalarAsync<long>("SELECT id FROM booking WHERE number = @number", new { number });
        return (await host.Get<LogReceipts>().OfBookingAsync(id, null, CancellationToken.None))!;
    }

    private IEnumerable<string> Files() => Directory.GetFiles(DataFolder, "wechatmask.db*").Where(f => !f.EndsWith(".old", StringComparison.Ordinal));

    private async Task<(int Code, string Said)> CommandAsync(IReadOnlyDictionary<string, string?> settings, params string[] args)
    {
        var builder = SandboxApp.CreateBuilder(new SandboxOptions("loudi", "http://127.0.0.1:0", DataFolder, null, null), null, settings);
        await using var app = SandboxApp.Build(builder);
        await using var output = new StringWriter();
        return (await OperatorCommands.RunAsync(app, args, output), output.ToString());
    }
}
