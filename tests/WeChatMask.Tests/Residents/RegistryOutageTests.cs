using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WeChatMask.Audit;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Operations;
using WeChatMask.Sms;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Residents;

/// <summary>Evenings on which the population registry is away, under each policy.</summary>
public sealed class RegistryOutageTests
{
    private const string DayBefore = "2020-02-02T12:00:00+08:00";
    private const string Opening = "2020-02-03T17:30:00+08:00";

    [EngineTheory]
    public async Task Provisional_bookings_of_a_whole_evening_are_settled_before_the_lists_are_published(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", DayBefore, configure: RegistryCalls.Asking("provisional"), engine: engine);
        using var honest = await host.NewResidentAsync(1);
        using var moved = await host.NewResidentAsync(2);
        await host.FailAsync("registry", "down");
        await host.TellRegistryAsync(2, eligible: false);
        await host.SetClockAsync(Opening);
        using var late = await host.NewResidentAsync(3);
        Assert.True((await late.Http.GetJsonAsync("/api/me")).GetProperty("residents")[0].GetProperty("provisional").GetBoolean());

        var kept = Made(await honest.BookAsync("CZ001", "a"));
        var lost = Made(await moved.BookAsync("CZ001", "a"));
        var also = Made(await late.BookAsync("CZ002", "a"));
        Assert.All([kept, lost, also], b => Assert.True(b.GetProperty("provisional").GetBoolean()));

        // The whole evening, all windows: nothing waits for the registry but the lists, and nobody is told a thing that may not hold.
        await host.SetClockAsync("2020-02-03T21:00:00+08:00");
        Assert.Equal("closed", await PhaseAsync(host));
        Assert.Empty(await ResidentSmsAsync(host));
        Assert.True((await BookingAsync(honest, kept)).GetProperty("provisional").GetBoolean());

        await host.FailAsync("registry", "ok");
        await host.AdvanceAsync("PT1M");

        Assert.Equal("published", await PhaseAsync(host));
        Assert.Equal(("booked", false), State(await BookingAsync(honest, kept)));
        Assert.Equal(("booked", false), State(await BookingAsync(late, also)));
        Assert.Equal(("cancelled", false), State(await BookingAsync(moved, lost)));
        Assert.Equal(1, (await BooksAsync(host, "CZ001")).GetProperty("cancelled").GetInt32());
        var sms = (await ResidentSmsAsync(host)).ToLookup(m => m.GetProperty("mobile").GetString()!, m => m.GetProperty("text").GetString()!);
        Assert.Contains("预约成功", Assert.Single(sms[People.Mobile(1)]), StringComparison.Ordinal);
        Assert.Contains("已取消", Assert.Single(sms[People.Mobile(2)]), StringComparison.Ordinal);
        Assert.Contains("预约成功", Assert.Single(sms[People.Mobile(3)]), StringComparison.Ordinal);
        var me = (await moved.Http.GetJsonAsync("/api/me")).GetProperty("residents")[0];
        Assert.False(me.GetProperty("eligible").GetBoolean());
        Assert.False(me.TryGetProperty("bookableFrom", out var from) && from.ValueKind == JsonValueKind.String, "a booking that was taken away holds nobody back");
        await AssertPromisesAsync(host);

        await host.SetClockAsync("2020-02-04T17:05:00+08:00");
        // What was taken away and what was not collected: all of it goes on.
        var books = await BooksAsync(host, "CZ001");
        Assert.Equal((books.GetProperty("places").GetInt32(), 1), (books.GetProperty("carriedOut").GetInt32(), books.GetProperty("cancelled").GetInt32()));
        await AssertPromisesAsync(host);
    }

    [EngineTheory]
    public async Task While_it_waits_the_chat_says_until_when_and_the_supervisor_sees_how_many(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", Opening, configure: RegistryCalls.Asking("provisional"), engine: engine);
        using var supervisor = await host.SupervisorAsync();
        using var before = await host.NewResidentAsync(7);
        Made(await before.BookAsync("CZ001", "a"));
        await host.FailAsync("registry", "down");
        using var resident = await host.NewResidentAsync(1);
        using var other = await host.NewResidentAsync(2);
        Made(await resident.BookAsync("CZ001", "a"));
        var given = Made(await other.BookAsync("CZ002", "a"));

        var asked = await AskAsync(host, 1);
        Assert.Contains("状态：待核验，还没有确认", asked, StringComparison.Ordinal);
        Assert.Contains("最晚2月4日 08:00结清", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("待核验", await AskAsync(host, 7), StringComparison.Ordinal);
        Assert.Contains("有 2 个预约待核验", await supervisor.GetStringAsync(new Uri("/supervisor", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(204, await other.CancelAsync(given.GetProperty("number").GetString()!));
        var page = await supervisor.GetStringAsync(new Uri("/supervisor", UriKind.Relative));
        Assert.Contains("有 1 个预约待核验", page, StringComparison.Ordinal);
        Assert.Contains("最晚 2月4日 08:00 结清", page, StringComparison.Ordinal);
        var counts = await supervisor.GetJsonAsync("/api/supervisor/rounds/2020-02-03/provisional");
        Assert.Equal("CZ001", counts.GetProperty("pharmacies")[0].GetProperty("code").GetString());
        Assert.Equal("2020-02-04T08:00:00+08:00", counts.GetProperty("settledBy").GetString());
        Assert.Contains("href=\"/supervisor/provisional/2020-02-03\"", page, StringComparison.Ordinal);
        var table = await PageReader.OpenAsync(supervisor, "/supervisor/provisional/2020-02-03");
        Assert.Contains("最晚 2月4日 08:00 结清", table.Text, StringComparison.Ordinal);
        Assert.Contains("CZ001 1 0 0 0 0 泉园大药房 CZ002 0 0 0 0 1 合计 1 0 0 0 1", table.Text, StringComparison.Ordinal);
        Assert.Contains("没有待核验的预约", (await PageReader.OpenAsync(supervisor, "/supervisor/provisional/2020-02-04")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await PageReader.OpenAsync(supervisor, "/supervisor/provisional/2019-01-01")).Status);

        await host.FailAsync("registry", "ok");
        await host.SetClockAsync("2020-02-03T20:05:00+08:00");
        Assert.DoesNotContain("待核验", await AskAsync(host, 1), StringComparison.Ordinal);
        Assert.DoesNotContain("data-provisional", await supervisor.GetStringAsync(new Uri("/supervisor", UriKind.Relative)), StringComparison.Ordinal);
        var totals = (await supervisor.GetJsonAsync("/api/supervisor/rounds/2020-02-03/provisional")).GetProperty("totals");
        Assert.Equal((0, 1, 1), (totals.Figure("waiting"), totals.Figure("confirmed"), totals.Figure("withdrawn")));
    }

    [EngineTheory]
    public async Task A_place_that_an_ineligible_person_held_is_free_again_while_the_round_is_open(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", Opening, configure: RegistryCalls.Asking("provisional"), engine: engine);
        await host.TellRegistryAsync(4, eligible: false);
        await host.FailAsync("registry", "down");
        var residents = new List<ResidentPhone>();
        for (var i = 0; i < 11; i++) residents.Add(await host.NewResidentAsync(i));
        for (var i = 0; i < 10; i++) Made(await residents[i].BookAsync("CZ001", "a"));
        Assert.Equal("sold_out", (await residents[10].BookAsync("CZ001", "a")).Body.Code());

        await host.FailAsync("registry", "ok");
        await host.AdvanceAsync("PT10S");
        await host.AdvanceAsync("PT1H");

        var eleventh = Made(await residents[10].BookAsync("CZ001", "b"));
        Assert.Equal((11, false), (eleventh.GetProperty("serial").GetInt32(), eleventh.GetProperty("provisional").GetBoolean()));
        Assert.Equal(0, (await BooksAsync(host, "CZ001")).GetProperty("cancelled").GetInt32());
        await AssertPromisesAsync(host);
        foreach (var resident in residents) resident.Dispose();
    }

    [EngineTheory]
    public async Task What_the_registry_never_answers_stands_and_the_lists_are_out_before_the_doors_open(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", Opening, configure: RegistryCalls.Asking("provisional"), engine: engine);
        await host.FailAsync("registry", "down");
        using var resident = await host.NewResidentAsync(1);
        using var other = await host.NewResidentAsync(2);
        var booking = Made(await resident.BookAsync("CZ001", "a"));
        var given = Made(await other.BookAsync("CZ001", "a"));
        Assert.Equal(204, await other.CancelAsync(given.GetProperty("number").GetString()!));

        await host.SetClockAsync("2020-02-04T07:59:00+08:00");
        Assert.Equal("closed", await PhaseAsync(host));
        await host.SetClockAsync("2020-02-04T08:00:30+08:00");

        Assert.Equal("published", await PhaseAsync(host));
        Assert.Equal(("booked", false), State(await BookingAsync(resident, booking)));
        Assert.Single(await ResidentSmsAsync(host));
        Assert.Equal(
            [ProvisionalOutcome.Unanswered, ProvisionalOutcome.Withdrawn],
            await host.Get<Database>().QueryAsync<ProvisionalOutcome>("SELECT outcome FROM provisional_booking ORDER BY booking_id"));
        Assert.Contains(await host.Get<AuditQueries>().NewestAsync(10, default), l => l.Action == "eligibility.unanswered" && l.Subject == "2020-02-03");
        await AssertPromisesAsync(host);
    }

    [EngineTheory]
    public async Task Where_the_city_refuses_only_fresh_answers_book_and_nobody_else_waits(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", Opening, configure: RegistryCalls.Asking("refuse"), engine: engine);
        using var stale = await host.NewResidentAsync(1);
        using var fresh = await host.NewResidentAsync(2);
        await host.FailAsync("registry", "down");
        // As if this one had registered long ago: while the registry answered, the job would have asked again at once.
        await host.Get<Database>().WriteAsync(
            t => t.ExecuteAsync("UPDATE resident SET registry_at = @at WHERE id = @id", new { at = 1L, id = long.Parse(stale.ResidentId, CultureInfo.InvariantCulture) }), default);

        using var phone = await host.PhoneAsync("o-new");
        var (status, body) = await phone.PostAsync("/api/residents", People.Registration(3));
        Assert.Equal((503, "registry_unavailable"), (status, body.Code()));
        var (refused, problem) = await stale.BookAsync("CZ001", "a");
        Assert.Equal((503, "registry_unavailable"), (refused, problem.Code()));
        Assert.False(Made(await fresh.BookAsync("CZ001", "a")).GetProperty("provisional").GetBoolean());

        await host.FailAsync("registry", "ok");
        await host.AdvanceAsync("PT10S");

        Assert.False(Made(await stale.BookAsync("CZ001", "a")).GetProperty("provisional").GetBoolean());
        await host.SetClockAsync("2020-02-03T20:01:00+08:00");
        Assert.Equal("published", await PhaseAsync(host));
        await AssertPromisesAsync(host);
    }

    [EngineTheory]
    public async Task Who_is_about_to_grow_stale_is_asked_about_ahead_of_the_opening(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", DayBefore, configure: RegistryCalls.Asking("refuse", keepDays: 3), engine: engine);
        using var resident = await host.NewResidentAsync(1);
        await host.TellRegistryAsync(1, eligible: false);

        await host.SetClockAsync("2020-02-03T17:30:00+08:00");
        Assert.True((await resident.Http.GetJsonAsync("/api/me")).GetProperty("residents")[0].GetProperty("eligible").GetBoolean());
        await host.SetClockAsync("2020-02-04T17:30:00+08:00");

        Assert.False((await resident.Http.GetJsonAsync("/api/me")).GetProperty("residents")[0].GetProperty("eligible").GetBoolean());
        var (status, body) = await resident.BookAsync("CZ001", "a");
        Assert.Equal((403, "not_eligible"), (status, body.Code()));
    }

    [EngineTheory]
    public async Task With_messages_at_publishing_the_refused_one_is_told_so_and_the_slots_go_to_the_others(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", configure: RegistryCalls.Asking("provisional"), engine: engine);
        await host.FailAsync("registry", "down");
        await host.TellRegistryAsync(1, eligible: false);
        using var moved = await host.NewResidentAsync(1);
        using var honest = await host.NewResidentAsync(2);
        Made(await moved.BookAsync("LD01", "a"));
        var kept = Made(await honest.BookAsync("LD01", "a"));

        await host.SetClockAsync("2020-02-10T22:30:00+08:00");
        await host.FailAsync("registry", "ok");
        await host.AdvanceAsync("PT1M");

        Assert.Equal("09:00", (await BookingAsync(honest, kept)).GetProperty("slot").GetProperty("startsAt").GetString()![11..16]);
        Assert.Contains("已取消", Assert.Single(await host.SmsAsync(People.Mobile(1))).GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("09:00", Assert.Single(await host.SmsAsync(People.Mobile(2))).GetProperty("text").GetString(), StringComparison.Ordinal);
        await AssertPromisesAsync(host);
    }

    [EngineTheory]
    public async Task Whose_name_is_not_the_numbers_is_told_so_in_as_many_parts_and_the_others_in_general(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", configure: RegistryCalls.Asking("provisional"), engine: engine);
        await host.FailAsync("registry", "down");
        await host.TellRegistryAsync(1, eligible: false);
        using (var put = await host.Http.PutAsJsonAsync($"/sandbox/registry/{People.IdNumber(2)}", new { name = "石另名", eligible = true })) put.EnsureSuccessStatusCode();
        using var moved = await host.NewResidentAsync(1);
        using var misspelt = await host.NewResidentAsync(2);
        Made(await moved.BookAsync("LD01", "a"));
        Made(await misspelt.BookAsync("LD01", "a"));

        await host.FailAsync("registry", "ok");
        await host.AdvanceAsync("PT1M");

        var general = Assert.Single(await host.SmsAsync(People.Mobile(1))).GetProperty("text").GetString()!;
        var named = Assert.Single(await host.SmsAsync(People.Mobile(2))).GetProperty("text").GetString()!;
        Assert.Contains("经核验不符合预约条件", general, StringComparison.Ordinal);
        Assert.DoesNotContain("姓名", general, StringComparison.Ordinal);
        Assert.Contains("姓名与证件不一致", named, StringComparison.Ordinal);
        Assert.Contains("请核对后重新登记", named, StringComparison.Ordinal);
        Assert.DoesNotContain("不符合预约条件", named, StringComparison.Ordinal);
        Assert.Equal(SmsLength.Segments(general), SmsLength.Segments(named));
        Assert.True(named.Length <= general.Length, $"{named.Length} characters, {general.Length} in general");
    }

    [Fact]
    public async Task An_outage_takes_no_known_no_away_and_gives_a_changed_name_no_old_yes()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", DayBefore, configure: RegistryCalls.Asking("provisional", keepDays: 2));
        using var resident = await host.NewResidentAsync(1);
        await host.TellRegistryAsync(1, eligible: false);
        await host.SetClockAsync("2020-02-03T13:00:00+08:00");
        Assert.False((await resident.Http.GetJsonAsync("/api/me")).GetProperty("residents")[0].GetProperty("eligible").GetBoolean());

        await host.FailAsync("registry", "down");
        await resident.Http.PostAsync("/api/residents", People.Registration(1));
        await host.SetClockAsync(Opening);

        Assert.Equal("not_eligible", (await resident.BookAsync("CZ001", "a")).Body.Code());
    }

    [Fact]
    public async Task A_throttled_registry_is_asked_again_until_it_answers()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", Opening);
        await host.FailAsync("registry", "throttle");

        for (var i = 0; i < 3; i++) (await host.NewResidentAsync(i)).Dispose();
    }

    [Fact]
    public async Task A_slow_registry_holds_a_registration_up_for_a_while_and_the_desk_not_at_all()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", Opening);
        using var resident = await host.NewResidentAsync(1);
        await host.FailAsync("registry", "slow");

        var registering = RegisterAsync(host, 2);
        Made(await resident.BookAsync("CZ001", "a"));

        var (status, body) = await registering;
        Assert.Equal((503, "registry_unavailable"), (status, body.Code()));
    }

    private static async Task<(int Status, JsonElement Body)> RegisterAsync(SandboxHost host, int person)
    {
        using var phone = await host.PhoneAsync("o-new");
        return await phone.PostAsync("/api/residents", People.Registration(person));
    }

    private static async Task<string> AskAsync(SandboxHost host, int person) =>
        (await host.Http.PostAsync($"/sandbox/phones/o-{person}/messages", new { type = "text", content = "查询" })).Body
            .GetProperty("reply").GetProperty("content").GetString()!;

    private static JsonElement Made((int Status, JsonElement Body) answer)
    {
        Assert.Equal(201, answer.Status);
        return answer.Body;
    }

    private static (string?, bool) State(JsonElement booking) => (booking.GetProperty("status").GetString(), booking.GetProperty("provisional").GetBoolean());

    private static Task<JsonElement> BookingAsync(ResidentPhone resident, JsonElement booking) =>
        resident.Http.GetJsonAsync($"/api/bookings/{booking.GetProperty("number").GetString()}");

    private static async Task<string?> PhaseAsync(SandboxHost host) =>
        (await host.Http.GetJsonAsync("/api/public/rounds/2020-02-03")).GetProperty("phase").GetString();

    private static async Task<JsonElement> BooksAsync(SandboxHost host, string pharmacy) =>
        (await host.Http.GetJsonAsync("/api/public/rounds/2020-02-03")).GetProperty("pharmacies").EnumerateArray()
            .Single(p => p.GetProperty("code").GetString() == pharmacy);

    private static async Task<IReadOnlyList<JsonElement>> ResidentSmsAsync(SandboxHost host) =>
        [.. (await host.SmsAsync()).Where(m => m.GetProperty("mobile").GetString()!.StartsWith("1380000", StringComparison.Ordinal))];

    private static async Task AssertPromisesAsync(SandboxHost host) =>
        Assert.All(await host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, r.Name));
}
