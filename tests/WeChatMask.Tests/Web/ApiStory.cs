using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Web;

/// <summary>A round from its opening to its counter by calls of the API alone: each operation at least once, what was sent and what came back.</summary>
internal sealed class ApiStory(SandboxHost host)
{
    private const string Round = "2020-02-10";
    private const string PickupDay = "2020-02-11";
    private const int MostOfAList = 2;

    private readonly SortedDictionary<string, JsonObject> told = new(StringComparer.Ordinal);

    /// <summary>The operations by method and path, each with <c>request</c> where something is sent and <c>response</c> where something comes back. Lists are cut to two.</summary>
    public IReadOnlyDictionary<string, JsonObject> Told => told;

    public async Task TellAsync()
    {
        var phone = await host.PhoneAsync("o-1");
        using var supervisor = await host.SupervisorAsync();
        await TellAsync(host.Http, "GET", "/api/clock");
        await TellAsync(host.Http, "GET", "/api/board");
        await TellAsync(host.Http, "GET", "/api/wechat/signature", $"?url={Uri.EscapeDataString(new Uri(host.Address, "/book").ToString())}");
        var numbers = await BookAsync(phone);
        var complaint = await ComplainAsync(phone, supervisor, numbers[0]);
        await SteerAsync(supervisor);
        await host.SetClockAsync($"{PickupDay}T09:20:00+08:00");
        await HandOutAsync(supervisor, numbers);
        await LookIntoAsync(supervisor, numbers);
        await WatchAsync(phone, supervisor, numbers[0], complaint);
    }

    private async Task<IReadOnlyList<string>> BookAsync(HttpClient phone)
    {
        List<string> numbers = [];
        for (var i = 1; i <= 6; i++)
        {
            var own = i == 1 ? phone : await host.PhoneAsync($"o-{i}");
            var person = await TellAsync(own, "POST", "/api/residents", body: People.Registration(i));
            var booked = await TellAsync(own, "POST", "/api/bookings", body: new { residentId = person!["id"]!.GetValue<string>(), pharmacyCode = "LD01", requestId = $"evening-{i}" });
            numbers.Add(booked!["number"]!.GetValue<string>());
            if (i == 6) await TellAsync(own, "DELETE", "/api/bookings/{number}", numbers[5]);
        }

        await TellAsync(phone, "GET", "/api/me");
        await TellAsync(phone, "GET", "/api/bookings");
        await TellAsync(phone, "GET", "/api/bookings/{number}", numbers[0]);
        var leaving = await TellAsync(phone, "POST", "/api/residents", body: People.Registration(7, People.Mobile(1)));
        await TellAsync(phone, "DELETE", "/api/residents/{id}", leaving!["id"]!.GetValue<string>());
        return numbers;
    }

    private async Task<string> ComplainAsync(HttpClient phone, HttpClient supervisor, string booking)
    {
        using var lead = await host.StaffAsync("lead-ld01");
        var opened = await TellAsync(phone, "POST", "/api/complaints", body: new { kind = "refused", text = "店员说今天没有货。", bookingNumber = booking, requestId = "complaint-1" });
        var number = opened!["number"]!.GetValue<string>();
        await TellAsync(supervisor, "POST", "/api/supervisor/cases", body: new { kind = "price", text = "来电：说多收了钱。", pharmacyCode = "LD02", caller = "13900000009", requestId = "call-1" });
        await TellAsync(supervisor, "GET", "/api/supervisor/cases", "?status=received");
        await ActAsync(new { act = "take", requestId = "take-1" });
        await ActAsync(new { act = "ask", words = "二月十日晚上为什么没有发？", requestId = "ask-1" });
        await TellAsync(lead, "GET", "/api/pharmacy/cases");
        await TellAsync(lead, "POST", "/api/pharmacy/cases/{number}/answer", number, new { words = "货在路上，第二天已经补发。", requestId = "answer-1" });
        await ActAsync(new { act = "close", words = "货到得晚，已责令药店提前说明。", outcome = "partly_founded", requestId = "close-1" });
        await TellAsync(phone, "GET", "/api/complaints");
        await TellAsync(phone, "GET", "/api/complaints/{number}", number);
        return number;

        Task ActAsync(object act) => TellAsync(supervisor, "POST", "/api/supervisor/cases/{number}/acts", number, act);
    }

    private async Task SteerAsync(HttpClient supervisor)
    {
        var preview = await TellAsync(supervisor, "POST", "/api/supervisor/levers/preview", body: new { kind = "pause", date = Round });
        var fingerprint = preview!["fingerprint"]!.GetValue<string>();
        await TellAsync(supervisor, "POST", "/api/supervisor/levers", body: new { kind = "pause", date = Round, reason = "系统检查", requestId = "pause-1", fingerprint });
        await TellAsync(supervisor, "GET", "/api/supervisor/levers");
        await TellAsync(supervisor, "PUT", "/api/supervisor/pharmacies/{code}", "LD03", new { status = "paused", reason = "停电" });

        await TellAsync(supervisor, "GET", "/api/supervisor/plan");
        await TellAsync(supervisor, "GET", "/api/supervisor/plan/{date}", PickupDay);
        object[] pharmacies = [new { code = "LD01", places = new[] { 180 } }];
        preview = await TellAsync(supervisor, "POST", "/api/supervisor/plan/{date}/preview", PickupDay, new { pharmacies, reason = "多到了一批货" });
        fingerprint = preview!["fingerprint"]!.GetValue<string>();
        await TellAsync(supervisor, "PUT", "/api/supervisor/plan/{date}", PickupDay, new { pharmacies, reason = "多到了一批货", requestId = "plan-1", fingerprint });
        await TellAsync(supervisor, "PUT", "/api/supervisor/plan/{date}/no-round", "2020-02-14", new { noRound = true, reason = "当天没有货" });

        await TellAsync(supervisor, "GET", "/api/supervisor/policies");
        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-13";
        policy["cooldownDays"] = 5;
        preview = await TellAsync(supervisor, "POST", "/api/supervisor/policies/preview", body: new { policy });
        await TellAsync(supervisor, "POST", "/api/supervisor/policies", body: new { policy, reason = "货多了，间隔缩短", beforeId = preview!["beforeId"]!.GetValue<string>() });
    }

    private async Task HandOutAsync(HttpClient supervisor, IReadOnlyList<string> numbers)
    {
        using var clerk = await host.ClerkAsync("LD01");
        await TellAsync(clerk, "POST", "/api/pharmacy/deliveries", body: new { date = PickupDay, units = 5000, requestId = "delivery-0" });
        await TellAsync(clerk, "POST", "/api/pharmacy/deliveries", body: new { date = PickupDay, units = 6000, requestId = "delivery-1" });
        var held = (await TellAsync(supervisor, "GET", "/api/supervisor/stock-reports"))!["reports"]!.AsArray().Select(r => r!["id"]!.GetValue<string>()).ToList();
        await TellAsync(supervisor, "POST", "/api/supervisor/stock-reports/{id}/decline", held[0], new { reason = "数量填错了" });
        await TellAsync(supervisor, "POST", "/api/supervisor/stock-reports/{id}/agree", held[1]);
        await TellAsync(clerk, "POST", "/api/pharmacy/deliveries", body: new { date = PickupDay, units = 10, moreComing = true, requestId = "delivery-2" });
        await TellAsync(clerk, "POST", "/api/pharmacy/losses", body: new { date = PickupDay, units = 5, reason = "包装破损", requestId = "loss-1" });

        await TellAsync(clerk, "POST", "/api/pharmacy/shelf-counts", body: new { date = PickupDay, counted = 4, reason = "少了一包，在查", requestId = "count-1" });
        await TellAsync(clerk, "POST", "/api/pharmacy/pauses", body: new { reason = "停电检修", expectedEnd = $"{PickupDay}T17:00:00+08:00", requestId = "pause-1" });
        await TellAsync(clerk, "POST", "/api/pharmacy/shortages", body: new { requestId = "short-1" });
        await TellAsync(clerk, "GET", "/api/pharmacy/offline");
        await TellAsync(clerk, "POST", "/api/pharmacy/redemptions/check", body: Shown(0, "check-1"));
        await TellAsync(clerk, "POST", "/api/pharmacy/redemptions", body: Shown(0, "hand-over-1"));
        await TellAsync(clerk, "POST", "/api/pharmacy/redemptions/{number}/void", numbers[0], new { reason = "点错了人" });
        await TellAsync(clerk, "POST", "/api/pharmacy/redemptions", body: Shown(1, "hand-over-2"));
        await TellAsync(supervisor, "POST", "/api/supervisor/redemptions/{number}/void", numbers[1], new { reason = "药店来电更正" });
        await TellAsync(clerk, "POST", "/api/pharmacy/redemptions", body: Shown(2, "hand-over-3"));
        var handOvers = new[] { 2, 4 }.Select(i => new
        {
            number = numbers[i], idNumberLast4 = People.IdNumber(i + 1)[^4..], handedOverAt = $"{PickupDay}T09:15:00+08:00", requestId = $"offline-{i}",
        });
        await TellAsync(clerk, "POST", "/api/pharmacy/redemptions/settle", body: new { handOvers });
        var offline = (await TellAsync(supervisor, "GET", "/api/supervisor/offline-hand-overs"))!["handOvers"]!.AsArray();
        var conflict = offline.First(h => h!["conflict"] is not null)!["id"]!.GetValue<string>();
        await TellAsync(supervisor, "POST", "/api/supervisor/offline-hand-overs/{id}/review", conflict, new { note = "已联系药店，是补登" });
        await TellAsync(supervisor, "GET", "/api/supervisor/late-hand-overs");
        await TellAsync(clerk, "POST", "/api/pharmacy/bookings/{number}/cancel", numbers[3], new { idNumber = People.IdNumber(4), requestId = "holder-1" });
        await TellAsync(supervisor, "POST", "/api/supervisor/bookings/find", body: new { number = numbers[0] });
        await TellAsync(supervisor, "POST", "/api/supervisor/bookings/{number}/annul", numbers[0], new { reason = "重复登记", requestId = "annul-1" });

        object Shown(int i, string requestId) => new { number = numbers[i], idNumberLast4 = People.IdNumber(i + 1)[^4..], requestId };
    }

    // Two more hand-overs that do not fit are odd.
    private async Task LookIntoAsync(HttpClient supervisor, IReadOnlyList<string> numbers)
    {
        using var clerk = await host.ClerkAsync("LD01");
        var handOvers = new[] { 2, 3 }.Select(i => new { number = numbers[i], idNumberLast4 = People.IdNumber(i + 1)[^4..], handedOverAt = $"{PickupDay}T09:16:00+08:00", requestId = $"odd-{i}" });
        await clerk.PostAsync("/api/pharmacy/redemptions/settle", new { handOvers });
        await host.AdvanceAsync("PT10M");
        var found = await TellAsync(supervisor, "GET", "/api/supervisor/flags", "?kind=offline_conflicts&status=new");
        var id = found!["flags"]![0]!["id"]!.GetValue<string>();
        await TellAsync(supervisor, "POST", "/api/supervisor/flags/{id}", id, new { status = "looking", version = 1, requestId = "flag-take-1" });
        await TellAsync(supervisor, "POST", "/api/supervisor/flags/{id}", id, new { status = "explained", words = "店里断网，恢复后重复补报了一次。", version = 2, requestId = "flag-close-1" });
        await TellAsync(supervisor, "GET", "/api/supervisor/flags/{id}", id);
    }

    private async Task WatchAsync(HttpClient phone, HttpClient supervisor, string booking, string complaint)
    {
        foreach (var path in (string[])["/api/supervisor/today", "/api/supervisor/live", "/api/supervisor/jobs", "/api/supervisor/audit", "/api/public/rounds", "/api/public/complaints", "/api/public/pharmacies", "/api/public/districts", "/api/public/changes"])
            await TellAsync(path.Contains("public", StringComparison.Ordinal) ? host.Http : supervisor, "GET", path);
        await TellAsync(host.Http, "GET", "/log/marks", $"?date={Round}");
        await TellAsync(host.Http, "GET", "/log/inclusion", "?index=0&size=3");
        await TellAsync(host.Http, "GET", "/log/consistency", "?from=2&to=3");
        await TellAsync(supervisor, "GET", "/api/supervisor/rounds/{date}/provisional", Round);
        await TellAsync(host.Http, "GET", "/api/public/rounds/{date}", Round);
        await TellAsync(host.Http, "GET", "/api/public/rounds/{date}/list", $"{Round}/list?pharmacy=LD01", part: "/list");
        await TellAsync(phone, "GET", "/api/bookings/{number}/proof", booking);
        await TellAsync(supervisor, "GET", "/api/supervisor/cases/{number}", complaint);
    }

    // What stands in the braces, or behind a path that has none; anything that is refused ends the story.
    private async Task<JsonNode?> TellAsync(HttpClient who, string method, string route, string value = "", object? body = null, string part = "")
    {
        var open = route.IndexOf('{', StringComparison.Ordinal);
        var path = open < 0 ? route + value : route[..open] + value + (part.Length > 0 ? "" : route[(route.IndexOf('}', StringComparison.Ordinal) + 1)..]);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await who.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, string.Create(CultureInfo.InvariantCulture, $"{method} {path}: {(int)answer.StatusCode} {text}"));
        var came = text.Length == 0 ? null : JsonNode.Parse(text);
        var example = new JsonObject();
        if (body is not null) example["request"] = Cut(JsonSerializer.SerializeToNode(body, JsonSerializerOptions.Web)!);
        if (came is not null) example["response"] = Cut(came);
        told[$"{method} {route}"] = example;
        return came;
    }

    private static JsonNode? Cut(JsonNode? node) => node switch
    {
        // A ring stays one: it ends where it begins.
        JsonArray { Count: > 3 } ring when ring[0] is JsonArray place && place[0] is JsonValue => new JsonArray([.. ring.Take(3).Append(ring[^1]).Select(p => p!.DeepClone())]),
        JsonArray list => new JsonArray([.. list.Take(MostOfAList).Select(Cut)]),
        // The machine's name is nobody else's business.
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, m.Key == "node" ? "node-1" : Cut(m.Value)))),
        null => null,
        _ => node.DeepClone(),
    };
}
