using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Rounds;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

/// <summary>What may be a moment old is read from a standby that has what the node has seen, and from the primary wherever it has not.</summary>
public sealed class RecentReadTests(EachEngine<RecentReadTests.Followed> cities) : IClassFixture<EachEngine<RecentReadTests.Followed>>
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    [EngineTheory(ServersOnly = true)]
    public async Task A_standby_is_read_while_it_has_all_that_this_node_has_seen(DatabaseKind engine)
    {
        var city = await cities.OnAsync(engine);
        using var node = city.Node(city.ReadConnectionString);
        Assert.Equal(city.Primary.Port, (await city.AskAsync(node)).Port);
        await city.UntilReadThereAsync(node);

        await city.HoldBackAsync();
        await Followed.ChangeAsync(node);
        await node.VersionAsync(default);
        var (port, age) = await city.AskAsync(node);
        Assert.Equal(city.Primary.Port, port);
        Assert.Equal(TimeSpan.Zero, age);

        await city.FollowAgainAsync();
        await city.UntilReadThereAsync(node);
        await node.VersionAsync(default);
        Assert.True((await city.AskAsync(node)).Age > TimeSpan.Zero);
    }

    [EngineTheory(ServersOnly = true)]
    public async Task Who_was_shown_something_new_is_shown_nothing_older_afterwards(DatabaseKind engine)
    {
        var city = await cities.OnAsync(engine);
        await using var line = new CutLine(city.Standby.Port);
        using var node = city.Node(line.Through(city.ReadConnectionString));
        using var other = city.Node("");
        await city.UntilReadThereAsync(node);
        await city.HoldBackAsync();
        await Followed.ChangeAsync(other);
        var newest = await other.VersionAsync(default);

        // The standby does not answer once, so that this node reads what another one has written without having looked for it.
        line.Silence();
        Assert.Equal(newest, await node.ReadRecentAsync((c, _) => VersionAsync(c), default));
        line.Speak();

        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < Rest * 1.2)
        {
            Assert.Equal(newest, await node.ReadRecentAsync((c, _) => VersionAsync(c), default));
            await Task.Delay(200);
        }

        await city.FollowAgainAsync();
        await city.UntilReadThereAsync(node);
    }

    [EngineTheory(ServersOnly = true)]
    public async Task A_standby_that_is_frozen_or_killed_is_done_without_and_found_again(DatabaseKind engine)
    {
        var city = await cities.OnAsync(engine);
        using var node = city.Node(city.ReadConnectionString);
        await city.UntilReadThereAsync(node);

        await city.Standby.FreezeAsync();
        Assert.Equal(city.Primary.Port, (await city.AskAsync(node)).Port);
        await city.Standby.ThawAsync();
        await city.UntilReadThereAsync(node);

        await city.Standby.CrashAsync();
        Assert.Equal(city.Primary.Port, (await city.AskAsync(node)).Port);
        await city.StartStandbyAsync();
        await city.UntilReadThereAsync(node);
    }

    [EngineTheory(ServersOnly = true)]
    public async Task A_standby_that_fails_is_tried_by_one_reader_in_a_while(DatabaseKind engine)
    {
        var city = await cities.OnAsync(engine);
        using var node = city.Node(city.ReadConnectionString);
        await city.UntilReadThereAsync(node);
        var tries = 0;
        var began = TimeProvider.System.GetTimestamp();

        for (var i = 0; i < 30; i++)
        {
            await node.VersionAsync(default);
            Assert.Equal(city.Primary.Port, await node.ReadRecentAsync(
                async (connection, _) =>
                {
                    var port = await city.PortAsync(connection);
                    if (port != city.Standby.Port) return port;
                    Interlocked.Increment(ref tries);
                    throw new TimeoutException();
                },
                default));
        }

        Assert.InRange(tries, 1, 1 + (int)(TimeProvider.System.GetElapsedTime(began) / Rest));
    }

    [EngineTheory(ServersOnly = true)]
    public async Task A_node_that_has_long_not_heard_of_the_primary_does_not_take_the_standby_for_new(DatabaseKind engine)
    {
        var city = await cities.OnAsync(engine);
        await using var line = new CutLine(city.Primary.Port);
        using var node = city.Node(city.ReadConnectionString, line);
        await city.UntilReadThereAsync(node);
        await line.CutAsync();

        // As long as the files may be kept anyway, the standby answers; then nobody knows how old it is.
        await Eventually.UntilAsync(async () => await Record.ExceptionAsync(() => city.AskAsync(node)) is DbException);
    }

    private static Task<long> VersionAsync(DbConnection connection) => connection.ExecuteScalarAsync<long>("SELECT version FROM board_version WHERE id = 1");

    /// <summary>An empty city on a server that has a standby.</summary>
    public sealed class Followed : IOnEngine
    {
        public DatabaseKind Engine { get; set; }

        internal string ConnectionString { get; private set; } = "";

        internal DatabaseServer Primary { get; private set; } = null!;

        internal DatabaseServer Standby { get; private set; } = null!;

        internal string ReadConnectionString => new DbConnectionStringBuilder { ConnectionString = ConnectionString, ["Port"] = Standby.Port }.ConnectionString;

        public async Task InitializeAsync()
        {
            Primary = await DatabaseServer.CreateAsync(Engine, durable: true);
            ConnectionString = await Primary.CreateDatabaseAsync();
            using (var before = Node("")) await new Migrator(before, TimeProvider.System).MigrateAsync(default);
            Standby = await Primary.FollowSynchronouslyAsync();
        }

        public async Task DisposeAsync()
        {
            await Standby.DisposeAsync();
            await Primary.DisposeAsync();
        }

        internal Database Node(string read, CutLine? line = null) => new(Options.Create(new DatabaseSettings
        {
            Engine = Engine, ConnectionString = line?.Through(ConnectionString) ?? ConnectionString, ReadConnectionString = read,
        }));

        internal static Task ChangeAsync(Database node) => node.WriteAsync(QuotaStore.TouchBoardAsync, default);

        /// <summary>Which server answers what may be old, and how old it may be.</summary>
        internal Task<(int Port, TimeSpan Age)> AskAsync(Database node) =>
            node.ReadRecentAsync(async (connection, age) => (await PortAsync(connection), age), default);

        internal Task<int> PortAsync(DbConnection connection) =>
            connection.ExecuteScalarAsync<int>(Engine == DatabaseKind.PostgreSql ? "SELECT inet_server_port()" : "SELECT @@port");

        internal Task UntilReadThereAsync(Database node) => Eventually.UntilAsync(async () =>
        {
            await node.VersionAsync(default);
            return (await AskAsync(node)).Port == Standby.Port;
        });

        /// <summary>Starts the standby again, which then is what it was.</summary>
        internal async Task StartStandbyAsync()
        {
            await Standby.StartAsync();
            // What was set there while it ran is gone with it, and the primary's commits would wait for it.
            if (Engine == DatabaseKind.MySql) await Standby.ExecuteAsync("SET GLOBAL read_only = 1; SET GLOBAL rpl_semi_sync_slave_enabled = 1; STOP SLAVE; START SLAVE");
        }

        /// <summary>The standby takes what the primary writes, and does not show it.</summary>
        internal Task HoldBackAsync() => Standby.ExecuteAsync(Engine == DatabaseKind.PostgreSql ? "SELECT pg_wal_replay_pause()" : "STOP SLAVE SQL_THREAD");

        internal Task FollowAgainAsync() => Standby.ExecuteAsync(Engine == DatabaseKind.PostgreSql ? "SELECT pg_wal_replay_resume()" : "START SLAVE SQL_THREAD");
    }
}
