using System.Text.Json;
using System.Text.Json.Nodes;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Supervision;

/// <summary>Rules that change between rounds: told before they are confirmed, announced, and only for what comes after.</summary>
public sealed class PolicyChangeTests
{
    [EngineTheory]
    public async Task A_new_price_replans_the_announced_round_and_leaves_bookings_their_own(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        using var early = await host.NewResidentAsync(1);
        using var late = await host.NewResidentAsync(2);
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        var number = (await early.BookAsync("LD01", "a")).Body.GetProperty("number").GetString();
        await host.SetClockAsync("2020-02-10T20:00:00+08:00");

        // Tomorrow's round is planned already: dearer, smaller, earlier, in two windows.
        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-11";
        policy["unitPriceFen"] = 200;
        policy["unitsPerBooking"] = 4;
        policy["windows"] = JsonNode.Parse("""[{"opens":"18:10","closes":"18:30"},{"opens":"18:30","closes":"19:00"}]""");
        policy["quotas"] = JsonNode.Parse("""{"*":[60,40]}""");
        var (status, preview) = await Policies.PreviewAsync(supervisor, policy);
        Assert.Equal(200, status);
        var round = Assert.Single(preview.GetProperty("rounds").EnumerateArray());
        Assert.Equal(("2020-02-11", 800, 500), (round.GetProperty("date").GetString(), round.Figure("placesBefore"), round.Figure("placesAfter")));
        Assert.Equal((0, 0, 1), (preview.Figure("sooner"), preview.Figure("later"), preview.Figure("keptBookings")));
        Assert.Equal(160, (await host.BooksAsync("2020-02-11", "LD01")).Figure("planned"));

        Assert.Equal(422, (await Policies.AddAsync(supervisor, policy, reason: " ")).Status);
        Assert.Equal(201, (await Policies.AddAsync(supervisor, policy, beforeId: preview.GetProperty("beforeId").GetString())).Status);
        Assert.Equal(200, (await Policies.AddAsync(supervisor, policy)).Status);
        var books = await host.BooksAsync("2020-02-11", "LD01");
        Assert.Equal([60, 40], books.GetProperty("windows").EnumerateArray().Select(w => w.Figure("places")));
        var change = Assert.Single((await host.Http.GetJsonAsync("/api/public/changes")).GetProperty("changes").EnumerateArray());
        Assert.Equal((160, 200), (change.GetProperty("before").Figure("unitPriceFen"), change.GetProperty("after").Figure("unitPriceFen")));
        foreach (var page in new[] { "/", "/notices" })
            Assert.Contains("1.60元 → 2.00元", await host.Http.GetStringAsync(new Uri(page, UriKind.Relative)), StringComparison.Ordinal);
        var audit = (await supervisor.GetJsonAsync("/api/supervisor/audit")).GetProperty("entries").EnumerateArray();
        Assert.Contains(audit, l => l.GetProperty("action").GetString() == "policy.add" && l.GetProperty("subject").GetString() == "2020-02-11");

        await host.SetClockAsync("2020-02-11T17:59:00+08:00");
        var kept = await early.Http.GetJsonAsync($"/api/bookings/{number}");
        Assert.Equal((5, 1.60m), (kept.Figure("units"), kept.GetProperty("unitPrice").GetDecimal()));
        await host.SetClockAsync("2020-02-11T18:10:00+08:00");
        // What came back were 160 places of 5: 200 places of 4.
        books = await host.BooksAsync("2020-02-11", "LD01");
        Assert.Equal((100, 200), (books.Figure("planned"), books.Figure("carriedIn")));
        var booked = (await late.BookAsync("LD01", "a")).Body;
        Assert.Equal((4, 2.00m), (booked.Figure("units"), booked.GetProperty("unitPrice").GetDecimal()));
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task A_new_cooldown_touches_earlier_bookers_from_its_date_on(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        using var resident = await host.NewResidentAsync(1);
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        Assert.Equal(201, (await resident.BookAsync("LD01", "a")).Status);

        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-12";
        policy["cooldownDays"] = 5;
        var (_, preview) = await Policies.PreviewAsync(supervisor, policy);
        var affected = Assert.Single(preview.GetProperty("bookers").EnumerateArray());
        Assert.Equal(
            ("2020-02-10", 1, "2020-02-12", "2020-02-15"),
            (affected.GetProperty("bookedOn").GetString(), affected.Figure("persons"), affected.GetProperty("before").GetString(), affected.GetProperty("after").GetString()));
        Assert.Equal((0, 1), (preview.Figure("sooner"), preview.Figure("later")));
        Assert.Equal(201, (await Policies.AddAsync(supervisor, policy)).Status);

        await host.SetClockAsync("2020-02-12T19:00:00+08:00");
        var (status, refused) = await resident.BookAsync("LD01", "b");
        Assert.Equal((409, "cooldown", "2020-02-15"), (status, refused.Code(), refused.GetProperty("bookableFrom").GetString()));
        await host.SetClockAsync("2020-02-15T19:00:00+08:00");
        Assert.Equal(201, (await resident.BookAsync("LD01", "c")).Status);
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task The_next_day_is_told_by_the_rules_that_hold_then_and_again_to_whoever_was_told_another(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        await host.Http.PostAsync("/sandbox/phones/oAnna/messages", new { type = "event", @event = "subscribe" });
        using var resident = await host.NewResidentAsync(1, "oAnna");
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        Assert.Equal(201, (await resident.BookAsync("LD01", "a")).Status);
        Assert.Equal("2020-02-12", await FromAsync());

        // From the twelfth on one has to wait for five days, and on the fifteenth there is a holiday.
        var longer = await Policies.NewestAsync(supervisor);
        longer["from"] = "2020-02-12";
        longer["cooldownDays"] = 5;
        Assert.Equal(201, (await Policies.AddAsync(supervisor, longer)).Status);
        var holiday = longer.DeepClone();
        holiday["from"] = "2020-02-15";
        holiday["quotas"] = JsonNode.Parse("""{"*":[0]}""");
        Assert.Equal(201, (await Policies.AddAsync(supervisor, holiday)).Status);
        var after = longer.DeepClone();
        after["from"] = "2020-02-16";
        Assert.Equal(201, (await Policies.AddAsync(supervisor, after)).Status);

        Assert.Equal("2020-02-16", await FromAsync());
        await host.SetClockAsync("2020-02-11T19:00:00+08:00");
        var (_, refused) = await resident.BookAsync("LD01", "b");
        Assert.Equal(("cooldown", "2020-02-16"), (refused.Code(), refused.GetProperty("bookableFrom").GetString()));
        foreach (var page in new[] { "/book", "/residents" })
            Assert.Contains("2月16日 周日 起可约", await resident.Http.GetStringAsync(new Uri(page, UriKind.Relative)), StringComparison.Ordinal);
        Assert.Contains("2020年2月16日", string.Join('\n', await ToldAsync()), StringComparison.Ordinal);

        // The longer wait is taken back before it begins: told once more, and never twice of one change.
        var told = (await ToldAsync()).Count;
        var back = longer.DeepClone();
        back["cooldownDays"] = 2;
        Assert.Equal(201, (await Policies.AddAsync(supervisor, back)).Status);
        await host.AdvanceAsync("PT10S");
        Assert.Equal(told + 1, (await ToldAsync()).Count);
        Assert.Contains("2020年2月12日", (await ToldAsync())[^1], StringComparison.Ordinal);
        Assert.Equal(200, (await Policies.AddAsync(supervisor, back)).Status);
        await host.AdvanceAsync("PT10S");
        Assert.Equal(told + 1, (await ToldAsync()).Count);
        await host.SetClockAsync("2020-02-12T19:00:00+08:00");
        Assert.Equal(201, (await resident.BookAsync("LD01", "c")).Status);

        async Task<string?> FromAsync() =>
            (await resident.Http.GetJsonAsync("/api/me")).GetProperty("residents")[0].TryGetProperty("bookableFrom", out var day) ? day.GetString() : null;

        async Task<List<string>> ToldAsync() => [.. (await host.Http.GetJsonAsync("/sandbox/phones/oAnna/messages")).EnumerateArray()
            .Select(l => string.Join('\n', Days.Claims.ClaimCity.Strings(l))).Where(l => l.Contains("可约日期变动通知", StringComparison.Ordinal))];
    }

    [EngineTheory]
    public async Task A_round_that_has_opened_keeps_its_rules(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-10";
        policy["unitPriceFen"] = 300;
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");

        Assert.Equal((409, "round_has_opened"), Code(await Policies.AddAsync(supervisor, policy)));
        policy["from"] = "2020-02-09";
        Assert.Equal((409, "round_has_opened"), Code(await Policies.PreviewAsync(supervisor, policy)));
        policy["from"] = "2020-02-11";
        policy["quotas"] = JsonNode.Parse("""{"*":[1,2]}""");
        Assert.Equal((422, "invalid_policy"), Code(await Policies.PreviewAsync(supervisor, policy)));
        Assert.Equal((422, "invalid_policy"), Code(await Policies.PreviewAsync(supervisor, JsonNode.Parse("""{"from":"2020-02-11"}""")!)));
        policy["quotas"] = JsonNode.Parse("""{"*":[160]}""");
        Assert.Equal((409, "policy_changed"), Code(await Policies.AddAsync(supervisor, policy, beforeId: "1")));
        Assert.Empty((await host.Http.GetJsonAsync("/api/public/changes")).GetProperty("changes").EnumerateArray());
        Assert.Equal(1.60m, (await host.Http.GetJsonAsync("/api/board")).GetProperty("round").GetProperty("unitPrice").GetDecimal());
    }

    [EngineTheory]
    public async Task Thirty_two_pharmacies_on_the_first_evening_all_on_the_second_one_window_for_the_city_proper_from_the_twelfth(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-02T17:25:00+08:00", engine: engine);
        Assert.Equal(32, (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies").GetArrayLength());
        await host.SetClockAsync("2020-02-03T17:25:00+08:00");
        Assert.Equal(228, (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies").GetArrayLength());

        // A city of its own, since ten days of 228 pharmacies are more than one call of the clock should do.
        await using var later = await SandboxHost.StartAsync("chuzhou", "2020-02-12T17:25:00+08:00", engine: engine);
        var (city, other) = (Places(await later.BooksAsync("2020-02-12", "CZ032")), Places(await later.BooksAsync("2020-02-12", "CZ033")));
        Assert.Equal([50, 0, 0, 0, 0], city);
        Assert.Equal([10, 10, 10, 10, 10], other);

        static List<int> Places(JsonElement books) => [.. books.GetProperty("windows").EnumerateArray().Select(w => w.Figure("places"))];
    }

    private static (int Status, string? Code) Code((int Status, JsonElement Body) answer) => (answer.Status, answer.Body.Code());
}
