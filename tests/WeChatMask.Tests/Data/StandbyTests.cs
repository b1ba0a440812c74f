using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Options;
using MySqlConnector;
using Npgsql;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

/// <summary>A city that asked for a second disk is told yes only when both have it.</summary>
public sealed class StandbyTests
{
    private const string Insert = "INSERT INTO promise (id) VALUES (@id)";

    [Theory]
    [InlineData(DatabaseKind.PostgreSql)]
    [InlineData(DatabaseKind.MySql)]
    public async Task Nobody_is_told_yes_while_the_standby_is_silent(DatabaseKind engine)
    {
        await using var city = await City.CreateAsync(engine);
        await city.WriteAsync(1);
        await city.Standby.FreezeAsync();

        // Negative control: a driver that calls the waiting commit off is told that it is done.
        Assert.Null(await Record.ExceptionAsync(() => city.WriteAsAnybodyAsync(2)));

        var outage = await Assert.ThrowsAnyAsync<DbException>(() => city.WriteAsync(3));
        Assert.True(city.Database.Engine.IsOutage(outage), outage.ToString());
        Assert.False(city.Database.Engine.MayRetry(outage));
        await city.Standby.ThawAsync();
        await Eventually.UntilAsync(async () => await Record.ExceptionAsync(() => city.WriteAsync(Random.Shared.NextInt64(100, long.MaxValue))) is null);
    }

    [Fact]
    public async Task A_commit_that_an_administrator_calls_off_while_it_waits_for_the_standby_is_an_outage()
    {
        await using var city = await City.CreateAsync(DatabaseKind.PostgreSql, ";Command Timeout=60");
        await city.Standby.FreezeAsync();
        var write = city.WriteAsync(1);
        await Eventually.UntilAsync(async () =>
        {
            await city.Primary.ExecuteAsync("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
            return write.IsCompleted;
        });

        await Assert.ThrowsAsync<ConnectionLostException>(() => write);
    }

    [Fact]
    public async Task A_server_that_gave_its_standby_up_and_goes_on_alone_confirms_nothing()
    {
        await using var city = await City.CreateAsync(DatabaseKind.MySql, ";Default Command Timeout=60");
        await city.Primary.ExecuteAsync("SET GLOBAL rpl_semi_sync_master_timeout = 100");
        await city.Standby.FreezeAsync();

        Assert.Null(await Record.ExceptionAsync(() => city.WriteAsAnybodyAsync(1)));

        await Assert.ThrowsAsync<ConnectionLostException>(() => city.WriteAsync(2));
        // Not only the one that found out: everybody until the standby is there again.
        await Assert.ThrowsAsync<ConnectionLostException>(() => city.WriteAsync(3));
    }

    private sealed class City(DatabaseServer primary, DatabaseServer standby, string connectionString, Database database) : IAsyncDisposable
    {
        public DatabaseServer Primary => primary;

        public DatabaseServer Standby => standby;

        public Database Database => database;

        public static async Task<City> CreateAsync(DatabaseKind engine, string? more = null)
        {
            var primary = await DatabaseServer.CreateAsync(engine, durable: true);
            var connectionString = await primary.CreateDatabaseAsync() + (more ?? (engine == DatabaseKind.MySql ? ";Default Command Timeout=1" : ";Command Timeout=1"));
            var settings = Options.Create(new DatabaseSettings { Engine = engine, ConnectionString = connectionString });
            using (var before = new Database(settings))
                await before.WriteAsync(t => t.ExecuteAsync(before.Engine.Translate("CREATE TABLE promise (id {long} NOT NULL PRIMARY KEY)")), default);
            var standby = await primary.FollowSynchronouslyAsync();
            // A node that was there before would notice the standby within seconds.
            return new City(primary, standby, connectionString, new Database(settings));
        }

        public Task WriteAsync(long id) => database.WriteAsync(t => t.ExecuteAsync(Insert, new { id }), default);

        // The drivers as they come.
        public async Task WriteAsAnybodyAsync(long id)
        {
            await using DbConnection connection = database.Engine is MySqlEngine ? new MySqlConnection(connectionString) : new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync(Insert, new { id }, transaction);
            await transaction.CommitAsync();
        }

        public async ValueTask DisposeAsync()
        {
            database.Dispose();
            await standby.ThawAsync();
            await standby.DisposeAsync();
            await primary.DisposeAsync();
        }
    }
}
