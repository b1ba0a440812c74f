using System.Data.Common;
using Microsoft.Extensions.Options;
using WeChatMask.Data;

namespace WeChatMask.Tests.Support;

/// <summary>An empty database of one engine, gone again when it is disposed.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly Func<Task> drop;
    private readonly string[] addresses;
    private int asked = -1;

    private TestDatabase(DatabaseKind engine, Func<Task> drop, params string[] addresses)
    {
        Engine = engine;
        this.drop = drop;
        this.addresses = addresses;
    }

    /// <summary>The engine.</summary>
    public DatabaseKind Engine { get; }

    /// <summary>Where it is.</summary>
    public string ConnectionString => addresses[0];

    /// <summary>Makes one.</summary>
    /// <param name="engine">Its engine.</param>
    /// <param name="folder">Where a database that is a file is put.</param>
    /// <param name="forNode">Whether only nodes use it, which find the schema made where the engine can copy one.</param>
    public static async Task<TestDatabase> CreateAsync(DatabaseKind engine, string folder, bool forNode = false)
    {
        if (engine == DatabaseKind.Sqlite) return new TestDatabase(engine, () => Task.CompletedTask, $"Data Source={Path.Combine(folder, "wechatmask.db")}");
        var server = await DatabaseServer.SharedAsync(engine);
        var database = forNode ? await server.CreateForNodeAsync() : await server.CreateDatabaseAsync();
        // A machine that is busy with tests may take longer than a person would wait.
        var patient = new DbConnectionStringBuilder { ConnectionString = database, [engine == DatabaseKind.PostgreSql ? "Timeout" : "Connection Timeout"] = 30 };
        return new TestDatabase(engine, () => server.DropDatabaseAsync(database), patient.ConnectionString);
    }

    /// <summary>The one database of a cluster whose members all take writes. It goes with the cluster.</summary>
    public static TestDatabase On(params DatabaseSettings[] members) =>
        new(members[0].Engine, () => Task.CompletedTask, [.. members.Select(m => m.ConnectionString)]);

    /// <summary>The settings of a node that uses it: of the next member, where there are several.</summary>
    public IOptions<DatabaseSettings> Settings() => Options.Create(new DatabaseSettings
    {
        Engine = Engine, ConnectionString = addresses[Interlocked.Increment(ref asked) % addresses.Length],
    });

    /// <summary>The same as configuration.</summary>
    public IReadOnlyDictionary<string, string?> Configuration() => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["Database:Engine"] = Engine.ToString(),
        ["Database:ConnectionString"] = ConnectionString,
    };

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await drop();
}
