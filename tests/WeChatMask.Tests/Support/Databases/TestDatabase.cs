using System.Data.Common;
using Microsoft.Extensions.Options;
using WeChatMask.Data;

namespace WeChatMask.Tests.Support;

/// <summary>An empty database of one engine, gone again when it is disposed.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
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

    /// <summary>Makes one.</summary>
    /// <param name="engine">Its engine.</param>
    /// <param name="folder">Where a database that is a file is put.</param>
    /// <param name="forNode">Whether only nodes use it, which find the schema made where the engine can copy one.</param>
    public static async Task<TestDatabase> CreateAsync(DatabaseKind engine, string folder, bool forNode = false)
    {
        if (engine == DatabaseKind.Sqlite) return new TestDatabase(engine, $"Data Source={Path.Combine(folder, "wechatmask.db")}", () => Task.CompletedTask);
        var server = await DatabaseServer.SharedAsync(engine);
        var database = forNode ? await server.CreateForNodeAsync() : await server.CreateDatabaseAsync();
        // A machine that is busy with tests may take longer than a person would wait.
        var patient = new DbConnectionStringBuilder { ConnectionString = database, [engine == DatabaseKind.PostgreSql ? "Timeout" : "Connection Timeout"] = 30 };
        return new TestDatabase(engine, patient.ConnectionString, () => server.DropDatabaseAsync(database));
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
}
