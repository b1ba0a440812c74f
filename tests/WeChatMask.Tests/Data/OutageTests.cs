using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MySqlConnector;
using Npgsql;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

/// <summary>A database that is away, told apart from an attempt that is bad.</summary>
public sealed class OutageTests
{
    private const int Rush = 400;

    // Nothing listens on the lowest port of loopback.
    private const string Nowhere = "Host=127.0.0.1;Port=1;Username=postgres;Timeout=5";

    [Theory]
    [InlineData(DatabaseKind.PostgreSql, Nowhere)]
    [InlineData(DatabaseKind.MySql, "Server=127.0.0.1;Port=1;User ID=root;Connection Timeout=5")]
    public async Task A_rush_on_a_database_that_is_away_is_answered_busy_without_trying_each_attempt(DatabaseKind engine, string nowhere)
    {
        using var database = new Database(Options.Create(new DatabaseSettings { Engine = engine, ConnectionString = nowhere }));
        var site = Options.Create(new SiteSettings());
        var calendar = new CityCalendar(site, new FakeClock(DeskCity.Opening));
        var rounds = new RoundQueries(database, new PolicyQueries(database, calendar));
        using var board = new Board(new BoardQueries(database, rounds), calendar);
        var log = new Lines();
        using var personal = new PersonalData(Options.Create(DeskCity.Secrets()));
        using var desk = new BookingDesk(database, new BookingStore(rounds, new RoundKeyStore(personal), DeskNode.Outbox(calendar)), board, calendar, site, QuietMeters.New(), new DeskTally(), log);
        // Handed in before the desk opens, so that they make one batch or two.
        var asked = Enumerable.Range(0, Rush).Select(i => desk.BookAsync(new BookingRequest(i, i, "P001", i.ToString(CultureInfo.InvariantCulture)))).ToList();

        await desk.StartAsync(CancellationToken.None);
        var answers = await Task.WhenAll(asked);
        await desk.StopAsync(CancellationToken.None);

        Assert.All(answers, a => Assert.Equal(Refusal.Busy, a.Refusal));
        Assert.InRange(log.Written.Count, 1, 1 + (Rush / site.Value.DeskBatch));
    }

    [Fact]
    public void A_full_disk_a_lost_connection_and_a_standby_are_outages_and_a_lost_race_is_none()
    {
        var sqlite = new SqliteEngine($"Data Source={Path.Combine(Path.GetTempPath(), "unused.db")}");
        using var postgres = new PostgreSqlEngine(Nowhere);

        Assert.All(Sqlite(5, 6, 8, 10, 13, 14), e => Assert.True(sqlite.IsOutage(e)));
        Assert.All(Sqlite(1, 19), e => Assert.False(sqlite.IsOutage(e)));
        Assert.True(postgres.IsOutage(new NpgsqlException("Exception while reading from stream")));
        Assert.All(Postgres("08006", "57P01", "57P03", "53100", "53300", "25006"), e => Assert.True(postgres.IsOutage(e)));
        Assert.All(Postgres("23505", "40P01", "40001", "42P01", "23514"), e => Assert.False(postgres.IsOutage(e)));
        sqlite.Dispose();
        // Its driver lets nobody make its exceptions, so these are their codes: none, a broken line, out of time, and the server's own.
        Assert.All((int?[])[null, 0, -1, 1021, 1026, 1040, 1042, 1047, 1053, 1114, 1180, 1203, 1226, 1290, 1317, 1836, 1927, 3169], n => Assert.True(MySqlErrors.IsOutage((MySqlErrorCode?)n)));
        Assert.All((int?[])[1062, 1064, 1205, 1213, 4025], n => Assert.False(MySqlErrors.IsOutage((MySqlErrorCode?)n)));
    }

    private static IEnumerable<DbException> Sqlite(params int[] codes) => codes.Select(c => new SqliteException("", c));

    private static IEnumerable<DbException> Postgres(params string[] states) => states.Select(s => new PostgresException("", "ERROR", "ERROR", s));

    private sealed class Lines : ILogger<BookingDesk>
    {
        public ConcurrentQueue<string> Written { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue(formatter(state, exception));
    }
}
