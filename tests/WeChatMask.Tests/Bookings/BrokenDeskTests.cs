using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Bookings;

/// <summary>
/// Negative controls: without the guard overselling is what happens, so the race tests test something; and the schema
/// alone refuses it, should the guard ever be lost.
/// </summary>
public sealed class BrokenDeskTests
{
    private const int Repetitions = 20;

    [EngineTheory]
    public async Task A_desk_without_guard_oversells_every_time(DatabaseKind engine)
    {
        await using var broken = await BrokenDesk.CreateAsync(engine, places: 1);
        for (var i = 0; i < Repetitions; i++)
        {
            await broken.BookAtOnceAsync();

            Assert.Equal(2, await broken.ScalarAsync("SELECT COUNT(*) FROM booking"));
            Assert.Equal(1, await broken.ScalarAsync("SELECT places FROM quota"));
            // The lost update on top: two bookings stand, one is counted, and both have the same serial.
            Assert.Equal(1, await broken.ScalarAsync("SELECT taken FROM quota"));
            Assert.Equal(1, await broken.ScalarAsync("SELECT COUNT(DISTINCT serial) FROM booking"));
            await broken.ForgetAsync();
        }
    }

    [EngineTheory]
    public async Task The_schema_refuses_to_oversell(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [160]);

        var oversell = await Assert.ThrowsAnyAsync<DbException>(() => RunAsync(city, "UPDATE quota SET taken = planned + carried_in + rolled_in - rolled_out + 1"));

        Assert.Contains("ck_quota_not_oversold", oversell.Message, StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync(city, "UPDATE quota SET taken = planned"));
    }

    [EngineTheory]
    public async Task The_schema_refuses_a_serial_a_number_a_request_and_a_person_twice(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 2, [160]);
        var node = await city.AddNode().StartAsync();
        var people = await city.RegisterAsync(2);
        foreach (var person in people) await node.BookAsync(person, city.Codes[0]);

        await RefusesAsync("UPDATE booking SET serial = 1", "booking.serial", "uq_booking_serial");
        await RefusesAsync("UPDATE booking SET number = '1'", "booking.number", "uq_booking_number");
        await RefusesAsync("UPDATE booking SET account_id = 1, request_id = '1'", "booking.request_id", "uq_booking_request");
        await RefusesAsync("UPDATE person_hold SET person_hash = '1'", "person_hold", "PRIMARY");

        // An engine names the columns of the key or the key.
        async Task RefusesAsync(string statement, string column, string key)
        {
            var clash = await Assert.ThrowsAnyAsync<DbException>(() => RunAsync(city, statement));
            Assert.True(city.Database.Engine.IsUniqueClash(clash), clash.Message);
            Assert.True(clash.Message.Contains(column, StringComparison.Ordinal) || clash.Message.Contains(key, StringComparison.Ordinal), clash.Message);
        }
    }

    private static Task<int> RunAsync(DeskCity city, string statement) =>
        city.Database.WriteAsync(t => t.ExecuteAsync(statement), CancellationToken.None);

    /// <summary>What the product is not: it reads what is left, and writes later without looking again, on a table without constraints.</summary>
    private sealed class BrokenDesk : IAsyncDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-broken-").FullName;
        private readonly Barrier bothHaveRead = new(2);
        private TestDatabase home = null!;
        private Database database = null!;

        public static async Task<BrokenDesk> CreateAsync(DatabaseKind engine, int places)
        {
            var desk = new BrokenDesk();
            desk.home = await TestDatabase.CreateAsync(engine, desk.folder);
            desk.database = new Database(desk.home.Settings());
            foreach (var statement in new[]
                     {
                         "CREATE TABLE quota (places INTEGER, taken INTEGER)", "CREATE TABLE booking (person INTEGER, serial INTEGER)",
                         $"INSERT INTO quota VALUES ({places}, 0)",
                     })
            {
                await desk.RunAsync(statement);
            }

            return desk;
        }

        /// <summary>Two writers, each on a thread of its own, since they wait for each other.</summary>
        public Task BookAtOnceAsync() => Task.WhenAll(Enumerable.Range(1, 2).Select(
            person => Task.Factory.StartNew(() => BookAsync(person), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        /// <summary>Gives every place back.</summary>
        public async Task ForgetAsync()
        {
            await RunAsync("DELETE FROM booking");
            await RunAsync("UPDATE quota SET taken = 0");
        }

        public Task<long> ScalarAsync(string query) => database.ScalarAsync<long>(query);

        public async ValueTask DisposeAsync()
        {
            bothHaveRead.Dispose();
            database.Dispose();
            await home.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }

        private async Task BookAsync(int person)
        {
            long taken, places;
            await using (var connection = await database.Engine.OpenAsync(CancellationToken.None))
            {
                taken = await connection.ExecuteScalarAsync<long>("SELECT taken FROM quota");
                places = await connection.ExecuteScalarAsync<long>("SELECT places FROM quota");
            }

            Assert.True(bothHaveRead.SignalAndWait(Eventually.GiveUp), "The other writer did not come.");
            if (taken >= places) return;
            await database.WriteAsync(
                async t =>
                {
                    await t.ExecuteAsync("INSERT INTO booking VALUES (@person, @serial)", new { person, serial = taken + 1 });
                    return await t.ExecuteAsync("UPDATE quota SET taken = @taken", new { taken = taken + 1 });
                },
                CancellationToken.None);
        }

        private Task RunAsync(string statement) => database.WriteAsync(t => t.ExecuteAsync(statement), CancellationToken.None);
    }
}
