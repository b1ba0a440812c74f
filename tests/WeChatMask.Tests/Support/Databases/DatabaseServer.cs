using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Dapper;
using WeChatMask.Data;

namespace WeChatMask.Tests.Support;

/// <summary>A database server of this process's own, in a temporary folder, on loopback; it ends with the process.</summary>
internal abstract class DatabaseServer : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<DatabaseKind, Lazy<Task<DatabaseServer>>> Shared = new();
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(2);

    // The servers refuse to run as root; Debian's packages bring a user for each.
    private readonly string user;
    private Process? process;
    private int made;

    /// <summary>Prepares one that is not made yet.</summary>
    /// <param name="name">The product's name.</param>
    /// <param name="user">Who runs it when this process is root's.</param>
    /// <param name="folder">Its folder; without one it makes its own.</param>
    protected DatabaseServer(string name, string user, string? folder)
    {
        Name = name;
        this.user = user;
        Folder = folder ?? Path.Combine(Path.GetTempPath(), $"wechatmask-{name.ToLowerInvariant()}-{Guid.NewGuid():N}");
        Port = Shell.FreePort();
    }

    /// <summary>Whether a commit is on the disk when it returns. Tests ask what is visible to whom and do without; measurements do not.</summary>
    public static bool Durable { get; set; }

    /// <summary>The product's name.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Whether its process is alive.</summary>
    public bool IsRunning => process is { HasExited: false };

    /// <summary>Whether a commit of its own is on the disk when it returns.</summary>
    protected bool IsDurable { get; set; } = Durable;

    /// <summary>Runs a statement as the server's owner.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = Connect();
        await connection.ExecuteAsync(sql);
    }

    /// <summary>Its own folder.</summary>
    protected string Folder { get; }

    /// <summary>Its data.</summary>
    protected string Data => Path.Combine(Folder, "data");

    /// <summary>The database it brings along.</summary>
    protected abstract string FirstDatabase { get; }

    /// <summary>The signal that ends it at once, with nothing finished and nothing written out.</summary>
    protected abstract string CrashSignal { get; }

    /// <summary>The server that a whole run shares, started by whoever asks first.</summary>
    public static Task<DatabaseServer> SharedAsync(DatabaseKind engine) =>
        Shared.GetOrAdd(engine, kind => new Lazy<Task<DatabaseServer>>(() => CreateAsync(kind))).Value;

    /// <summary>Makes and starts an empty one.</summary>
    /// <param name="engine">Its kind.</param>
    /// <param name="folder">Its folder; without one it makes its own.</param>
    /// <param name="durable">Whether its commits are on the disk, without which it can have no standby; as all are, unless given.</param>
    public static async Task<DatabaseServer> CreateAsync(DatabaseKind engine, string? folder = null, bool? durable = null)
    {
        DatabaseServer server = engine switch
        {
            DatabaseKind.PostgreSql => new PostgresServer(folder),
            DatabaseKind.MySql => new MariaDbServer(folder),
            _ => throw new ArgumentOutOfRangeException(nameof(engine), engine, "It has no server."),
        };
        server.IsDurable = durable ?? Durable;
        await server.MakeFolderAsync();
        await server.InstallAsync();
        await server.StartAsync();
        return server;
    }

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public Task<string> CreateDatabaseAsync() => CreateDatabaseAsync("");

    /// <summary>The same for a node that migrates at its start: where databases can be copied, it finds that done.</summary>
    public virtual Task<string> CreateForNodeAsync() => CreateDatabaseAsync();

    /// <summary>Drops a database, whoever is still connected.</summary>
    public abstract Task DropDatabaseAsync(string connectionString);

    /// <summary>Starts it, or starts it again after a crash, and waits until it takes connections.</summary>
    public async Task StartAsync()
    {
        process?.Dispose();
        // A server must not hold this process's pipes open, so what it prints goes to its log.
        process = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec \"$@\" >>{Folder}/log 2>&1 </dev/null", "sh", .. AsUser(Command())]) { UseShellExecute = false })!;
        Shell.EndWithThisProcess(process.Id, CrashSignal, Folder);
        var watch = Stopwatch.StartNew();
        while (!await TakesConnectionsAsync())
        {
            if (process.HasExited || watch.Elapsed > LongestStart)
                throw new InvalidOperationException($"{Name} did not start:\n{string.Join('\n', File.ReadLines(Path.Combine(Folder, "log")).TakeLast(20))}");
            await Task.Delay(50);
        }
    }

    /// <summary>Ends it as a crash would.</summary>
    public Task CrashAsync() => EndAsync(CrashSignal);

    /// <summary>SIGKILL to the server's first process; its others end when they see it gone.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>SIGSTOP to all its processes, the first one first, so that it makes no others.</summary>
    public Task FreezeAsync() => SignalAllAsync("STOP");

    /// <summary>Lets its processes go on.</summary>
    public Task ThawAsync() => SignalAllAsync("CONT");

    /// <summary>Makes a standby of this server, which must be durable; from then on a commit waits until the standby has it.</summary>
    public abstract Task<DatabaseServer> FollowSynchronouslyAsync();

    /// <summary>Makes a standby the server that takes writes.</summary>
    public abstract Task PromoteAsync();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (IsRunning) await CrashAsync();
        process?.Dispose();
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // What is left lies in the temporary folder.
        }
    }

    /// <summary>How a node reaches a database of it.</summary>
    protected abstract string ConnectionString(string database);

    /// <summary>A connection that is not open yet and is kept in no pool.</summary>
    protected abstract DbConnection Connect();

    /// <summary>Fills the folder for the first start.</summary>
    protected abstract Task InstallAsync();

    /// <summary>The server's program and its arguments.</summary>
    protected abstract string[] Command();

    /// <summary>Makes the folder, which belongs to who runs the server.</summary>
    protected async Task MakeFolderAsync()
    {
        Directory.CreateDirectory(Folder);
        if (Environment.IsPrivilegedProcess) await Shell.RunAsync("chown", user, Folder);
    }

    /// <summary>Runs one of its programs to its end.</summary>
    protected Task RunAsync(params string[] command)
    {
        var whole = AsUser(command);
        return Shell.RunAsync(whole[0], whole[1..]);
    }

    /// <summary>Makes a database.</summary>
    protected async Task<string> CreateDatabaseAsync(string options)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"city{Interlocked.Increment(ref made)}");
        await ExecuteAsync($"CREATE DATABASE {name} {options}");
        return ConnectionString(name);
    }

    private string[] AsUser(string[] command) =>
        Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", .. command] : command;

    private async Task<bool> TakesConnectionsAsync()
    {
        try
        {
            await ExecuteAsync("SELECT 1");
            return true;
        }
        catch (DbException)
        {
            return false;
        }
    }

    private async Task EndAsync(string signal)
    {
        await Shell.RunAsync("kill", $"-{signal}", Pid);
        await process!.WaitForExitAsync();
    }

    // A process that has ended meanwhile needs no signal.
    private Task SignalAllAsync(string signal) =>
        Shell.RunAsync("sh", "-c", $"kill -{signal} {Pid} && for p in $(cat /proc/{Pid}/task/{Pid}/children); do kill -{signal} $p || true; done");

    private string Pid => process!.Id.ToString(CultureInfo.InvariantCulture);
}
