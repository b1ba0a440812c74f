using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days.Claims;

/// <summary>The rules as sentences, the public books and lists, and the first pages of pharmacies and of the supervisor.</summary>
internal sealed partial class ClaimChecks
{
    private const int RoundsRead = 2;

    // Today's hours, limits and price are those that today's round keeps.
    private async Task CheckRulesAsync(ClaimPage page)
    {
        var rules = round?.Policy ?? (await city.Host.Get<PolicyQueries>().TimelineAsync(CancellationToken.None)).For(Today);
        if (rules is null) return;
        var windows = RoundTimes.Of(rules, Today, calendar.Instant).Windows;
        var whole = $"每天 {Clock(windows[0].OpensAt)}–{Clock(windows[^1].ClosesAt)}";
        Say(page.Text.Contains($"{whole} {(windows.Count == 1 ? "开放" : $"分 {windows.Count} 场")}", StringComparison.Ordinal), page, $"hides '{whole}' of {windows.Count} windows");
        var pickup = $"约到的第二天 {CityFormatter.Time(rules.Pickup.Opens)}–{CityFormatter.Time(rules.Pickup.Closes)}";
        Say(page.Text.Contains(pickup, StringComparison.Ordinal), page, $"hides '{pickup}'");
        if (Regex.Match(page.Text, @"约到当天起算，隔 (\d+) 天可再约") is { Success: true } days) Say(days.Groups[1].Value == rules.CooldownDays.ToString(CultureInfo.InvariantCulture), page, $"'{days.Value}', but it is {rules.CooldownDays}");
    }

    private async Task CheckRoundsAsync()
    {
        var http = city.Host.Http;
        var page = await OpenAsync(http, "/notices");
        var lines = page.Elements.Where(e => e.Name == "a" && e["href"]?.StartsWith("/notices/", StringComparison.Ordinal) == true && e["class"]?.Contains("weui-cell_access", StringComparison.Ordinal) == true)
            .ToDictionary(e => e["href"]!.Split('/')[^1], e => e.Text, StringComparer.Ordinal);
        var listed = (await OpenJsonAsync(http, "/api/public/rounds")).GetProperty("rounds").EnumerateArray().ToDictionary(r => r.GetProperty("date").GetString()!, r => r.GetProperty("phase").GetString()!, StringComparer.Ordinal);
        var rows = await OpenCsvAsync(http, "/api/public/rounds.csv");
        var staffs = await OpenAsync(await city.SupervisorAsync(), "/supervisor/rounds");
        var rounds = (await city.Host.Get<RoundQueries>().NewestAsync(2 * RoundsRead, CancellationToken.None)).Where(r => r.Date <= Today).Take(RoundsRead).ToList();
        foreach (var one in rounds)
        {
            var date = one.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var phase = listed[date];
            Say(rows.Any(r => r[0] == date && r[2] == phase), "/api/public/rounds.csv", $"{date} is not {phase}");
            await CheckBooksAsync(one, date);
            await CheckListAsync(one, date);
            var word = phase switch { "handout" when at >= one.Times.PickupClosesAt => "领取时间已过", "announced" => "即将开放", "open" => "预约中", "closed" => "预约结束", "published" => "名单已公布", "handout" => "领取中", _ => "已结束" };
            Say(lines[date].EndsWith(word, StringComparison.Ordinal), page, $"{date} '{lines[date]}', but it is {phase}");
            var staffsLine = staffs.Elements.First(e => e.Name == "li" && staffs.Elements.Any(a => a["href"] == $"/notices/{date}" && a.Around("class")?.Parent == e));
            Say(staffs.Elements.Any(e => e.Parent?.Parent == staffsLine && e["class"] == "tag grey" && e.Text == word), staffs, $"{date} '{staffsLine.Text}', but it is {phase}");
            Say(phase == "announced" == at < one.Times.OpensAt && phase == "open" == (at >= one.Times.OpensAt && at < one.Times.ClosesAt && !one.IsClosed), page, $"{date} is {phase} at {at:O}");
            if (phase == "handout") Say(at >= one.Times.PickupOpensAt, page, $"{date} '{lines[date]}' before its hours");
        }
    }

    // Figures of the whole day, by pharmacy and for the city, as the desk and the counter count.
    private async Task CheckBooksAsync(RoundState one, string date)
    {
        var books = await OpenJsonAsync(city.Host.Http, $"/api/public/rounds/{date}");
        var rows = await OpenCsvAsync(city.Host.Http, $"/api/public/rounds/{date}.csv");
        var counts = (await city.Host.Get<Database>().QueryAsync<Counted>(
            """
            SELECT p.code, COUNT(CASE WHEN b.status = 0 THEN 1 END) AS booked, COUNT(CASE WHEN b.status = 1 THEN 1 END) AS redeemed, COUNT(CASE WHEN b.status = 2 THEN 1 END) AS lapsed,
                   COUNT(CASE WHEN b.status = 3 AND b.cancelled_late = 1 THEN 1 END) AS cancelled
              FROM booking b
              JOIN pharmacy p ON p.id = b.pharmacy_id
             WHERE b.round_date = @Date
             GROUP BY p.code
            """,
            new { one.Date })).ToDictionary(c => c.Code, StringComparer.Ordinal);
        var lastLeft = one.Date == Today && one.Times.PresentOrNext(at) is not null && at < one.Times.Windows[^1].OpensAt ? await city.Desk.LeftAsync(one.Times.Windows[^1].OpensAt) : one.Date == Today && one.Times.PresentOrNext(at) is not null ? left : null;
        foreach (var pharmacy in books.GetProperty("pharmacies").EnumerateArray().Append(books.GetProperty("totals")))
        {
            var code = pharmacy.TryGetProperty("code", out var named) ? named.GetString()! : "total";
            if (code != "total" && !sample.Contains(code)) continue;
            var expected = code == "total" ? Counted.Sum(counts.Values) : counts.GetValueOrDefault(code) ?? new Counted();
            foreach (var (name, figure) in expected.Figures.Concat(lastLeft is null ? [] : [("left", code == "total" ? lastLeft.Values.Sum() : lastLeft.GetValueOrDefault(code))]))
            {
                Say(pharmacy.GetProperty(name).GetInt32() == figure, $"/api/public/rounds/{date}", $"{code} {name} {pharmacy.GetProperty(name)}, but it is {figure}");
                Say(rows.First(r => r[0] == code)[Array.IndexOf(rows[0], name)] == figure.ToString(CultureInfo.InvariantCulture), $"/api/public/rounds/{date}.csv", $"{code} {name} is not {figure}");
            }
        }

        var page = await OpenAsync(city.Host.Http, $"/notices/{date}");
        var totals = books.GetProperty("totals");
        foreach (var (title, name) in new[] { ("剩余", "left"), ("待领", "booked"), ("已领", "redeemed"), ("未领", "lapsed"), ("名额", "places") })
        {
            var shown = page.Elements.First(e => e.Name == "dt" && e.Text == title).Parent!.Text;
            Say(shown == $"{title}{totals.GetProperty(name)}" || shown == $"{title} {totals.GetProperty(name)}", page, $"'{shown}', but it is {totals.GetProperty(name)}");
        }
    }

    private async Task CheckListAsync(RoundState one, string date)
    {
        var code = sample[0];
        var path = $"/api/public/rounds/{date}/list?pharmacy={code}";
        city.Opened.Add(ClaimRoutes.PatternOf(path));
        using var answer = await city.Host.Http.GetAsync(new Uri(path, UriKind.Relative));
        Say(answer.IsSuccessStatusCode == (one.PublishedAt is not null), path, $"answers {(int)answer.StatusCode}, published {one.PublishedAt:O}");
        var page = await OpenAsync(city.Host.Http, $"/notices/{date}?pharmacy={code}");
        Say(page.Text.Contains("名单还没有公布", StringComparison.Ordinal) == (one.PublishedAt is null), page, $"says that the list is not there, published {one.PublishedAt:O}");
        if (!answer.IsSuccessStatusCode) return;
        var entries = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("entries").EnumerateArray().ToList();
        var rows = await OpenCsvAsync(city.Host.Http, $"/api/public/rounds/{date}/list.csv?pharmacy={code}");
        var statuses = await city.Host.Get<Database>().QueryAsync<BookingStatus>(
            "SELECT b.status FROM published_entry e JOIN booking b ON b.round_date = e.round_date AND b.pharmacy_id = e.pharmacy_id AND b.serial = e.serial JOIN pharmacy p ON p.id = e.pharmacy_id WHERE e.round_date = @Date AND p.code = @code ORDER BY e.serial",
            new { one.Date, code });
        Say(entries.Select(e => e.GetProperty("status").GetString()!).SequenceEqual(statuses.Select(s => JsonNamingPolicy.CamelCase.ConvertName(s.ToString()))), path, $"{entries.Count} entries are not those of {statuses.Count} bookings");
        Say(rows.Count - 1 == statuses.Count, $"/api/public/rounds/{date}/list.csv", $"{rows.Count - 1} rows, but there are {statuses.Count}");
    }

    // What is due, done and still awaited at a counter today, and when there is something next.
    private async Task CheckCounterAsync()
    {
        // Where somebody is awaited, if anywhere.
        var awaited = await city.Host.Get<Database>().QueryAsync<string>(
            "SELECT DISTINCT p.code FROM booking_pickup b JOIN pharmacy p ON p.id = b.pharmacy_id WHERE b.pickup_date = @Today AND b.status = @booked ORDER BY p.code",
            new { Today, booked = BookingStatus.Booked });
        var code = city.Any(awaited.Count > 0 ? awaited : city.Codes);
        var page = await OpenAsync(await city.ClerkAsync(code), "/pharmacy");
        var due = await city.Host.Get<Database>().QueryAsync<Due>(
            "SELECT b.status, b.pickup_opens_at, b.pickup_closes_at, b.slot_starts_at, b.slot_ends_at FROM booking_pickup b JOIN pharmacy p ON p.id = b.pharmacy_id WHERE p.code = @code AND b.pickup_date = @Today",
            new { code, Today });
        if (due.Count > 0)
        {
            int Of(BookingStatus status) => due.Count(b => b.At(at) == status);
            foreach (var (title, figure) in new[] { ("今天应发", due.Count - Of(BookingStatus.Cancelled)), ("今天已发", Of(BookingStatus.Redeemed)), ("今天还在等", Of(BookingStatus.Booked)), ("过期未领", Of(BookingStatus.Lapsed)) })
            {
                if (page.Elements.FirstOrDefault(e => e.Name == "dt" && e.Text == title)?.Parent is { } tile)
                    Say(tile.Text.Replace(" ", "", StringComparison.Ordinal) == $"{title}{figure}", page, $"{code} '{tile.Text}', but it is {figure}");
            }

            var foot = page.Elements.First(e => e.Name == "tfoot");
            var sums = page.Elements.Where(e => e.Name == "td" && e.Parent!.Parent == foot).Select(e => e.Text).ToList();
            var counts = new[] { Of(BookingStatus.Booked), Of(BookingStatus.Redeemed), Of(BookingStatus.Lapsed), Of(BookingStatus.Cancelled) };
            Say(sums.SequenceEqual(counts.Select(c => c.ToString(CultureInfo.InvariantCulture))), page, $"{code} {string.Join(' ', sums)}, but the counter says {string.Join(' ', counts)}");
            var present = page.Elements.Any(e => e["aria-current"] == "time");
            Say(present == due.Any(b => b.SlotStartsAt <= at && at < b.SlotEndsAt), page, $"{code} a slot is now, {present}");
        }
        else if (Regex.Match(page.Text, @"下一次发放：(\d+)年(\d+)月(\d+)日 \S+，(\d\d:\d\d)–") is { Success: true } next)
        {
            var first = await city.Host.Get<Database>().QueryOneAsync<Next>("SELECT pickup_date, pickup_opens_at FROM round WHERE pickup_date > @Today ORDER BY pickup_date LIMIT 1", new { Today });
            Say(first is not null && new DateOnly(Number(next, 1), Number(next, 2), Number(next, 3)) == first.PickupDate && next.Groups[4].Value == Clock(first.PickupOpensAt), page, $"'{next.Value}', but it is {first?.PickupOpensAt:O}");
        }
    }

    private async Task CheckSupervisorAsync()
    {
        var page = await OpenAsync(await city.SupervisorAsync(), "/supervisor");
        var open = round is not null && round.Times.PresentOrNext(at) is not null;
        var figures = await OpenAsync(await city.SupervisorAsync(), $"/supervisor/pharmacies?q={sample[0]}");
        foreach (var row in figures.Elements.Where(e => e.Name == "tr"))
        {
            var cells = figures.Elements.Where(e => e.Parent == row).ToList();
            if (cells.Count != 5 || cells[0].Name != "th" || sample.FirstOrDefault(c => cells[0].Text.Contains(c, StringComparison.Ordinal)) is not { } code || cells[1].Name != "td") continue;
            if (open) Say(cells[2].Text == left.GetValueOrDefault(code).ToString(CultureInfo.InvariantCulture), figures, $"{code} has {cells[2].Text}, but there are {left.GetValueOrDefault(code)}");
            var counts = (await city.Host.Get<Database>().QueryOneAsync<Counted>(
                """
                SELECT COUNT(CASE WHEN b.round_date = @Today AND b.status <> 3 THEN 1 END) AS booked, COUNT(CASE WHEN b.pickup_date = @Today AND b.status = 1 THEN 1 END) AS redeemed
                  FROM booking_pickup b JOIN pharmacy p ON p.id = b.pharmacy_id WHERE p.code = @code
                """,
                new { code, Today }))!;
            if (open) Say(cells[3].Text == counts.Booked.ToString(CultureInfo.InvariantCulture), figures, $"{code} booked {cells[3].Text}, but it is {counts.Booked}");
            Say(cells[4].Text == counts.Redeemed.ToString(CultureInfo.InvariantCulture), figures, $"{code} collected {cells[4].Text}, but it is {counts.Redeemed}");
        }

        if (open) Say(page.Elements.First(e => e["class"] == "tile-main").Text.EndsWith($"剩余{left.Values.Sum()}", StringComparison.Ordinal) || page.Elements.First(e => e["class"] == "tile-main").Text.EndsWith($"剩余 {left.Values.Sum()}", StringComparison.Ordinal), page, $"'{page.Elements.First(e => e["class"] == "tile-main").Text}', but there are {left.Values.Sum()}");
        Say(page.Text.Contains("今天没有安排预约", StringComparison.Ordinal) == (round is null), page, $"speaks of a round, there is {round?.Date:O}");
    }

    private sealed class Due
    {
        public BookingStatus Status { get; init; }
        public DateTimeOffset PickupOpensAt { get; init; }
        public DateTimeOffset PickupClosesAt { get; init; }
        public DateTimeOffset? SlotStartsAt { get; init; }
        public DateTimeOffset? SlotEndsAt { get; init; }

        public BookingStatus At(DateTimeOffset now) => Status == BookingStatus.Booked && now >= PickupClosesAt ? BookingStatus.Lapsed : Status;
    }

    private sealed class Next
    {
        public DateOnly PickupDate { get; init; }
        public DateTimeOffset PickupOpensAt { get; init; }
    }

    private sealed class Counted
    {
        public string Code { get; init; } = "";
        public int Booked { get; init; }
        public int Redeemed { get; init; }
        public int Lapsed { get; init; }
        public int Cancelled { get; init; }

        public IEnumerable<(string Name, int Figure)> Figures => [("booked", Booked), ("redeemed", Redeemed), ("lapsed", Lapsed), ("cancelled", Cancelled)];

        public static Counted Sum(IReadOnlyCollection<Counted> all) => new()
        {
            Booked = all.Sum(c => c.Booked), Redeemed = all.Sum(c => c.Redeemed), Lapsed = all.Sum(c => c.Lapsed), Cancelled = all.Sum(c => c.Cancelled),
        };
    }
}
