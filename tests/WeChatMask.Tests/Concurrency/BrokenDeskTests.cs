using Microsoft.Data.Sqlite;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Concurrency;

/// <summary>
/// Negative controls: without the guard overselling is what happens, so the race tests test something; and the schema
/// alone refuses it, should the guard ever be lost.
/// </summary>
public sealed class BrokenDeskTests
{
    private const int Repetitions = 20;

    [Fact]
    public async Task A_desk_without_guard_oversells_every_time()
    {
        for (var i = 0; i < Repetitions; i++)
        {
            await using var broken = await BrokenDesk.CreateAsync(places: 1);

            await broken.BookAtOnceAsync();

            Assert.Equal(2, await broken.ScalarAsync("SELECT COUNT(*) FROM booking"));
            Assert.Equal(1, await broken.ScalarAsync("SELECT places FROM quota"));
            // The lost update on top: two bookings stand, one is counted, and both have the same serial.
            Assert.Equal(1, await broken.ScalarAsync("SELECT taken FROM quota"));
            Assert.Equal(1, await broken.ScalarAsync("SELECT COUNT(DISTINCT serial) FROM booking"));
        }
    }

    [Fact]
    public async Task The_schema_refuses_to_oversell()
    {
        await using var city = await DeskCity.CreateAsync(1, [160]);

        var oversell = await Assert.ThrowsAsync<SqliteException>(() => RunAsync(city, "UPDATE quota SET taken = planned + carried_in + rolled_in - rolled_out + 1"));

        Assert.Contains("ck_quota_not_oversold", oversell.Message, StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync(city, "UPDATE quota SET taken = planned"));
    }

    [Fact]
    public async Task The_schema_refuses_a_serial_a_number_a_request_and_a_person_twice()
    {
        await using var city = await DeskCity.CreateAsync(2, [160]);
        var node = await city.AddNode().StartAsync();
        var people = await city.RegisterAsync(2);
        foreach (var person in people) await node.BookAsync(person, city.Codes[0]);

        await RefusesAsync("UPDATE booking SET serial = 1", "booking.serial");
        await RefusesAsync("UPDATE booking SET number = '1'", "booking.number");
        await RefusesAsync("UPDATE booking SET request_key = '1'", "booking.request_key");
        await RefusesAsync("UPDATE person_hold SET person_hash = '1'", "person_hold.person_hash");

        async Task RefusesAsync(string statement, string column)
        {
            var clash = await Assert.ThrowsAsync<SqliteException>(() => RunAsync(city, statement));
            Assert.Contains(column, clash.Message, StringComparison.Ordinal);
        }
    }

    private static Task<int> RunAsync(DeskCity city, string statement) =>
        city.Database.WriteAsync(t => t.ExecuteAsync(statement), CancellationToken.None);

    /// <summary>What the product is not: it reads what is left, and writes later without looking again, on a table without constraints.</summary>
    private sealed class BrokenDesk : IAsyncDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-broken-").FullName;
        private readonly Barrier bothHaveRead = new(2);

        private string ConnectionString => $"Data Source={Path.Combine(folder, "broken.db")}";

        public static async Task<BrokenDesk> CreateAsync(int places)
        {
            var desk = new BrokenDesk();
            await using var connection = await desk.OpenAsync();
            await RunAsync(connection, "CREATE TABLE quota (places INTEGER, taken INTEGER); CREATE TABLE booking (person INTEGER, serial INTEGER)");
            await RunAsync(connection, $"INSERT INTO quota VALUES ({places}, 0)");
            return desk;
        }

        /// <summary>Two writers, each on a thread of its own, since they wait for each other.</summary>
        public Task BookAtOnceAsync() => Task.WhenAll(Enumerable.Range(1, 2).Select(
            person => Task.Factory.StartNew(() => BookAsync(person), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        public async Task<long> ScalarAsync(string query)
        {
            await using var connection = await OpenAsync();
            return await ScalarAsync(connection, query);
        }

        public ValueTask DisposeAsync()
        {
            bothHaveRead.Dispose();
            Directory.Delete(folder, recursive: true);
            return ValueTask.CompletedTask;
        }

        private async Task BookAsync(int person)
        {
            await using var connection = await OpenAsync();
            var taken = await ScalarAsync(connection, "SELECT taken FROM quota");
            var isFree = taken < await ScalarAsync(connection, "SELECT places FROM quota");
            Assert.True(bothHaveRead.SignalAndWait(TimeSpan.FromSeconds(30)), "The other writer did not come.");
            if (!isFree) return;
            await RunAsync(connection, $"BEGIN IMMEDIATE; INSERT INTO booking VALUES ({person}, {taken + 1}); UPDATE quota SET taken = {taken + 1}; COMMIT");
        }

        private async Task<SqliteConnection> OpenAsync()
        {
            var connection = new SqliteConnection(ConnectionString);
            await connection.OpenAsync();
            return connection;
        }

        private static async Task RunAsync(SqliteConnection connection, string statements)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = statements;
            await command.ExecuteNonQueryAsync();
        }

        private static async Task<long> ScalarAsync(SqliteConnection connection, string query)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = query;
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }
}
