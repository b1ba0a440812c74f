using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Operations;

/// <summary>Whatever stops either program or a command is said in one sentence, with the exit code that tells systemd what to do, and leaves nothing behind.</summary>
/// <remarks>Real processes, since what counts is what an operator sees.</remarks>
public sealed class StartFaultTests : IDisposable
{
    private const int AtOnce = 4;
    private static readonly string[] AnyPort = ["--urls", "http://127.0.0.1:0"];
    private static readonly string[] InFolder = [.. AnyPort, "--data", "{folder}/data"];

    private readonly Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly string takenUrl;

    public StartFaultTests()
    {
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        takenUrl = FormattableString.Invariant($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}");
    }

    public void Dispose() => taken.Dispose();

    [Fact]
    public Task Addresses() => AllAsync(
        new("a word", ExitCodes.Mend, "--urls") { Args = ["--urls", "nonsense"] },
        new("no host", ExitCodes.Mend, "--urls") { Args = ["--urls", "http://"] },
        new("a port that there is not", ExitCodes.Mend, "--urls") { Args = ["--urls", "http://127.0.0.1:99999"] },
        new("a port of letters", ExitCodes.Mend, "--urls") { Args = ["--urls", "http://127.0.0.1:abc"] },
        new("another scheme", ExitCodes.Mend, "--urls") { Args = ["--urls", "ftp://127.0.0.1:0"] },
        new("a path", ExitCodes.Mend, "--urls") { Args = ["--urls", "http://127.0.0.1:0/here"] },
        new("one good and one bad", ExitCodes.Mend, "http:/") { Args = ["--urls", "http://127.0.0.1:0;http:/127.0.0.1"] },
        new("another machine's", ExitCodes.Mend, "machine's") { Args = ["--urls", "http://203.0.113.1:5080"] },
        new("another machine's, IPv6", ExitCodes.Mend, "--urls") { Args = ["--urls", "http://[2001:db8::1]:5080"] },
        new("in use", ExitCodes.NotYet, "in use") { Args = ["--urls", takenUrl] },
        new("in use, sandbox", ExitCodes.NotYet, "in use") { Program = ProgramProcess.Sandbox, Args = ["--urls", takenUrl, "--data", "{folder}/data"], Makes = ["data/clock.json"] },
        new("no certificate", ExitCodes.Mend, "none.pfx") { Args = ["--urls", "https://127.0.0.1:0"], Settings = { ["Kestrel:Certificates:Default:Path"] = "{folder}/none.pfx" } },
        new("a certificate that is none", ExitCodes.Mend, "") { Args = ["--urls", "https://127.0.0.1:0"], Settings = { ["Kestrel:Certificates:Default:Path"] = "{folder}/bad.pfx" }, Prepare = f => File.WriteAllText(Path.Combine(f, "bad.pfx"), "none") },
        new("option without a value", ExitCodes.Mend, "needs a value") { Args = ["--urls"] },
        new("option that there is not", ExitCodes.Mend, "--url") { Args = ["--url", "http://127.0.0.1:0"] });

    [Fact]
    public Task Settings_of_the_database() => AllAsync(
        new("unknown engine", ExitCodes.Mend, "Database:Engine") { Settings = { ["Database:Engine"] = "Oracle" } },
        new("an engine by number", ExitCodes.Mend, "Database:Engine") { Settings = { ["Database:Engine"] = "17" } },
        new("garbage", ExitCodes.Mend, "Database:ConnectionString") { Settings = { ["Database:ConnectionString"] = "garbage" } },
        new("another engine's", ExitCodes.Mend, "Database:ConnectionString") { Settings = { ["Database:ConnectionString"] = "Host=db;Username=u" } },
        new("no file", ExitCodes.Mend, "Data Source") { Settings = { ["Database:ConnectionString"] = "Mode=ReadWrite" } },
        new("garbage for PostgreSQL", ExitCodes.Mend, "Database:ConnectionString") { Settings = { ["Database:Engine"] = "PostgreSql", ["Database:ConnectionString"] = "Host=db;Port=abc" } },
        new("garbage for a standby", ExitCodes.Mend, "Database:ReadConnectionString") { Settings = { ["Database:Engine"] = "PostgreSql", ["Database:ConnectionString"] = "Host=127.0.0.1;Port=1;Username=u", ["Database:ReadConnectionString"] = "Host=db;Port=abc" } },
        new("a standby of a file", ExitCodes.Mend, "which Sqlite has not") { Settings = { ["Database:ReadConnectionString"] = "Host=db2" } },
        new("garbage for MySQL", ExitCodes.Mend, "Database:ConnectionString") { Settings = { ["Database:Engine"] = "MySql", ["Database:ConnectionString"] = "garbage=1" } },
        new("down, and no patience", ExitCodes.NotYet, "does not answer") { Settings = { ["Database:Engine"] = "PostgreSql", ["Database:ConnectionString"] = "Host=127.0.0.1;Port=1;Username=u", ["Database:WaitAtStart"] = "00:00:00" } },
        new("down, and no patience, MySQL", ExitCodes.NotYet, "does not answer") { Settings = { ["Database:Engine"] = "MySql", ["Database:ConnectionString"] = "Server=127.0.0.1;Port=1;User ID=u", ["Database:WaitAtStart"] = "00:00:00" } },
        new("folder is a file", ExitCodes.Mend, "which is a file") { Prepare = f => File.WriteAllText(Path.Combine(f, "data"), "x") },
        new("file is a folder", ExitCodes.Mend, "not a folder") { Prepare = f => Directory.CreateDirectory(Path.Combine(f, "data/city.db")) },
        new("a folder that cannot be made", ExitCodes.Mend, "/proc/nowhere") { Settings = { ["Database:ConnectionString"] = "Data Source=/proc/nowhere/city.db" } },
        new("no database", ExitCodes.Mend, "damaged") { Prepare = f => Put(f, "data/city.db", RandomNumberGenerator.GetBytes(8192)) },
        new("a few bytes", ExitCodes.Mend, "damaged") { Prepare = f => Put(f, "data/city.db", "SQLite format 3\0"u8) },
        new("cut short", ExitCodes.Mend, "damaged") { Prepare = CutShort },
        new("held by another program", ExitCodes.NotYet, "Another program holds") { Prepare = Hold },
        new("damaged, sandbox", ExitCodes.Mend, "damaged") { Program = ProgramProcess.Sandbox, Args = InFolder, Prepare = f => Put(f, "data/wechatmask.db", RandomNumberGenerator.GetBytes(8192)), Makes = ["data/clock.json"] });

    [Fact]
    public Task Values_that_cannot_be_read_or_fit_nowhere() => AllAsync(
        new("a number that is none", ExitCodes.Mend, "Site:DeskBatch") { Settings = { ["Site:DeskBatch"] = "many" } },
        new("too large to be read", ExitCodes.Mend, "Site:DeskQueue") { Settings = { ["Site:DeskQueue"] = "99999999999" } },
        new("nothing at once", ExitCodes.Mend, "Site:DeskBatch") { Settings = { ["Site:DeskBatch"] = "0" } },
        new("neither true nor false", ExitCodes.Mend, "Site:RateLimits") { Settings = { ["Site:RateLimits"] = "maybe" } },
        new("no length of time", ExitCodes.Mend, "Sms:Timeout") { Settings = { ["Sms:Timeout"] = "soon" } },
        new("no time of day", ExitCodes.Mend, "WeChatNotices:ReminderAt") { Settings = { ["WeChatNotices:ReminderAt"] = "25:00" } },
        new("no choice", ExitCodes.Mend, "WeChat:MessageMode") { Settings = { ["WeChat:MessageMode"] = "Loud" } },
        new("no part", ExitCodes.Mend, "Telemetry:SampleRatio") { Settings = { ["Telemetry:SampleRatio"] = "half" } },
        new("unknown zone", ExitCodes.Mend, "Site:TimeZone") { Settings = { ["Site:TimeZone"] = "Mars/Base" } },
        new("no address", ExitCodes.Mend, "Site:PublicBaseUrl") { Settings = { ["Site:PublicBaseUrl"] = null } },
        new("no safe address", ExitCodes.Mend, "Site:PublicBaseUrl") { Settings = { ["Site:PublicBaseUrl"] = "http://mask.example.gov.cn" } },
        new("an address with a path", ExitCodes.Mend, "Site:PublicBaseUrl") { Settings = { ["Site:PublicBaseUrl"] = "https://mask.example.gov.cn/here" } },
        new("the sandbox's token", ExitCodes.Mend, "WeChat:Token") { Settings = { ["WeChat:Token"] = "sandboxToken2020" } },
        new("the sandbox's message key", ExitCodes.Mend, "WeChat:EncodingAesKey") { Settings = { ["WeChat:EncodingAesKey"] = "sandboxAbCdEfGhIjKlMnOpQrStUvWxYz0123456789" } },
        new("the sandbox's secret", ExitCodes.Mend, "WeChat:AppSecret") { Settings = { ["WeChat:AppSecret"] = "5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c" } },
        new("the sandbox's SMS account", ExitCodes.Mend, "Sms:Aliyun:AccessKeySecret") { Settings = { ["Sms:Aliyun:AccessKeySecret"] = "sandboxAliyunKeySecret2020" } },
        new("a short token", ExitCodes.Mend, "WeChat:AllowShortToken") { Settings = { ["WeChat:Token"] = "abc1234" } },
        new("an end of a line", ExitCodes.Mend, "Sms:Sign") { Settings = { ["Sms:Sign"] = "a\nb" } },
        new("no rules of languages", ExitCodes.Mend, "ICU") { Settings = { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" } },
        new("no rules of languages, sandbox", ExitCodes.Mend, "ICU") { Program = ProgramProcess.Sandbox, Args = InFolder, Settings = { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" } },
        new("settings that are no JSON", ExitCodes.Mend, "appsettings.json") { Prepare = f => File.WriteAllText(Path.Combine(f, "appsettings.json"), "{ \"Site\": ") },
        new("settings of a folder", ExitCodes.Mend, "appsettings.json") { Prepare = f => File.WriteAllText(Path.Combine(f, "appsettings.json"), "[1]") },
        new("no level of the log", ExitCodes.Mend, "Loud") { Settings = { ["Logging:LogLevel:Default"] = "Loud" } },
        new("no address of the server's own section", ExitCodes.Mend, "nonsense") { Args = [], Settings = { ["Kestrel:Endpoints:A:Url"] = "nonsense" } },
        new("a root that is not there", ExitCodes.Mend, "/nowhere") { Args = [.. AnyPort, "--contentRoot", "/nowhere"] },
        new("a number that is none, sandbox", ExitCodes.Mend, "Site:DeskBatch") { Program = ProgramProcess.Sandbox, Args = InFolder, Settings = { ["Site:DeskBatch"] = "x" }, Makes = ["data/clock.json"] });

    [Fact]
    public Task Commands() => AllAsync(
        new("mistyped", ExitCodes.Mend, "veryfy") { Args = ["veryfy"] },
        new("mistyped after settings", ExitCodes.Mend, "Import") { Args = ["Import", "city.json"] },
        new("empty", ExitCodes.Mend, "no command") { Args = [""] },
        new("one word too many", ExitCodes.Mend, "Usage") { Args = ["verify", "all"] },
        new("no file named", ExitCodes.Mend, "Usage") { Args = ["import"] },
        new("verify without a database", ExitCodes.Mend, "is not there") { Args = ["verify"] },
        new("verify of an empty one", ExitCodes.Mend, "no city") { Args = ["verify"], Prepare = Empty, Makes = null },
        new("verify of a damaged one", ExitCodes.Mend, "damaged") { Args = ["verify"], Prepare = f => Put(f, "data/city.db", RandomNumberGenerator.GetBytes(8192)) },
        new("verify of one that is down", ExitCodes.NotYet, "does not answer") { Args = ["verify"], Settings = { ["Database:Engine"] = "PostgreSql", ["Database:ConnectionString"] = "Host=127.0.0.1;Port=1;Username=u" } },
        new("verify of an unknown engine", ExitCodes.Mend, "Database:Engine") { Args = ["verify"], Settings = { ["Database:Engine"] = "Oracle" } },
        new("import of a file that is not there", ExitCodes.Mend, "none.json") { Args = ["import", "{folder}/none.json"] },
        new("import of what is none", ExitCodes.Mend, "JSON") { Args = ["import", "{folder}/city.json"], Prepare = f => Put(f, "city.json", "{}"u8) },
        new("import into what is down", ExitCodes.NotYet, "does not answer") { Args = ["import", Path.Combine(AppContext.BaseDirectory, "Cities", "loudi.json")], Settings = { ["Database:Engine"] = "MySql", ["Database:ConnectionString"] = "Server=127.0.0.1;Port=1;User ID=u" } },
        new("backup without a database", ExitCodes.Mend, "is not there") { Args = ["backup", "{folder}/city.zip"] },
        new("restore of what is none", ExitCodes.Mend, "city.zip") { Args = ["restore", "{folder}/city.zip"], Prepare = f => Put(f, "city.zip", "none"u8) },
        new("restore of nothing", ExitCodes.Mend, "city.zip") { Args = ["restore", "{folder}/city.zip"] },
        new("move to nowhere", ExitCodes.Mend, "Target:ConnectionString") { Args = ["move"] },
        new("sandbox, no such option", ExitCodes.Mend, "--nope") { Program = ProgramProcess.Sandbox, Args = ["--nope"] },
        new("sandbox, no such city", ExitCodes.Mend, "atlantis") { Program = ProgramProcess.Sandbox, Args = ["--city", "atlantis"] },
        new("sandbox, folder is a file", ExitCodes.Mend, "is a file") { Program = ProgramProcess.Sandbox, Args = InFolder, Prepare = f => File.WriteAllText(Path.Combine(f, "data"), "x") },
        new("sandbox, damaged clock", ExitCodes.Mend, "clock.json") { Program = ProgramProcess.Sandbox, Args = InFolder, Prepare = f => Put(f, "data/clock.json", "{oops"u8) },
        new("sandbox, empty clock", ExitCodes.Mend, "clock.json") { Program = ProgramProcess.Sandbox, Args = InFolder, Prepare = f => Put(f, "data/clock.json", ""u8) },
        new("sandbox, clock out of all bounds", ExitCodes.Mend, "clock.json") { Program = ProgramProcess.Sandbox, Args = InFolder, Prepare = f => Put(f, "data/clock.json", """{"OffsetTicks":9223372036854775807}"""u8) });

    /// <summary>Runs some at a time and tells of all that are not as they should be.</summary>
    private static async Task AllAsync(params StartCase[] cases)
    {
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (one, _) =>
        {
            await using var program = ProgramProcess.Start(one.Program, one.Args, one.Settings, one.Prepare);
            // One that serves instead would run for good.
            var ends = program.EndAsync();
            await Task.WhenAny(ends, Task.Delay(TimeSpan.FromSeconds(60), CancellationToken.None));
            if (!ends.IsCompleted)
            {
                wrong.Add($"{one.Name}: goes on");
                return;
            }

            var ended = await ends;
            if (ended.Code != one.Code) wrong.Add($"{one.Name}: ended with {ended.Code}: {string.Join(" / ", ended.Errors)}");
            if (ended.Errors.Count != 1) wrong.Add($"{one.Name}: said {ended.Errors.Count} lines: {string.Join(" / ", ended.Errors)}");
            else if (!ended.Errors[0].Contains(one.Says, StringComparison.Ordinal))
                wrong.Add($"{one.Name}: does not name {one.Says}: {ended.Errors[0]}");
            if (ended.Errors.Concat(ended.Output.Split('\n')).Any(line => line.StartsWith("   at ", StringComparison.Ordinal))) wrong.Add($"{one.Name}: shows a stack trace");
            if (one.Makes is { } makes && ended.Made.Except(makes, StringComparer.Ordinal).Any()) wrong.Add($"{one.Name}: left {string.Join(", ", ended.Made)}");
        });
        Assert.Empty(wrong);
    }

    private static void Put(string folder, string file, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    private static SqliteConnection Open(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "data/city.db")};Pooling=false");
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void Empty(string folder)
    {
        using var connection = Open(folder);
        Run(connection, "CREATE TABLE other (x INTEGER)");
    }

    private static void CutShort(string folder)
    {
        using (var connection = Open(folder))
            Run(connection, "CREATE TABLE other (x TEXT); INSERT INTO other WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT hex(randomblob(50)) FROM n");
        using var file = File.Open(Path.Combine(folder, "data/city.db"), FileMode.Open);
        file.SetLength(file.Length / 2);
    }

    // Left open: the process of the tests holds it for as long as the case lasts.
    private static void Hold(string folder)
    {
        var connection = Open(folder);
        Run(connection, "CREATE TABLE other (x INTEGER); PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
        Held.Add(connection);
    }

    private static readonly ConcurrentBag<SqliteConnection> Held = [];

    private sealed record StartCase(string Name, int Code, string Says)
    {
        public string Program { get; init; } = ProgramProcess.Product;

        public IReadOnlyList<string> Args { get; init; } = AnyPort;

        public Dictionary<string, string?> Settings { get; } = new(StringComparer.Ordinal);

        public Action<string>? Prepare { get; init; }

        /// <summary>Files that may be left; null where it does not matter.</summary>
        public IReadOnlyList<string>? Makes { get; init; } = [];
    }
}
