using System.Data.Common;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Stock;

/// <summary>Who needs a pharmacy's parts of several days takes the earliest first: while it waits for that one, it has no later one.</summary>
public sealed class LockOrderTests
{
    private static readonly DateOnly First = new(2020, 2, 10);

    [EngineTheory(ServersOnly = true)]
    public async Task A_report_of_stock_takes_the_earlier_day_first(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        await BookAsync(host, 0, "2020-02-10T19:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        Assert.Equal(1, (await DeliverAsync(clerk, "2020-02-11", 0)).Body.Figure("moved"));
        await host.SetClockAsync("2020-02-12T08:00:00+08:00");

        // The one that moved here from the day before is moved on.
        var report = await MeetAsync(host, held: First, () => DeliverAsync(clerk, "2020-02-12", 0), later: First.AddDays(1));

        Assert.Equal((201, 1), (report.Status, report.Body.Figure("moved")));
        await host.AssertSoundAsync();
    }

    [EngineTheory(ServersOnly = true)]
    public async Task Publishing_takes_the_earlier_day_first(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        await BookAsync(host, 0, "2020-02-10T19:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        Assert.Equal(1, (await DeliverAsync(clerk, "2020-02-11", 0)).Body.Figure("moved"));
        await host.SetClockAsync("2020-02-11T20:00:00+08:00");
        await DeliverAsync(clerk, "2020-02-12", 0);

        await MeetAsync(host, held: First, () => host.SetClockAsync("2020-02-11T22:01:00+08:00"), later: First.AddDays(1));

        await host.AssertSoundAsync();
    }

    [EngineTheory(ServersOnly = true)]
    public async Task Hand_overs_told_after_a_lapse_take_all_days_in_their_order(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        var lapsed = await BookAsync(host, 0, "2020-02-10T19:00:00+08:00");
        var waiting = await BookAsync(host, 1, "2020-02-12T19:00:00+08:00");
        await host.SetClockAsync("2020-02-13T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        object Told(string number, int person, string at) => new { requestId = number, number, idNumberLast4 = People.IdNumber(person)[^4..], handedOverAt = at };
        object[] handOvers = [Told(waiting, 1, "2020-02-13T09:30:00+08:00"), Told(lapsed, 0, "2020-02-11T10:00:00+08:00")];

        // The place of the lapsed one went to the day between.
        var (status, told) = await MeetAsync(
            host, held: First.AddDays(1), () => clerk.PostAsync("/api/pharmacy/redemptions/settle", new { handOvers }), later: First.AddDays(2));

        Assert.Equal(200, status);
        Assert.Equal(["settled", "settled"], told.GetProperty("handOvers").EnumerateArray().Select(h => h.Text("outcome")));
        await host.AssertSoundAsync();
    }

    [EngineTheory(ServersOnly = true)]
    public async Task Who_takes_the_later_day_first_is_noticed(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-11T18:59:00+08:00", engine: engine);
        var database = host.Get<Database>();
        var pharmacy = await database.ScalarAsync<long>("SELECT id FROM pharmacy WHERE code = 'LD01'");
        var today = new DateOnly(2020, 2, 11);

        await Assert.ThrowsAnyAsync<DbException>(() => MeetAsync(
            host,
            held: today,
            async () =>
            {
                await database.WriteAsync(
                    async t =>
                    {
                        await QuotaStore.LockAsync(t, today.AddDays(1), [pharmacy]);
                        await QuotaStore.LockAsync(t, today, [pharmacy]);
                    },
                    default);
                return 0;
            },
            later: today.AddDays(1)));
    }

    [EngineTheory(ServersOnly = true)]
    public async Task Who_waits_at_the_desk_while_the_pharmacy_stops_gets_no_place(DatabaseKind engine)
    {
        foreach (var status in new[] { PharmacyStatus.Paused, PharmacyStatus.Withdrawn })
        {
            await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
            using var phone = await host.NewResidentAsync(0);
            await host.SetClockAsync("2020-02-10T19:00:00+08:00");
            var database = host.Get<Database>();
            await using var jobs = await host.HoldJobsAsync();
            var pharmacy = await database.ScalarAsync<long>("SELECT id FROM pharmacy WHERE code = 'LD01'");
            await using var holder = await database.Engine.BeginWriteAsync(default);
            await QuotaStore.LockAsync(holder, First, [pharmacy]);
            var booking = Task.Run(() => phone.BookAsync("LD01", "a"));
            await Eventually.UntilAsync(async () => booking.IsCompleted || await SomebodyWaitsAsync(database));
            Assert.False(booking.IsCompleted);

            await holder.ExecuteAsync("UPDATE pharmacy SET status = @status WHERE id = @pharmacy", new { status, pharmacy });
            await holder.CommitAsync();

            var (answer, body) = await booking.WaitAsync(Eventually.GiveUp);
            Assert.Equal(409, answer);
            Assert.Equal("pharmacy_paused", body.Text("code"));
        }
    }

    private static async Task<string> BookAsync(SandboxHost host, int person, string at)
    {
        using var phone = await host.NewResidentAsync(person);
        await host.SetClockAsync(at);
        var (status, booking) = await phone.BookAsync("LD01", "a");
        Assert.Equal(201, status);
        return booking.Text("number");
    }

    private static Task<(int Status, JsonElement Body)> DeliverAsync(HttpClient clerk, string date, int units) =>
        clerk.PostAsync("/api/pharmacy/deliveries", new { date, units, requestId = date });

    /// <summary>Holds one day's part while something else runs; when that waits for it, a later day's part must be free.</summary>
    private static async Task<T> MeetAsync<T>(SandboxHost host, DateOnly held, Func<Task<T>> run, DateOnly later)
    {
        var database = host.Get<Database>();
        var pharmacy = await database.ScalarAsync<long>("SELECT id FROM pharmacy WHERE code = 'LD01'");
        await using var jobs = await host.HoldJobsAsync();
        var holder = await database.Engine.BeginWriteAsync(default);
        await QuotaStore.LockAsync(holder, held, [pharmacy]);
        var running = Task.Run(run);
        try
        {
            await Eventually.UntilAsync(async () => running.IsCompleted || await SomebodyWaitsAsync(database));
            Assert.False(running.IsCompleted);
            await using var probe = await database.Engine.BeginWriteAsync(default);
            await probe.ScalarAsync<long>(
                "SELECT pharmacy_id FROM pharmacy_round WHERE round_date = @later AND pharmacy_id = @pharmacy FOR UPDATE NOWAIT", new { later, pharmacy });
        }
        finally
        {
            await holder.DisposeAsync();
            await running.WaitAsync(Eventually.GiveUp);
        }

        return await running;
    }

    internal static async Task<bool> SomebodyWaitsAsync(Database database, int least = 1)
    {
        if (database.Engine is PostgreSqlEngine)
            return await database.ScalarAsync<long>("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") >= least;
        // The server makes this table anew only when it was not read for a tenth of a second.
        await Task.Delay(200);
        return await database.ScalarAsync<long>(
            """
            SELECT COUNT(*)
              FROM information_schema.innodb_trx t
              JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
             WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()
            """) >= least;
    }
}
