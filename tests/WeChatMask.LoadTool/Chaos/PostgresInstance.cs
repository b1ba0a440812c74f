using System.Globalization;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>A PostgreSQL server on loopback with a folder of its own and full durability, to be killed and brought back.</summary>
internal sealed class PostgresInstance : IAsyncDisposable
{
    private const string Binaries = "/usr/lib/postgresql";
    private readonly string bin;
    private readonly string folder;
    private bool running;

    private PostgresInstance(string bin)
    {
        this.bin = bin;
        folder = Path.Combine(Path.GetTempPath(), $"wechatmask-chaos-pg-{Guid.NewGuid():N}");
        Port = Shell.FreePort();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>The address alone, for a connection string with several.</summary>
    public string Host => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>How the nodes reach it, and others beside it.</summary>
    public static string ConnectionString(params PostgresInstance[] servers) =>
        $"Host={string.Join(',', servers.Select(s => s.Host))};Username=postgres;Database=postgres;Maximum Pool Size=40";

    /// <summary>Makes and starts an empty one.</summary>
    public static async Task<PostgresInstance> CreateAsync()
    {
        var server = new PostgresInstance(Find());
        await server.MakeFolderAsync();
        await server.AsPostgresAsync("initdb", "-D", server.folder, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8");
        await server.StartAsync();
        return server;
    }

    /// <summary>Makes a standby of this server; from then on a commit waits until the standby has it on its disk.</summary>
    public async Task<PostgresInstance> FollowSynchronouslyAsync()
    {
        var standby = new PostgresInstance(bin);
        await standby.MakeFolderAsync();
        await standby.AsPostgresAsync(
            "pg_basebackup", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-D", standby.folder, "-R", "-c", "fast");
        await standby.StartAsync();
        // Only now, so that the copy has not got it: once promoted, it would wait for a standby of its own.
        await SqlAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await SqlAsync("SELECT pg_reload_conf()");
        await SqlAsync("DO $$ BEGIN FOR i IN 1..300 LOOP PERFORM pg_stat_clear_snapshot(); IF EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync') THEN RETURN; END IF; PERFORM pg_sleep(0.1); END LOOP; RAISE EXCEPTION 'no synchronous standby'; END $$");
        return standby;
    }

    /// <summary>Starts it, or starts it again after a crash, and waits until it takes connections.</summary>
    public async Task StartAsync()
    {
        var options = string.Create(
            CultureInfo.InvariantCulture, $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=200");
        await AsPostgresAsync("pg_ctl", "-D", folder, "-w", "-t", "120", "-l", Path.Combine(folder, "log"), "-o", options, "start");
        running = true;
    }

    /// <summary>Ends it as a crash would: nothing is finished, nothing written out.</summary>
    public async Task CrashAsync()
    {
        running = false;
        await AsPostgresAsync("pg_ctl", "-D", folder, "-m", "immediate", "-w", "stop");
    }

    /// <summary>SIGKILL to the server's first process; its others end when they see it gone.</summary>
    public async Task KillAsync()
    {
        running = false;
        var pid = (await File.ReadAllLinesAsync(Path.Combine(folder, "postmaster.pid")))[0];
        await Shell.RunAsync("kill", "-9", pid);
    }

    /// <summary>SIGSTOP to all its processes, the first one first, so that it makes no others.</summary>
    public Task FreezeAsync() => SignalAllAsync("STOP");

    /// <summary>Lets its processes go on.</summary>
    public Task ThawAsync() => SignalAllAsync("CONT");

    /// <summary>Makes a standby the server that takes writes.</summary>
    public Task PromoteAsync() => AsPostgresAsync("pg_ctl", "-D", folder, "-w", "promote");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (running) await CrashAsync();
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            // What is left lies in the temporary folder.
        }
    }

    private async Task SignalAllAsync(string signal)
    {
        var pid = (await File.ReadAllLinesAsync(Path.Combine(folder, "postmaster.pid")))[0];
        // A process that has ended meanwhile needs no signal.
        await Shell.RunAsync("sh", "-c", $"kill -{signal} {pid} && for p in $(cat /proc/{pid}/task/{pid}/children); do kill -{signal} $p || true; done");
    }

    private Task SqlAsync(string sql) =>
        AsPostgresAsync("psql", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql);

    private async Task MakeFolderAsync()
    {
        Directory.CreateDirectory(folder);
        // The server refuses to run as root; Debian's package brings a user for it.
        if (Environment.IsPrivilegedProcess) await Shell.RunAsync("chown", "postgres", folder);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private Task AsPostgresAsync(string program, params string[] args) => Environment.IsPrivilegedProcess
        ? Shell.RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", Path.Combine(bin, program), .. args])
        : Shell.RunAsync(Path.Combine(bin, program), args);

    private static string Find() => Directory.Exists(Binaries)
        ? Directory.GetDirectories(Binaries).Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb"))).Max(StringComparer.Ordinal)!
        : throw new InvalidOperationException($"PostgreSQL is not installed ({Binaries} is missing); on Debian: apt-get install postgresql");
}
