using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using MySqlConnector;
using Npgsql;
using WeChatMask.Data;

namespace WeChatMask.Tests.Support;

/// <summary>What makes three database servers one.</summary>
internal enum ClusterKind
{
    /// <summary>PostgreSQL, of which Patroni makes one the primary.</summary>
    Patroni,

    /// <summary>MariaDB, whose members all have every row.</summary>
    Galera,
}

/// <summary>A database cluster of three members behind HAProxy, made from nothing by <c>scripts/cluster</c>; it ends with this process.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>The members' numbers.</summary>
    public static readonly IReadOnlyList<int> Members = [1, 2, 3];

    private const int NotInstalled = 69;
    private static readonly TimeSpan LongestSearch = TimeSpan.FromMinutes(2);
    private static string Script => Path.Combine(Scripts, "cluster");
    private readonly ClusterKind kind;
    private Dictionary<string, string> addresses = [];

    private Cluster(ClusterKind kind, string folder)
    {
        this.kind = kind;
        Folder = folder;
    }

    /// <summary>The folder of the scripts.</summary>
    public static string Scripts { get; } = Find();

    /// <summary>Its folder; that of member 1 is <c>m1</c> in it.</summary>
    public string Folder { get; }

    /// <summary>The settings of a node: the one address that leads to whoever takes writes.</summary>
    public DatabaseSettings Settings => SettingsFor(addresses["writer"]);

    /// <summary>What of a kind is not installed, as a sentence; none when all is there.</summary>
    public static string? WhyNot(ClusterKind kind)
    {
        using var check = Start(kind, "check", "-");
        var said = check.StandardError.ReadToEnd();
        check.WaitForExit();
        return check.ExitCode == 0 ? null : check.ExitCode == NotInstalled ? said.Trim() : throw new InvalidOperationException(said);
    }

    /// <summary>Makes an empty one and waits until a standby has every commit.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="folder">Its folder, which whoever runs the servers can reach; without one it makes its own.</param>
    public static async Task<Cluster> StartAsync(ClusterKind kind, string? folder = null)
    {
        var cluster = new Cluster(kind, folder ?? NewFolder());
        try
        {
            Directory.CreateDirectory(cluster.Folder);
            cluster.EndWithThisProcess();
            var said = await cluster.RunAsync("start");
            cluster.addresses = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=', 2)).ToDictionary(l => l[0], l => l[1], StringComparer.Ordinal);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A name for a folder that is not there yet.</summary>
    public static string NewFolder() => Path.Combine(Path.GetTempPath(), $"wechatmask-cluster-{Guid.NewGuid():N}");

    /// <summary>Does something to a member, as <c>scripts/cluster</c> has it.</summary>
    /// <param name="member">Its number, or what else the kind has: <c>e1</c>, <c>proxy</c>.</param>
    /// <param name="act">What, with what it needs.</param>
    public Task ActAsync(string member, params string[] act) => RunAsync("member", [member, .. act]);

    /// <summary>Does something to one of the three.</summary>
    public Task ActAsync(int member, params string[] act) => ActAsync(Text(member), act);

    /// <summary>Changes a setting of the whole cluster by hand.</summary>
    public Task SetAsync(string setting) => RunAsync("set", setting);

    /// <summary>The settings of a connection to one member, whatever it is.</summary>
    public DatabaseSettings SettingsOf(int member) => SettingsFor(addresses[$"member{Text(member)}"]);

    /// <summary>What each member says it is.</summary>
    public async Task<IReadOnlyDictionary<int, string>> RolesAsync() => (await RunAsync("status")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(l => l.Split('=', 2)).ToDictionary(l => int.Parse(l[0]["member".Length..], CultureInfo.InvariantCulture), l => l[1]);

    /// <summary>The member that stands behind the one address now; waits until there is one.</summary>
    public async Task<int> WriterAsync()
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = Connect(addresses["writer"]);
                await connection.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = kind == ClusterKind.Patroni ? "SELECT inet_server_port()" : "SELECT @@port";
                var port = Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
                return Members.First(m => addresses[$"member{Text(m)}"].EndsWith($":{port}", StringComparison.Ordinal));
            }
            catch (DbException) when (watch.Elapsed < LongestSearch)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "run"))) await RunAsync("stop");
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // A disk of its own may be mounted in it; who did that clears it away.
        }
    }

    private static string Text(int member) => member.ToString(CultureInfo.InvariantCulture);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var scripts = Path.Combine(folder.FullName, "scripts");
            if (File.Exists(Path.Combine(scripts, "cluster"))) return scripts;
        }

        throw new InvalidOperationException("scripts/cluster was not found.");
    }

    private static Process Start(ClusterKind kind, string command, params string[] args) => Process.Start(
        new ProcessStartInfo(Script, [kind.ToString().ToLowerInvariant(), command, .. args])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath(),
        })!;

    private async Task<string> RunAsync(string command, params string[] more)
    {
        using var script = Start(kind, command, [Folder, .. more]);
        var errors = script.StandardError.ReadToEndAsync();
        var said = await script.StandardOutput.ReadToEndAsync();
        await script.WaitForExitAsync();
        return script.ExitCode == 0 ? said : throw new InvalidOperationException($"scripts/cluster {command} {string.Join(' ', more)}: {(await errors).Trim()}");
    }

    // Who starts processes is often killed rather than ended.
    private void EndWithThisProcess()
    {
        var watch = string.Create(
            CultureInfo.InvariantCulture,
            $"exec >/dev/null 2>&1 </dev/null; while kill -0 {Environment.ProcessId} && [ -d \"$3\" ]; do sleep 1; done; [ -d \"$3\" ] || exit; \"$1\" \"$2\" stop \"$3\"; rm -rf \"$3\"");
        Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", watch, "sh", Script, kind.ToString().ToLowerInvariant(), Folder]) { UseShellExecute = false })?.Dispose();
    }

    private DatabaseSettings SettingsFor(string address)
    {
        var (host, port) = Parts(address);
        return kind == ClusterKind.Patroni
            ? new DatabaseSettings
            {
                Engine = DatabaseKind.PostgreSql,
                ConnectionString = new NpgsqlConnectionStringBuilder { Host = host, Port = port, Username = addresses["user"], Password = addresses["password"], Database = Database }.ConnectionString,
            }
            : new DatabaseSettings
            {
                Engine = DatabaseKind.MySql,
                ConnectionString = new MySqlConnectionStringBuilder { Server = host, Port = (uint)port, UserID = addresses["user"], Password = addresses["password"], Database = Database }.ConnectionString,
            };
    }

    private string Database => addresses.GetValueOrDefault("database", "wechatmask");

    private DbConnection Connect(string address)
    {
        var settings = SettingsFor(address).ConnectionString + ";Pooling=false";
        return kind == ClusterKind.Patroni ? new NpgsqlConnection(settings) : new MySqlConnection(settings);
    }

    private static (string Host, int Port) Parts(string address) => (address[..address.LastIndexOf(':')], int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
}
