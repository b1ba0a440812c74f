using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Levers;
using WeChatMask.Notices;
using WeChatMask.Operations;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Stock;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Levers;

/// <summary>A pharmacy is withdrawn: its open bookings go to others with places and stock, each is told once, and nobody needs a new voucher.</summary>
public sealed class WithdrawTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";
    private const string Handout = "2020-02-11T09:05:00+08:00";
    private const string Round = "2020-02-10";

    [EngineTheory]
    public async Task A_hundred_and_sixty_bookings_go_to_others_and_each_is_told_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        var city = await BookAsync(host, 160);
        await host.SetClockAsync(Handout);
        using var supervisor = await host.SupervisorAsync();
        var before = (await host.SmsAsync()).Count;
        var preview = await LeverTests.PreviewAsync(supervisor, Body("LD01"));
        Assert.Equal((160, 160), (preview.GetProperty("bookings").GetInt32(), preview.GetProperty("told").GetInt32()));
        var takers = preview.GetProperty("takers").EnumerateArray().ToDictionary(t => t.Text("code"), t => t.GetProperty("bookings").GetInt32(), StringComparer.Ordinal);
        Assert.Equal([80, 80], takers.Values);

        Assert.Equal(201, (await PressAsync(supervisor, preview)).Status);
        await host.AdvanceAsync("PT10S");

        await LeverTests.AssertSoundAsync(host);
        Assert.NotNull((await supervisor.GetJsonAsync("/api/supervisor/levers")).GetProperty("levers")[0].Text("doneAt"));
        var told = (await host.SmsAsync()).Skip(before).Select(s => (Mobile: s.Text("mobile"), Body: s.Text("text"))).ToList();
        Assert.Equal(160, told.Select(t => t.Mobile).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(160, told.Count);
        Assert.All(told, t => Assert.Contains("原药店不能发放：店里进水", t.Body, StringComparison.Ordinal));
        await AssertBooksAsync(host, takers);

        // The first of them: their page names the pharmacy, and the voucher they have is good there and nowhere else.
        var (number, voucher) = city[1];
        using var phone = await host.PhoneAsync("o-1");
        var booking = await phone.GetJsonAsync($"/api/bookings/{number}");
        var at = booking.Text("pharmacyCode");
        Assert.Contains(at, takers.Keys);
        var shown = System.Net.WebUtility.HtmlDecode(await phone.GetStringAsync(new Uri($"/bookings/{number}", UriKind.Relative)));
        Assert.Contains("不能发放了，请到下面这家药店领取", shown, StringComparison.Ordinal);
        using var old = await host.ClerkAsync("LD01");
        using var here = await host.ClerkAsync(at);
        var wrong = (await old.PostAsync("/api/pharmacy/redemptions", new { voucher, requestId = "w" })).Body;
        Assert.Equal(("other_pharmacy", at), (wrong.Text("verdict"), wrong.GetProperty("pharmacy").Text("code")));
        Assert.Equal("redeemed", (await here.PostAsync("/api/pharmacy/redemptions", new { voucher, requestId = "h" })).Body.Text("verdict"));
        // Another shop that never had it says nothing of where it is.
        using var third = await host.ClerkAsync(takers.Keys.First(c => c != at));
        Assert.False((await third.PostAsync("/api/pharmacy/redemptions", new { voucher, requestId = "t" })).Body.TryGetProperty("pharmacy", out _));
        await AssertListsAsync(host, at, takers[at]);

        // Nobody books there any more; what is not collected lapses where it stands, and its place goes on there.
        await host.SetClockAsync("2020-02-11T18:00:10+08:00");
        await LeverTests.AssertSoundAsync(host);
        var places = (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies").EnumerateArray()
            .ToDictionary(p => p.Text("code"), p => p.GetProperty("carriedIn").GetInt32(), StringComparer.Ordinal);
        Assert.Equal(160 + takers[at] - 1, places[at]);
        await host.SetClockAsync("2020-02-11T19:00:05+08:00");
        using var newcomer = await host.NewResidentAsync(500);
        Assert.NotEqual(201, (await newcomer.BookAsync("LD01", "z")).Status);
        await LeverTests.AssertSoundAsync(host);
    }

    [EngineTheory]
    public async Task Killed_between_two_pharmacies_it_is_finished_by_the_next_start(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        await BookAsync(host, 100);
        await host.SetClockAsync(Handout);
        using (var supervisor = await host.SupervisorAsync())
        {
            await using var held = await host.HoldJobsAsync();
            Assert.Equal(201, (await PressAsync(supervisor, await LeverTests.PreviewAsync(supervisor, Body("LD01")))).Status);
            using var death = new CancellationTokenSource();
            var work = new DyingLeverWork(host.Get<IEnumerable<ILeverWork>>().First(w => w.Kind == LeverKind.Withdraw), death, 2);
            var store = new LeverWorkStore(host.Get<Database>(), host.Get<LeverQueries>(), [work], host.Get<CityCalendar>(), host.Get<Board>());
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.FinishAsync(death.Token));
            Assert.Contains(await MovedAsync(host), new[] { 20, 80 });
            await LeverTests.AssertSoundAsync(host);
        }

        await host.RestartAsync();
        await host.AdvanceAsync("PT10S");

        Assert.Equal(100, await MovedAsync(host));
        Assert.Empty(await host.Get<LeverQueries>().OpenAsync(CancellationToken.None));
        await LeverTests.AssertSoundAsync(host);
    }

    [EngineTheory]
    public async Task Pressed_by_two_at_once_and_carried_out_on_two_nodes_it_is_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        await BookAsync(host, 30);
        await host.SetClockAsync(Handout);
        await using var node = await host.AddNodeAsync();
        using var supervisor = await host.SupervisorAsync();
        await using var held = await host.HoldJobsAsync();
        var preview = await LeverTests.PreviewAsync(supervisor, Body("LD01"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => PressAsync(supervisor, preview, $"r{i % 3}")));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.Get<LeverWorkStore>().FinishAsync(CancellationToken.None)));

        Assert.Equal((1, 5), (answers.Count(a => a.Status == 201), answers.Count(a => a.Status == 200)));
        Assert.Equal(30, await MovedAsync(host));
        Assert.Equal(30, await ToldAsync(host));
        await LeverTests.AssertSoundAsync(host);

        // What this is worth: without the rows that say what is done, and at whom, it is done again, and that is seen.
        await ExecuteAsync(host, "DELETE FROM lever_step");
        await ExecuteAsync(host, "UPDATE lever SET done_at = NULL");
        await host.Get<LeverWorkStore>().FinishAsync(CancellationToken.None);
        Assert.Equal(30, await ToldAsync(host));
        await LeverTests.AssertSoundAsync(host);
        await ExecuteAsync(host, "UPDATE booking_move SET to_serial = NULL, moved_at = NULL WHERE from_serial <= 3");
        Assert.NotEmpty(await BrokenAsync(host));
    }

    [EngineTheory]
    public async Task Collecting_giving_back_and_sending_somebody_at_that_very_moment_each_come_out_right(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        var city = await BookAsync(host, 40);
        await host.SetClockAsync(Handout);
        using var supervisor = await host.SupervisorAsync();
        await using var held = await host.HoldJobsAsync();
        using var old = await host.ClerkAsync("LD01");
        var answers = new ConcurrentDictionary<int, string>();

        var people = Parallel.ForEachAsync(city, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (entry, _) =>
        {
            var (i, (number, _)) = entry;
            object? proxy = i % 4 == 0 ? new { name = "代领人", idNumber = People.IdNumber(900 + i) } : null;
            answers[i] = i % 5 == 1
                ? await AnnulAsync(supervisor, number)
                : (await old.PostAsync("/api/pharmacy/redemptions", new { number, idNumberLast4 = People.IdNumber(i)[^4..], proxy, requestId = $"h{i}" })).Body.Text("verdict");
        });
        var preview = await LeverTests.PreviewAsync(supervisor, Body("LD01"));
        var pressed = await PressAsync(supervisor, preview);
        await Task.WhenAll(host.Get<LeverWorkStore>().FinishAsync(CancellationToken.None), host.Get<LeverWorkStore>().FinishAsync(CancellationToken.None), people);

        Assert.Equal(201, pressed.Status);
        var stored = (await host.Get<Database>().QueryAsync<(string Number, long Status, string Code)>(
            "SELECT b.number, b.status, p.code FROM booking b JOIN pharmacy p ON p.id = b.pharmacy_id")).ToDictionary(r => r.Number, StringComparer.Ordinal);
        foreach (var (i, (number, _)) in city)
        {
            var (_, status, code) = stored[number];
            var expected = answers[i] switch
            {
                "redeemed" => (BookingStatus.Redeemed, true),
                "200" or "204" => (BookingStatus.Cancelled, code == "LD01"),
                "other_pharmacy" => (BookingStatus.Booked, false),
                var other => throw new InvalidOperationException($"{i}: {other}"),
            };
            Assert.Equal(expected, ((BookingStatus)status, code == "LD01"));
        }

        Assert.Equal(await MovedAsync(host), await ToldAsync(host));
        await LeverTests.AssertSoundAsync(host);
    }

    /// <summary>Who waits for the part that a booking stood in, and finds it at another, holds that one before anything is written.</summary>
    [EngineTheory(ServersOnly = true)]
    public async Task Who_waited_for_the_lock_while_the_booking_went_looks_again(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        var city = await BookAsync(host, 3);
        await host.SetClockAsync("2020-02-11T07:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        await using var held = await host.HoldJobsAsync();
        Assert.Equal(201, (await PressAsync(supervisor, await LeverTests.PreviewAsync(supervisor, Body("LD01")))).Status);
        var database = host.Get<Database>();
        var lever = Assert.Single(await host.Get<LeverQueries>().OpenAsync(CancellationToken.None));
        var target = await database.ScalarAsync<long>("SELECT MIN(to_pharmacy_id) FROM booking_move");
        var booking = await database.ScalarAsync<long>("SELECT id FROM booking WHERE number = @number", new { number = city[1].Number });
        var source = lever.PharmacyId!.Value;

        long held1, held2;
        await using (var mover = await database.Engine.BeginWriteAsync(default))
        {
            await host.Get<IEnumerable<ILeverWork>>().First(w => w.Kind == LeverKind.Withdraw).DoAsync(mover, lever, target);
            var cancelling = Task.Run(() => CancelAsync(host, 1, city[1].Number));
            var waiting = Task.Run(() => database.WriteAsync(async t => (await QuotaStore.LockOfAsync(t, booking)).PharmacyId, CancellationToken.None));
            // As it was: the part that was seen before the lock.
            var seen = Task.Run(() => database.WriteAsync(
                async t =>
                {
                    var at = await t.ScalarAsync<long>("SELECT pharmacy_id FROM booking WHERE id = @booking", new { booking });
                    return (await QuotaStore.LockAsync(t, lever.RoundDate, [at]))[0].PharmacyId;
                },
                CancellationToken.None));
            await Eventually.UntilAsync(() => LockOrderTests.SomebodyWaitsAsync(database, least: 3));
            Assert.False(cancelling.IsCompleted || waiting.IsCompleted || seen.IsCompleted);
            await mover.CommitAsync();
            Assert.Equal("204", await cancelling);
            (held1, held2) = (await waiting, await seen);
        }

        Assert.Equal((target, source), (held1, held2));
        Assert.Equal(target, await database.ScalarAsync<long>("SELECT pharmacy_id FROM pharmacy_round WHERE cancelled_late = 1"));
        await host.Get<LeverWorkStore>().FinishAsync(CancellationToken.None);
        await LeverTests.AssertSoundAsync(host);
    }

    [Fact]
    public async Task It_is_refused_with_what_to_do_where_the_bookings_cannot_go()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        await BookAsync(host, 2);
        using var supervisor = await host.SupervisorAsync();
        async Task<(int, string?)> RefusedAsync(object body) => LeverTests.Code(await supervisor.PostAsync("/api/supervisor/levers/preview", body));
        Assert.Equal((409, "withdraw_before_lists"), await RefusedAsync(Body("LD01")));
        Assert.Equal((422, "lever_needs_pharmacy"), await RefusedAsync(new { kind = "withdraw", date = Round }));
        Assert.Equal((404, "unknown_pharmacy"), await RefusedAsync(Body("LD99")));
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        foreach (var code in new[] { "LD02", "LD03", "LD04", "LD05" }) await StatusAsync(supervisor, code, "paused");
        Assert.Equal((409, "withdraw_no_room"), await RefusedAsync(Body("LD01")));
        foreach (var code in new[] { "LD02", "LD03", "LD04", "LD05" }) await StatusAsync(supervisor, code, "open");
        // Stock is short: one of the two comes the next day.
        using var clerk = await host.ClerkAsync("LD01");
        await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 5, requestId = "d" });
        Assert.Equal((409, "withdraw_other_days"), await RefusedAsync(Body("LD01")));
    }

    [EngineTheory]
    public async Task Stock_that_was_reported_goes_with_the_bookings_and_later_reports_add_up(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        await BookAsync(host, 2);
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        using var clerk = await host.ClerkAsync("LD01");
        Assert.Equal(201, (await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 800, requestId = "d" })).Status);
        var preview = await LeverTests.PreviewAsync(supervisor, Body("LD01"));
        var to = preview.GetProperty("takers")[0].Text("code");
        Assert.Equal(201, (await PressAsync(supervisor, preview)).Status);
        await host.AdvanceAsync("PT5S");
        await LeverTests.AssertSoundAsync(host);

        // 160 places of 5 and 2 that came: what is reported as that is as planned, and nothing follows.
        using var taker = await host.ClerkAsync(to);
        var told = (await taker.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 810, requestId = "d" })).Body;
        Assert.Equal((0, 0), (told.GetProperty("difference").GetInt32(), told.GetProperty("places").GetInt32()));
        Assert.Equal(790, await host.Get<Database>().ScalarAsync<long>("SELECT SUM(d.units) FROM delivery d JOIN pharmacy p ON p.id = d.pharmacy_id WHERE p.code = 'LD01'"));
        await LeverTests.AssertSoundAsync(host);
    }

    private static object Body(string code) => new { kind = "withdraw", date = Round, pharmacyCode = code };

    private static Task<(int Status, JsonElement Body)> PressAsync(HttpClient supervisor, JsonElement preview, string requestId = "w-1") =>
        LeverTests.PressAsync(supervisor, "withdraw", preview, "店里进水", requestId);

    private static async Task StatusAsync(HttpClient supervisor, string code, string status)
    {
        using var answer = await supervisor.PutAsJsonAsync($"/api/supervisor/pharmacies/{code}", new { status, reason = "盘点" });
        Assert.True(answer.IsSuccessStatusCode);
    }

    private static async Task<IReadOnlyDictionary<int, (string Number, string Voucher)>> BookAsync(SandboxHost host, int people)
    {
        var booked = new ConcurrentDictionary<int, (string, string)>();
        await Parallel.ForEachAsync(Enumerable.Range(1, people), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            using var phone = await host.NewResidentAsync(i);
            var (status, body) = await phone.BookAsync("LD01", "a");
            Assert.True(status == 201, body.ToString());
            var number = body.Text("number");
            booked[i] = (number, (await phone.Http.GetJsonAsync($"/api/bookings/{number}")).Text("voucher"));
        });
        return booked;
    }

    private static async Task AssertBooksAsync(SandboxHost host, Dictionary<string, int> takers)
    {
        var books = (await host.Http.GetJsonAsync($"/api/public/rounds/{Round}")).GetProperty("pharmacies").EnumerateArray().ToDictionary(p => p.Text("code"), StringComparer.Ordinal);
        int Of(string code, string name) => books[code].GetProperty(name).GetInt32();
        Assert.Equal((160, 0, 0, 160), (Of("LD01", "planned"), Of("LD01", "places"), Of("LD01", "booked"), Of("LD01", "movedOut")));
        foreach (var (code, bookings) in takers)
            Assert.Equal((160 + bookings, bookings, bookings, 160), (Of(code, "places"), Of(code, "booked"), Of(code, "movedIn"), Of(code, "left")));
    }

    /// <summary>The list that was published says where each went; the others' go on with new serials.</summary>
    private static async Task AssertListsAsync(SandboxHost host, string at, int came)
    {
        var left = (await ProvenList.ReadAsync(host, Round, "LD01")).GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(1, 160), left.Select(e => e.GetProperty("serial").GetInt32()));
        Assert.Equal(came, left.Count(e => e.GetProperty("pharmacy").Text("code") == at));
        var there = (await ProvenList.ReadAsync(host, Round, at)).GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(1, came), there.Select(e => e.GetProperty("serial").GetInt32()));
        Assert.DoesNotContain(there, e => e.TryGetProperty("pharmacy", out _));
        var page = System.Net.WebUtility.HtmlDecode(await host.Http.GetStringAsync(new Uri($"/notices/{Round}?pharmacy=LD01", UriKind.Relative)));
        Assert.Contains("店里进水", page, StringComparison.Ordinal);
        Assert.Contains("随预约转入", page, StringComparison.Ordinal);
        Assert.Contains("转到", page, StringComparison.Ordinal);
    }

    private static async Task<string> CancelAsync(SandboxHost host, int i, string number)
    {
        using var phone = await host.PhoneAsync($"o-{i}");
        using var answer = await phone.DeleteAsync(new Uri($"/api/bookings/{number}", UriKind.Relative));
        return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<string> AnnulAsync(HttpClient supervisor, string number)
    {
        using var answer = await supervisor.PostAsJsonAsync($"/api/supervisor/bookings/{number}/annul", new { reason = "重复", requestId = $"a{number}" });
        return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<int> MovedAsync(SandboxHost host) => (int)await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM booking_move WHERE moved_at IS NOT NULL");

    private static async Task<int> ToldAsync(SandboxHost host) => (int)await host.Get<Database>().ScalarAsync<long>(
        "SELECT COUNT(*) FROM outbox WHERE kind = @kind AND channel = @sms", new { kind = NoticeKind.PharmacyChanged, sms = NoticeChannel.Sms });

    private static async Task<IReadOnlyList<string>> BrokenAsync(SandboxHost host) =>
        [
            .. (await host.Get<InvariantQueries>().RunAsync(CancellationToken.None)).Where(r => r.Broken != 0).Select(r => r.Name),
            .. (await CityLog.ReadAsync(host.Get<Database>())).Faults(),
        ];

    private static Task ExecuteAsync(SandboxHost host, string sql) => host.Get<Database>().WriteAsync(t => t.ExecuteAsync(sql), CancellationToken.None);
}
