using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Sandbox;
using WeChatMask.Settings;
using WeChatMask.Supervision;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days.Claims;

/// <summary>A city that lives through random days: families, a person on two phones, sold-out windows, bookings given back and collected, paused pharmacies, rules that change, holidays.</summary>
internal sealed partial class ClaimCity : IAsyncDisposable
{
    private const int Crowd = 10;
    private readonly Random random;
    private readonly List<Person> crowd = [];
    private readonly List<(string OpenId, DateOnly Day)> toBeTold = [];
    private readonly Dictionary<string, (HttpClient Http, DateTimeOffset Until)> staff = new(StringComparer.Ordinal);
    private IAsyncDisposable held = null!;
    private int requests;

    private ClaimCity(SandboxHost host, int seed)
    {
        Host = host;
        random = new Random(seed);
        Desk = new ClaimDesk(host);
    }

    public SandboxHost Host { get; }

    public ClaimDesk Desk { get; }

    public List<Viewer> Viewers { get; } = [];

    /// <summary>Somebody who never books, by whom places are looked for.</summary>
    public Person Probe { get; private set; } = null!;

    public IReadOnlyList<string> Codes { get; private set; } = [];

    /// <summary>What became untrue although nobody read it: people who were not told.</summary>
    public List<string> NotTold { get; } = [];

    /// <summary>The routes that were read for their claims.</summary>
    public HashSet<string> Opened { get; } = new(StringComparer.Ordinal);

    private CityCalendar Calendar => Host.Get<CityCalendar>();

    /// <summary>What the audit holds that no supervisor could read.</summary>
    public async Task<IReadOnlyList<string>> UnwordedAsync()
    {
        var words = Host.Get<AuditWords>();
        return
        [
            .. (await Host.Get<AuditQueries>().NewestAsync(int.MaxValue, default)).Where(l => English().IsMatch($"{words.ActionOf(l)} {words.DetailOf(l)}"))
                .Select(l => $"the audit says {words.ActionOf(l)}: {words.DetailOf(l)}").Distinct(StringComparer.Ordinal),
        ];
    }

    public static async Task<ClaimCity> CreateAsync(string city, int seed)
    {
        var living = new ClaimCity(await SandboxHost.StartAsync(city, city == "loudi" ? "2020-02-10T12:00:00+08:00" : "2020-02-02T12:00:00+08:00"), seed);
        living.held = await living.Host.HoldJobsAsync();
        await living.SettleAsync();
        return living;
    }

    public string NextRequest() => $"claim-{requests++}";

    public int Next(int below) => random.Next(below);

    public T Any<T>(IReadOnlyList<T> all) => all[random.Next(all.Count)];

    /// <summary>Moves the clock and stops it there: with all that is due done, or a moment before its jobs have looked.</summary>
    public async Task MoveAsync(DateTimeOffset to)
    {
        var clock = Host.Get<SandboxClock>();
        var before = to.AddSeconds(-2);
        await Host.SetClockAsync((random.Next(4) == 0 && before > clock.GetUtcNow() ? before : to).ToString("O", CultureInfo.InvariantCulture));
        clock.Freeze(to);
        await CheckToldAsync();
    }

    /// <summary>Something that people or the city do at this instant.</summary>
    public async Task ActAsync()
    {
        switch (random.Next(11))
        {
            case 9 or 10: await ImportAsync(); break;
            case 0: await PauseAsync(); break;
            case 1: await ChangeRulesAsync(); break;
            case 2: await CancelAsync(); break;
            case 3: await CollectAsync(); break;
            case 4 or 5: await SellOutAsync(); break;
            default: await BookAsync(); break;
        }
    }

    /// <summary>Instants of a day at which something begins, ends, or is just about to, and some in between.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> MomentsAsync(DateOnly day, int count)
    {
        var rules = await Host.Get<PolicyQueries>().TimelineAsync(CancellationToken.None);
        if (rules.For(day) is not { } policy) return [];
        var turns = policy.Windows.SelectMany(w => new[] { w.Opens, w.Closes }).Append(policy.Pickup.Opens).Append(policy.Pickup.Closes).Append(policy.CancelUntil)
            .Distinct().Select(t => Calendar.Instant(day, t)).Append(Calendar.Instant(day, TimeOnly.MinValue)).ToList();
        var all = turns.SelectMany(t => new[] { t.AddMilliseconds(-1), t, t.AddMilliseconds(1), t.AddSeconds(random.Next(1, 1200)) })
            .Append(Calendar.Instant(day, TimeOnly.MinValue).AddMinutes(random.Next(1440)))
            .Where(t => Calendar.DateOf(t) == day).Distinct().ToArray();
        random.Shuffle(all);
        // Of each evening the opening itself is always among them.
        return [.. all.Take(count).Append(Calendar.Instant(day, policy.Windows[0].Opens).AddMilliseconds(random.Next(2))).Distinct().Order()];
    }

    public async Task ChangeRulesAsync(int? cooldown = null)
    {
        // Not through the API's list, which is by date: the rules of tomorrow may be of an older version than those of a later day.
        var from = Calendar.Today.AddDays(random.Next(3));
        var rules = await Host.Get<PolicyQueries>().TimelineAsync(CancellationToken.None);
        var policy = JsonNode.Parse(PolicyDocument.Write((rules.For(from) ?? rules.After(from))! with { From = from }))!;
        if (cooldown is not null || random.Next(2) == 0) policy["cooldownDays"] = cooldown ?? random.Next(1, 7);
        var windows = random.Next(3) == 0 ? WindowsOf(random.Next(1, 4)) : policy["windows"]!.AsArray();
        policy["windows"] = windows.DeepClone();
        var isHoliday = random.Next(5) == 0;
        foreach (var group in policy["quotas"]!.AsObject().Select(q => q.Key).ToList())
            policy["quotas"]![group] = new JsonArray([.. Enumerable.Range(0, windows.Count).Select(_ => JsonValue.Create(isHoliday ? 0 : random.Next(3)))]);
        var before = await DaysAsync();
        var (status, _) = await Policies.AddAsync(await SupervisorAsync(), policy);
        if (status != 201) return;
        if (isHoliday && random.Next(4) > 0) await EndHolidayAsync(policy);
        foreach (var (person, openId, day) in await DaysAsync())
        {
            if (day is { } moved && before.Find(b => b.Person == person).Day is { } old && old != moved) toBeTold.Add((openId, moved));
        }
    }

    public Task<HttpClient> SupervisorAsync() => StaffAsync("supervisor", Host.SupervisorAsync);

    public Task<HttpClient> ClerkAsync(string code) => StaffAsync(code, () => Host.ClerkAsync(code));

    public async ValueTask DisposeAsync()
    {
        foreach (var viewer in Viewers) viewer.Http.Dispose();
        foreach (var (http, _) in staff.Values) http.Dispose();
        await held.DisposeAsync();
        await Host.DisposeAsync();
    }

    // Their log-ins end after half a day.
    private async Task<HttpClient> StaffAsync(string name, Func<Task<HttpClient>> logIn)
    {
        if (staff.TryGetValue(name, out var known) && known.Until > Calendar.Now) return known.Http;
        known.Http?.Dispose();
        var http = await logIn();
        staff[name] = (http, Calendar.Now.AddHours(11));
        return http;
    }

    // A round that has opened keeps its rules, also where an import brings other ones of its day.
    private async Task ImportAsync()
    {
        if (await Desk.RoundAsync(Calendar.Today) is not { } round || round.Times.OpensAt > Calendar.Now) return;
        var policy = round.Policy with { From = Calendar.Today, CooldownDays = 1 + ((round.Policy.CooldownDays + random.Next(5)) % 7), Pickup = round.Policy.Pickup with { Opens = new DayTime(8, 30) } };
        await Host.Get<Database>().WriteAsync(transaction => Host.Get<CityStore>().AddPolicyAsync(transaction, policy, "import"), CancellationToken.None);
    }

    private async Task EndHolidayAsync(JsonNode holiday)
    {
        holiday["from"] = DateOnly.Parse(holiday["from"]!.GetValue<string>(), CultureInfo.InvariantCulture).AddDays(1).ToString("O", CultureInfo.InvariantCulture);
        foreach (var quota in holiday["quotas"]!.AsObject()) quota.Value!.AsArray()[0] = 1 + random.Next(2);
        await Policies.AddAsync(await SupervisorAsync(), holiday);
    }

    private static JsonArray WindowsOf(int count) => new([.. Enumerable.Range(0, count).Select(i => JsonNode.Parse(
        // Two that follow each other, then one after a pause.
        string.Create(CultureInfo.InvariantCulture, $$"""{"opens":"{{18 + (i / 2 * 2)}}:{{i % 2 * 30:00}}","closes":"{{18 + (i / 2 * 2) + (i % 2)}}:{{30 - (i % 2 * 30):00}}"}""")))]);

    private async Task SettleAsync()
    {
        Codes = [.. (await Host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies").EnumerateArray().Select(p => p.GetProperty("code").GetString()!)];
        // The third person of the first phone is on the second one too.
        int[][] families = [[1, 2, 3], [3, 4], [5], []];
        foreach (var (family, i) in families.Select((f, i) => (f, i))) Viewers.Add(await JoinAsync($"oClaim{i}", family));
        for (var i = 0; i < Crowd; i++)
        {
            var phone = await JoinAsync($"oCrowd{i}", [100 + (3 * i), 101 + (3 * i), 102 + (3 * i)]);
            crowd.AddRange(phone.Persons);
            phone.Http.Dispose();
        }

        var probe = await JoinAsync("oProbe", [99]);
        Probe = probe.Persons[0];
        probe.Http.Dispose();
        await ChangeRulesAsync(2);
    }

    private async Task<Viewer> JoinAsync(string openId, int[] family)
    {
        var http = await Host.PhoneAsync(openId);
        await Host.Http.PostAsync($"/sandbox/phones/{openId}/messages", new { type = "event", @event = "subscribe" });
        var persons = new List<Person>();
        var account = long.Parse((await http.GetJsonAsync("/api/me")).GetProperty("account").GetString()!, CultureInfo.InvariantCulture);
        foreach (var number in family)
        {
            var (status, body) = await http.PostAsync("/api/residents", People.Registration(number));
            Assert.Equal(201, status);
            persons.Add(new Person(body.GetProperty("id").GetString()!, account, number));
        }

        return new Viewer(openId, http, account, persons);
    }

    private Task BookAsync()
    {
        var viewer = Any([.. Viewers.Where(v => v.Persons.Count > 0)]);
        return viewer.Http.PostAsync(
            "/api/bookings", new { residentId = Any(viewer.Persons).Id, pharmacyCode = Any(Codes), requestId = $"own-{requests++}" });
    }

    // One pharmacy, or the whole city as far as the crowd reaches.
    private async Task SellOutAsync()
    {
        var desk = Host.Get<WeChatMask.Bookings.BookingDesk>();
        var at = random.Next(2) == 0 ? [Any(Codes)] : Codes;
        foreach (var person in crowd.OrderBy(_ => random.Next()))
        {
            var code = Any(at);
            await desk.BookAsync(new(person.Account, long.Parse(person.Id, CultureInfo.InvariantCulture), code, $"crowd-{requests++}"));
        }
    }

    private async Task CancelAsync()
    {
        var viewer = Any(Viewers);
        foreach (var booking in (await viewer.Http.GetJsonAsync("/api/bookings")).GetProperty("bookings").EnumerateArray().Take(2))
            (await viewer.Http.DeleteAsync(new Uri($"/api/bookings/{booking.GetProperty("number").GetString()}", UriKind.Relative))).Dispose();
    }

    private async Task CollectAsync()
    {
        var viewer = Any(Viewers);
        foreach (var booking in (await viewer.Http.GetJsonAsync("/api/bookings")).GetProperty("bookings").EnumerateArray().Take(2))
        {
            if (booking.GetProperty("status").GetString() != "booked") continue;
            var clerk = await ClerkAsync(booking.GetProperty("pharmacyCode").GetString()!);
            await clerk.PostAsync("/api/pharmacy/redemptions", new { voucher = booking.GetProperty("voucher").GetString(), requestId = $"over-{requests++}" });
        }
    }

    private async Task PauseAsync() => (await (await SupervisorAsync()).PutAsJsonAsync(
        $"/api/supervisor/pharmacies/{Any(Codes)}", new { status = random.Next(2) == 0 ? "paused" : "open", reason = "盘点" })).Dispose();

    private async Task<List<(string Person, string OpenId, DateOnly? Day)>> DaysAsync()
    {
        var days = new List<(string, string, DateOnly?)>();
        foreach (var viewer in Viewers)
        {
            foreach (var person in viewer.Persons)
            {
                var (day, isOwn, _) = await Desk.HoldAsync(person);
                if (day is { } booked && isOwn) days.Add((person.Id, viewer.OpenId, await Desk.MayBookFromAsync(booked, Calendar.Today)));
            }
        }

        return days;
    }

    public static IEnumerable<string> Strings(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => [json.GetString()!],
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => Strings(p.Value)),
        _ => [],
    };

    private async Task CheckToldAsync()
    {
        foreach (var (openId, day) in toBeTold)
        {
            var said = string.Join('\n', Strings(await Host.Http.GetJsonAsync($"/sandbox/phones/{openId}/messages")));
            if (!said.Contains(string.Create(CultureInfo.InvariantCulture, $"{day.Year}年{day.Month}月{day.Day}日"), StringComparison.Ordinal))
                NotTold.Add($"{openId} was not told of {day:yyyy-MM-dd} by {Calendar.Now:O}");
        }

        toBeTold.Clear();
    }

    [GeneratedRegex("[A-Za-z]{4,}")]
    private static partial Regex English();
}
