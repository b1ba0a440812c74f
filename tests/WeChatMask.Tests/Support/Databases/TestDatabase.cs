using System.Globalization;
using Dapper;
using Microsoft.Extensions.Options;
using WeChatMask.Data;

namespace WeChatMask.Tests.Support;

/// <summary>An empty database of one engine, gone again when it is disposed.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>Names a MySQL or MariaDB server and a user who may make databases, as a connection string without a database.</summary>
    private const string MySqlVariable = "WECHATMASK_MYSQL";

    private static int made;
    private readonly Func<Task> drop;

    private TestDatabase(DatabaseKind engine, string connectionString, Func<Task> drop)
    {
        Engine = engine;
        ConnectionString = connectionString;
        this.drop = drop;
    }

    /// <summary>The engine.</summary>
    public DatabaseKind Engine { get; }

    /// <summary>Where it is.</summary>
    public string ConnectionString { get; }

    /// <summary>Why an engine cannot be tried here, or nothing when it can.</summary>
    public static string? Absent(DatabaseKind engine) => engine switch
    {
        DatabaseKind.PostgreSql => PostgresServer.Absent,
        DatabaseKind.MySql when Environment.GetEnvironmentVariable(MySqlVariable) is null =>
            $"MySQL is tried in a build with -p:MySql=true and a server that {MySqlVariable} names.",
        _ => null,
    };

    /// <summary>Makes one.</summary>
    /// <param name="engine">Its engine.</param>
    /// <param name="folder">Where a database that is a file is put.</param>
    public static async Task<TestDatabase> CreateAsync(DatabaseKind engine, string folder)
    {
        switch (engine)
        {
            case DatabaseKind.PostgreSql:
                var server = await PostgresServer.SharedAsync();
                var database = await server.CreateDatabaseAsync();
                return new TestDatabase(engine, database, () => server.DropDatabaseAsync(database));
            case DatabaseKind.MySql:
                var home = Environment.GetEnvironmentVariable(MySqlVariable)!;
                var name = string.Create(CultureInfo.InvariantCulture, $"city_{Environment.ProcessId}_{Interlocked.Increment(ref made)}");
                await OnMySqlAsync(home, $"CREATE DATABASE {name}");
                return new TestDatabase(engine, $"{home};Database={name}", () => OnMySqlAsync(home, $"DROP DATABASE {name}"));
            default:
                return new TestDatabase(engine, $"Data Source={Path.Combine(folder, "wechatmask.db")}", () => Task.CompletedTask);
        }
    }

    /// <summary>The settings of a node that uses it.</summary>
    public IOptions<DatabaseSettings> Settings() =>
        Options.Create(new DatabaseSettings { Engine = Engine, ConnectionString = ConnectionString });

    /// <summary>The same as configuration.</summary>
    public IReadOnlyDictionary<string, string?> Configuration() => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["Database:Engine"] = Engine.ToString(),
        ["Database:ConnectionString"] = ConnectionString,
    };

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await drop();

    private static async Task OnMySqlAsync(string home, string sql)
    {
        await using var engine = new MySqlEngine(home);
        await using var connection = await engine.OpenAsync(CancellationToken.None);
        await connection.ExecuteAsync(sql);
    }
}
