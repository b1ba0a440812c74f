using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace WeChatMask.Tests.Support;

/// <summary>A PostgreSQL cluster of this test run's own, in a temporary folder, on loopback; it ends with the process.</summary>
internal sealed class PostgresServer
{
    private const string Binaries = "/usr/lib/postgresql";
    private static readonly Lazy<Task<PostgresServer>> Running = new(StartAsync);

    /// <summary>Whether a commit is on the disk when it returns. Tests ask what is visible to whom and do without; measurements do not.</summary>
    public static bool Durable { get; set; }

    private readonly string bin;
    private readonly string folder;
    private readonly int port;
    private int made;

    private PostgresServer(string bin, string folder, int port)
    {
        this.bin = bin;
        this.folder = folder;
        this.port = port;
    }

    /// <summary>Why there is none, or nothing when there is.</summary>
    public static string? Absent => FindBinaries() is null ? $"PostgreSQL is not installed ({Binaries} is missing); scripts/test installs it." : null;

    /// <summary>The cluster, started by whoever asks first.</summary>
    public static Task<PostgresServer> SharedAsync() => Running.Value;

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"city{Interlocked.Increment(ref made)}");
        await ExecuteAsync($"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>Drops a database, whoever is still connected.</summary>
    public async Task DropDatabaseAsync(string connectionString) =>
        await ExecuteAsync($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    private string ConnectionString(string database) => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Username=postgres;Database={database};Maximum Pool Size=40;Timeout=30");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<PostgresServer> StartAsync()
    {
        var binaries = FindBinaries() ?? throw new InvalidOperationException(Absent);
        var place = Path.Combine(Path.GetTempPath(), $"wechatmask-pg-{Guid.NewGuid():N}");
        Directory.CreateDirectory(place);
        // The server refuses to run as root; Debian's package brings a user for it.
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres", place);
        var server = new PostgresServer(binaries, place, FreePort());
        await server.AsPostgresAsync("initdb", "-D", place, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8");
        var options = string.Create(
            CultureInfo.InvariantCulture, $"-p {server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} -c fsync={(Durable ? "on" : "off")} -c max_connections=400");
        await server.AsPostgresAsync("pg_ctl", "-D", place, "-w", "-l", Path.Combine(place, "log"), "-o", options, "start");
        server.StopWithThisProcess();
        return server;
    }

    // A test host is often killed rather than ended, so nothing in it can be trusted to stop the server.
    private void StopWithThisProcess()
    {
        var stop = Environment.IsPrivilegedProcess ? "setpriv --reuid=postgres --regid=postgres --clear-groups" : "";
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"exec >/dev/null 2>&1 </dev/null; while kill -0 {Environment.ProcessId}; do sleep 1; done; {stop} {bin}/pg_ctl -D {folder} -m immediate -w stop; rm -rf {folder}");
        Process.Start(new ProcessStartInfo("sh", ["-c", script]) { UseShellExecute = false })?.Dispose();
    }

    private Task AsPostgresAsync(string program, params string[] args) => Environment.IsPrivilegedProcess
        ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", Path.Combine(bin, program), .. args])
        : RunAsync(Path.Combine(bin, program), args);

    private static async Task RunAsync(string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath() };
        // A server must not hold this process's pipes open, so its own output goes to its log and only errors are read.
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await process.StandardError.ReadToEndAsync()}");
    }

    private static string? FindBinaries() => !Directory.Exists(Binaries)
        ? null
        : Directory.GetDirectories(Binaries).Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb"))).Max(StringComparer.Ordinal);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
