using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WeChatMask.Conversation;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.Conversation;

/// <summary>Nodes that share a database and take messages in, each with a writer of its own. Nothing but the clock is stood in for.</summary>
internal sealed class OnceNodes : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-once-").FullName;
    private readonly List<OnceNode> nodes = [];
    private TestDatabase database = null!;

    public FakeClock Clock { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_586_000_000));

    public Database Database => nodes[0].Database;

    public OnceNode this[int node] => nodes[node];

    public static async Task<OnceNodes> StartAsync(DatabaseKind engine, int count)
    {
        var city = new OnceNodes();
        city.database = await TestDatabase.CreateAsync(engine, city.folder, forNode: true);
        for (var i = 0; i < count; i++)
        {
            var node = new OnceNode(city.database, city.Clock);
            city.nodes.Add(node);
            if (i == 0) await new Migrator(node.Database, city.Clock).MigrateAsync(CancellationToken.None);
            await node.Claims.StartAsync(CancellationToken.None);
        }

        return city;
    }

    /// <summary>Every node is stopped and a new one started on the same rows.</summary>
    public async Task RestartAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
        nodes.Clear();
        nodes.Add(new OnceNode(database, Clock));
        await nodes[0].Claims.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>One node.</summary>
internal sealed class OnceNode : IAsyncDisposable
{
    private readonly PersonalData personal;

    public OnceNode(TestDatabase database, TimeProvider clock)
    {
        personal = new PersonalData(Options.Create(DeskCity.Secrets()));
        Database = new Database(database.Settings());
        Store = new HandledMessageStore(Database, new CityCalendar(Options.Create(new SiteSettings()), clock));
        Claims = new ClaimWriter(Database, Store, NullLogger<ClaimWriter>.Instance);
        Once = new MessageDeduplicator(Claims, Store, personal, NullLogger<MessageDeduplicator>.Instance);
    }

    public Database Database { get; }

    public HandledMessageStore Store { get; }

    public ClaimWriter Claims { get; }

    public MessageDeduplicator Once { get; }

    public string Hash(string identity) => personal.KeyedHash(HashPurpose.Message, identity);

    /// <summary>A message arrives whose handling says something.</summary>
    public async Task<string> TakeAsync(string identity, Func<string> handle) =>
        Assert.IsType<TextReply>(await Once.RunAsync(identity, _ => Task.FromResult<Reply>(new TextReply(handle())), CancellationToken.None)).Text;

    public async ValueTask DisposeAsync()
    {
        await Claims.StopAsync(CancellationToken.None);
        Claims.Dispose();
        Database.Dispose();
        personal.Dispose();
    }
}
