using System.Globalization;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Stock;

/// <summary>What follows when a delivery is not what was planned, or something is lost.</summary>
public sealed class StockTests
{
    [EngineTheory]
    public async Task Who_cannot_be_served_comes_the_next_day_with_first_call_and_is_told_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        var city = await Evening.AsAsync(host, "LD01", 3);
        using var clerk = await host.ClerkAsync("LD01");
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");

        // Two of the three bookings of 5 can be served; the plan was 160 places of 5.
        var (status, told) = await DeliverAsync(clerk, "2020-02-11", 10, "d1");
        Assert.Equal((201, -790, -158, 1), (status, told.Figure("difference"), told.Figure("places"), told.Figure("moved")));
        (status, told) = await DeliverAsync(clerk, "2020-02-11", 10, "d1");
        Assert.Equal((200, -158), (status, told.Figure("places")));
        await host.AssertSoundAsync();

        Assert.Equal(["2020-02-11", "2020-02-11", "2020-02-12"], await city.PickupDatesAsync());
        var moved = await city.BookingAsync(2);
        Assert.Equal("booked", moved.GetProperty("status").GetString());
        Assert.StartsWith("2020-02-12T09:00", moved.GetProperty("slot").GetProperty("startsAt").GetString(), StringComparison.Ordinal);
        await host.AdvanceAsync("PT5S");
        Assert.Equal("1,1,2", await city.SmsCountsAsync());
        Assert.Contains("2月12日", (await host.SmsAsync(People.Mobile(2)))[^1].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal((160, -158, 2), Plan(await host.BooksAsync("2020-02-11", "LD01")));

        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        Assert.Equal("redeemed", await city.HandOverAsync(clerk, 0));
        Assert.Equal("not_yet", await city.HandOverAsync(clerk, 2));
        // A phone without a network is told so too.
        Assert.Equal(
            [
                $"{city.Numbers[0]} redeemed 02-11T09:00/02-11T18:00", $"{city.Numbers[1]} booked 02-11T09:00/02-11T18:00",
                $"{city.Numbers[2]} booked 02-12T09:00/02-12T18:00",
            ],
            await TakenAlongAsync(clerk));
        await host.SetClockAsync("2020-02-11T18:00:00+08:00");
        Assert.Equal(["redeemed", "lapsed", "booked"], await city.StatusesAsync());
        // 157 nobody booked, one not collected, 158 that never came: the plan is whole again.
        var next = await host.BooksAsync("2020-02-11", "LD01");
        Assert.Equal((160, 0, 160), Plan(next));
        var from = Assert.Single(next.GetProperty("carriedFrom").EnumerateArray());
        Assert.Equal((157, 1, 0, -158), (from.Figure("left"), from.Figure("lapsed"), from.Figure("cancelled"), from.Figure("difference")));
        await host.AssertSoundAsync();

        await host.SetClockAsync("2020-02-11T22:01:00+08:00");
        Assert.Equal(city.Numbers[2], Csv(await clerk.GetStringAsync(new Uri("/pharmacy/lists/2020-02-11.csv", UriKind.Relative)))[1][1]);
        var listed = (await host.Http.GetJsonAsync("/api/public/rounds/2020-02-10/list?pharmacy=LD01")).GetProperty("entries");
        Assert.Equal("2020-02-12", listed[2].GetProperty("movedTo").GetString());
        await host.SetClockAsync("2020-02-12T09:10:00+08:00");
        Assert.Equal("redeemed", await city.HandOverAsync(clerk, 2));
        await host.SetClockAsync("2020-02-12T18:00:00+08:00");
        Assert.Equal(2, (await host.BooksAsync("2020-02-10", "LD01")).Figure("redeemed"));
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task Who_had_to_leave_may_come_the_same_day_when_the_goods_come_after_all_and_the_next_day_too(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        var city = await Evening.AsAsync(host, "LD01", 4);
        using var clerk = await host.ClerkAsync("LD01");
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        Assert.Equal(4, (await DeliverAsync(clerk, "2020-02-11", 4, "d1")).Body.Figure("moved"));

        // 14 are there now: two of 5 can be served, in the order of their serials, and a third can not.
        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        var (_, told) = await DeliverAsync(clerk, "2020-02-11", 10, "d2");
        Assert.Equal((0, 2), (told.Figure("moved"), told.Figure("returned")));
        Assert.Equal(["2020-02-11", "2020-02-11", "2020-02-12", "2020-02-12"], await city.PickupDatesAsync());
        Assert.StartsWith("2020-02-11T10:00", (await city.BookingAsync(0)).GetProperty("slot").GetProperty("startsAt").GetString(), StringComparison.Ordinal);
        await host.AssertSoundAsync();
        await host.AdvanceAsync("PT5S");
        Assert.Equal("3,3,2,2", await city.SmsCountsAsync());
        var text = (await host.SmsAsync(People.Mobile(0)))[^1].GetProperty("text").GetString();
        Assert.Contains("2月11日 10:00-10:30", text, StringComparison.Ordinal);
        Assert.Contains("2月12日也可以领取", text, StringComparison.Ordinal);
        var list = Csv(await clerk.GetStringAsync(new Uri("/pharmacy/lists/2020-02-10.csv", UriKind.Relative)));
        Assert.Equal(5, list.Length);
        Assert.Contains("当天或02-12都可领", list[1][^1], StringComparison.Ordinal);
        Assert.False((await host.Http.GetJsonAsync("/api/public/rounds/2020-02-10/list?pharmacy=LD01")).GetProperty("entries")[0].TryGetProperty("movedTo", out _));

        var chat = (await host.Http.PostAsync("/sandbox/phones/o-1/messages", new { type = "text", content = "查询" })).Body.GetProperty("reply").GetProperty("content").GetString();
        Assert.Contains("2月12日也可以领取", chat, StringComparison.Ordinal);
        using (var one = await host.PhoneAsync("o-1"))
            Assert.Contains("补货已到", await one.GetStringAsync(new Uri($"/bookings/{city.Numbers[1]}", UriKind.Relative)), StringComparison.Ordinal);

        // One comes at once, one only the next day, as first told; the shelf never owes more than it holds.
        Assert.Equal("redeemed", await city.HandOverAsync(clerk, 0));
        Assert.Equal("not_yet", await city.HandOverAsync(clerk, 2));
        await host.SetClockAsync("2020-02-11T18:30:00+08:00");
        Assert.Equal(["redeemed", "booked", "booked", "booked"], await city.StatusesAsync());
        await host.AssertSoundAsync();
        // Of the 9 that are left, 5 are spoken for; with 5 more the next day one of the two that wait for it is served.
        await host.SetClockAsync("2020-02-12T08:30:00+08:00");
        Assert.Equal(1, (await DeliverAsync(clerk, "2020-02-12", 1, "d3")).Body.Figure("moved"));
        await host.SetClockAsync("2020-02-12T09:30:00+08:00");
        // A phone without a network serves both too: who was called back, and who waits for this day anyway. It also knows who has
        // been, and who comes a day later still.
        Assert.Equal("not_yet", await city.HandOverAsync(clerk, 3));
        Assert.Equal(
            [
                $"{city.Numbers[0]} redeemed 02-11T09:00/02-12T18:00", $"{city.Numbers[1]} booked 02-11T09:00/02-12T18:00",
                $"{city.Numbers[3]} booked 02-13T09:00/02-13T18:00", $"{city.Numbers[2]} booked 02-12T09:00/02-12T18:00",
            ],
            await TakenAlongAsync(clerk));
        Assert.Equal("redeemed", await city.HandOverAsync(clerk, 1));
        Assert.Equal("redeemed", await city.HandOverAsync(clerk, 2));
        await host.AssertSoundAsync();
        await host.SetClockAsync("2020-02-13T18:30:00+08:00");
        Assert.Equal(["redeemed", "redeemed", "redeemed", "lapsed"], await city.StatusesAsync());
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task Goods_that_come_too_late_or_go_again_bring_nobody_back_for_nothing(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        var city = await Evening.AsAsync(host, "LD01", 2);
        using var clerk = await host.ClerkAsync("LD01");
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        Assert.Equal(1, (await DeliverAsync(clerk, "2020-02-11", 5, "d1")).Body.Figure("moved"));
        // More is awaited: until it is known how much comes, nobody is called.
        Assert.Equal(0, (await DeliverAsync(clerk, "2020-02-11", 5, "d2", moreComing: true)).Body.Figure("returned"));
        Assert.Equal(1, (await DeliverAsync(clerk, "2020-02-11", 1, "d3")).Body.Figure("returned"));
        // What came is spoilt again: the same person leaves for the next day once more, and is told once more.
        Assert.Equal(1, (await LoseAsync(clerk, 5, "l1")).Body.Figure("moved"));
        await host.AdvanceAsync("PT5S");
        Assert.Equal("1,4", await city.SmsCountsAsync());
        await host.AssertSoundAsync();

        await host.SetClockAsync("2020-02-11T17:00:01+08:00");
        Assert.Equal(0, (await DeliverAsync(clerk, "2020-02-11", 50, "d4")).Body.Figure("returned"));
        Assert.Equal(["2020-02-11", "2020-02-12"], await city.PickupDatesAsync());
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task A_moved_booking_lapses_or_is_given_back_on_its_own_day(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        var city = await Evening.AsAsync(host, "LD01", 3);
        using var clerk = await host.ClerkAsync("LD01");
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        Assert.Equal(3, (await DeliverAsync(clerk, "2020-02-11", 0, "d1")).Body.Figure("moved"));

        await host.SetClockAsync("2020-02-12T08:59:00+08:00");
        Assert.Equal(["booked", "booked", "booked"], await city.StatusesAsync());
        Assert.Equal(204, await city.CancelAsync(0));
        await host.SetClockAsync("2020-02-12T09:00:00+08:00");
        Assert.Equal(409, await city.CancelAsync(1));
        await host.AssertSoundAsync();

        // The next morning's delivery is short too: who moved already has the first call on it.
        Assert.Equal(1, (await DeliverAsync(clerk, "2020-02-12", 5, "d2")).Body.Figure("moved"));
        Assert.Equal("2020-02-13", (await city.BookingAsync(2)).GetProperty("pickupDate").GetString());
        Assert.Equal("2020-02-12", (await city.BookingAsync(1)).GetProperty("pickupDate").GetString());
        await host.AdvanceAsync("PT5S");
        Assert.Equal("2,2,3", await city.SmsCountsAsync());

        await host.SetClockAsync("2020-02-12T18:00:00+08:00");
        Assert.Equal(["cancelled", "lapsed", "booked"], await city.StatusesAsync());
        await host.SetClockAsync("2020-02-13T18:00:00+08:00");
        Assert.Equal(["cancelled", "lapsed", "lapsed"], await city.StatusesAsync());
        var first = await host.BooksAsync("2020-02-10", "LD01");
        Assert.Equal((0, 2, 1, 160), (first.Figure("booked"), first.Figure("lapsed"), first.Figure("cancelled"), first.Figure("carriedOut")));
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task More_than_planned_is_spread_over_the_next_evenings_windows(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-02T20:01:00+08:00", engine: engine);
        using var clerk = await host.ClerkAsync("CZ001");
        await host.SetClockAsync("2020-02-03T08:30:00+08:00");

        // 73 more than 500 are 7 places of 10; 3 stay on the shelf.
        var (status, told) = await DeliverAsync(clerk, "2020-02-03", 573, "d1");

        Assert.Equal((201, 73, 7), (status, told.Figure("difference"), told.Figure("places")));
        var books = await host.BooksAsync("2020-02-03", "CZ001");
        Assert.Equal((50, 7, 57), Plan(books));
        Assert.Equal([12, 12, 11, 11, 11], books.GetProperty("windows").EnumerateArray().Select(w => w.Figure("places")));
        Assert.Equal(7, (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies")[0].Figure("carriedIn"));
        await host.SetClockAsync("2020-02-03T17:00:00+08:00");
        Assert.Equal([22, 22, 21, 21, 21], (await host.BooksAsync("2020-02-03", "CZ001")).GetProperty("windows").EnumerateArray().Select(w => w.Figure("places")));
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task What_is_lost_or_still_to_come_is_settled_once_and_nothing_goes_below_the_shelf(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        var city = await Evening.AsAsync(host, "LD01", 3);
        using var clerk = await host.ClerkAsync("LD01");
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");

        // The first van brings 10 and another is awaited: nobody moves, nothing is posted.
        var (status, told) = await DeliverAsync(clerk, "2020-02-11", 10, "van-1", moreComing: true);
        Assert.Equal((201, 0, 0), (status, told.Figure("places"), told.Figure("moved")));
        (_, told) = await DeliverAsync(clerk, "2020-02-11", 788, "van-2");
        Assert.Equal((798, -1, 0), (told.Figure("delivered"), told.Figure("places"), told.Figure("moved")));
        Assert.Equal(159, (await host.BooksAsync("2020-02-11", "LD01")).Figure("places"));

        // 2 and 3 missing are one place; another 3 are a second one.
        (status, told) = await LoseAsync(clerk, 3, "l1");
        Assert.Equal((201, 3, -1), (status, told.Figure("lost"), told.Figure("places")));
        (_, told) = await LoseAsync(clerk, 3, "l2");
        Assert.Equal((6, -2), (told.Figure("lost"), told.Figure("places")));
        Assert.Equal(158, (await host.BooksAsync("2020-02-11", "LD01")).Figure("places"));

        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        Assert.Equal("redeemed", await city.HandOverAsync(clerk, 0));
        // 798 came, 6 were lost, 5 are handed over: 787 are there.
        (status, told) = await LoseAsync(clerk, 788, "l3");
        Assert.Equal((409, "stock_too_low"), (status, told.Code()));
        // With 781 more gone there are 6 left: the earlier of the two that wait is served, the later one moves.
        // Nearly all of a plan lost is for a supervisor to believe; nobody moves before that.
        (status, told) = await LoseAsync(clerk, 781, "l4");
        Assert.Equal((202, 0), (status, told.Figure("moved")));
        using var supervisor = await host.SupervisorAsync();
        Assert.Equal(204, await HeldReportTests.AgreeAsync(supervisor));
        (status, told) = await LoseAsync(clerk, 781, "l4");
        Assert.Equal((200, 787), (status, told.Figure("lost")));
        Assert.Equal(["2020-02-11", "2020-02-11", "2020-02-12"], await city.PickupDatesAsync());
        Assert.Equal(422, (await LoseAsync(clerk, 0, "l5")).Status);
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task A_van_that_never_came_is_settled_when_pickup_ends(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        using var clerk = await host.ClerkAsync("LD01");
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        await DeliverAsync(clerk, "2020-02-11", 700, "van-1", moreComing: true);

        await host.SetClockAsync("2020-02-11T18:00:00+08:00");

        Assert.Equal((160, 140, 300), Plan(await host.BooksAsync("2020-02-11", "LD01")));
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task A_lack_larger_than_the_next_plan_waits_for_the_round_after(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        await Evening.AsAsync(host, "LD01", 1);
        using var clerk = await host.ClerkAsync("LD01");
        using var supervisor = await host.SupervisorAsync();
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        await DeliverAsync(clerk, "2020-02-11", 0, "d1");
        Assert.Equal((160, -160, 0), Plan(await host.BooksAsync("2020-02-11", "LD01")));

        // The next round is planned anew with fewer places than are lacking.
        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-11";
        policy["quotas"]!["*"] = new System.Text.Json.Nodes.JsonArray(100);
        Assert.Equal(201, (await Policies.AddAsync(supervisor, policy)).Status);

        Assert.Equal((100, -100, 0), Plan(await host.BooksAsync("2020-02-11", "LD01")));
        Assert.Equal((100, -60, 40), Plan(await host.BooksAsync("2020-02-12", "LD01")));
        await host.AssertSoundAsync();
    }

    private static (int Planned, int CarriedIn, int Places) Plan(JsonElement books) =>
        (books.Figure("planned"), books.Figure("carriedIn"), books.Figure("places"));

    [EngineTheory]
    public async Task Whose_late_hand_over_was_taken_back_may_have_to_leave_again_and_give_up(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        var city = await Evening.AsAsync(host, "LD01", 2);
        using var clerk = await host.ClerkAsync("LD01");
        using var supervisor = await host.SupervisorAsync();
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        Assert.Equal(2, (await DeliverAsync(clerk, "2020-02-11", 4, "d1")).Body.Figure("moved"));
        await host.SetClockAsync("2020-02-12T09:10:00+08:00");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("redeemed", await city.HandOverAsync(clerk, i));
            var (_, voided) = await supervisor.PostAsync($"/api/supervisor/redemptions/{city.Numbers[i]}/void", new { reason = "-" });
            Assert.Equal("booked", voided.Text("status"));
        }

        Assert.Equal(2, (await DeliverAsync(clerk, "2020-02-12", 0, "d2")).Body.Figure("moved"));
        Assert.Equal(204, await city.CancelAsync(0));
        await host.SetClockAsync("2020-02-13T09:10:00+08:00");
        Assert.Equal("redeemed", await city.HandOverAsync(clerk, 1));

        await host.SetClockAsync("2020-02-13T18:01:00+08:00");
        Assert.Equal(["cancelled", "redeemed"], await city.StatusesAsync());
        await host.AssertSoundAsync();
    }

    private static Task<(int Status, JsonElement Body)> DeliverAsync(HttpClient clerk, string date, int units, string requestId, bool moreComing = false) =>
        clerk.PostAsync("/api/pharmacy/deliveries", new { date, units, requestId, moreComing });

    private static Task<(int Status, JsonElement Body)> LoseAsync(HttpClient clerk, int units, string requestId) =>
        clerk.PostAsync("/api/pharmacy/losses", new { date = "2020-02-11", units, reason = "受潮", requestId });

    /// <summary>What the counter's phone takes along: each booking with its state and its own hours.</summary>
    private static async Task<IEnumerable<string>> TakenAlongAsync(HttpClient clerk) =>
        (await clerk.GetJsonAsync("/api/pharmacy/offline")).GetProperty("bookings").EnumerateArray().Select(
            b => $"{b.Text("number")} {b.Text("status")} {b.Text("pickupOpensAt")[5..16]}/{b.Text("pickupClosesAt")[5..16]}");

    private static string[][] Csv(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim().Split(','))];

    /// <summary>Some residents with a booking each at one pharmacy, in serial order.</summary>
    private sealed class Evening(SandboxHost host, IReadOnlyList<ResidentPhone> phones, IReadOnlyList<string> numbers)
    {
        public IReadOnlyList<string> Numbers => numbers;

        public static async Task<Evening> AsAsync(SandboxHost host, string pharmacy, int people)
        {
            var phones = new List<ResidentPhone>();
            for (var i = 0; i < people; i++) phones.Add(await host.NewResidentAsync(i));
            await host.SetClockAsync("2020-02-10T19:00:00+08:00");
            var numbers = new List<string>();
            foreach (var phone in phones) numbers.Add((await phone.BookAsync(pharmacy, "a")).Body.GetProperty("number").GetString()!);
            await host.SetClockAsync("2020-02-10T22:01:00+08:00");
            return new Evening(host, phones, numbers);
        }

        public Task<JsonElement> BookingAsync(int i) => phones[i].Http.GetJsonAsync($"/api/bookings/{numbers[i]}");

        public Task<int> CancelAsync(int i) => phones[i].CancelAsync(numbers[i]);

        public Task<string[]> PickupDatesAsync() => AllAsync("pickupDate");

        public Task<string[]> StatusesAsync() => AllAsync("status");

        public async Task<string> SmsCountsAsync()
        {
            var counts = new int[phones.Count];
            for (var i = 0; i < counts.Length; i++) counts[i] = (await host.SmsAsync(People.Mobile(i))).Count;
            return string.Join(',', counts);
        }

        public async Task<string?> HandOverAsync(HttpClient clerk, int i)
        {
            var now = await host.NowAsync();
            var requestId = string.Create(CultureInfo.InvariantCulture, $"h{i}-{now:ddHHmm}");
            var (_, answer) = await clerk.PostAsync("/api/pharmacy/redemptions", new { number = numbers[i], idNumberLast4 = People.IdNumber(i)[^4..], requestId });
            return answer.GetProperty("verdict").GetString();
        }

        private async Task<string[]> AllAsync(string member)
        {
            var all = new string[phones.Count];
            for (var i = 0; i < all.Length; i++) all[i] = (await BookingAsync(i)).GetProperty(member).GetString()!;
            return all;
        }
    }
}
