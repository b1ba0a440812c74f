using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Days.Claims;

/// <summary>Reads every page as somebody at an instant, and holds what it claims against the desk's own answer a millisecond later.</summary>
internal sealed partial class ClaimChecks(ClaimCity city, DateTimeOffset at, List<string> untrue)
{
    private const int MostPharmacies = 6;
    private static readonly string[] Personal = ["not_eligible", "name_mismatch", "already_booked", "cooldown"];
    private readonly DateTimeOffset soon = at.AddMilliseconds(1);
    private readonly CityCalendar calendar = city.Host.Get<CityCalendar>();
    private IReadOnlyList<string> sample = [];
    private Dictionary<string, int> left = [];
    private RoundState? round;
    private bool isSteady;

    public int Read { get; private set; }

    private DateOnly Today => calendar.DateOf(at);

    public async Task CheckAsync(Viewer? viewer)
    {
        round = await city.Desk.RoundAsync(Today);
        left = await city.Desk.LeftAsync(at);
        // Whether nothing opens or closes within this millisecond, so that the desk still speaks of what was read.
        isSteady = calendar.DateOf(soon) == Today && round?.Times.WindowAt(at) == round?.Times.WindowAt(soon) && round?.Times.PresentOrNext(at) == round?.Times.PresentOrNext(soon);
        sample = [.. city.Codes.OrderBy(_ => city.Next(1000)).Take(MostPharmacies)];
        var http = viewer?.Http ?? city.Host.Http;
        var home = await OpenAsync(http, "/");
        await CheckStateAsync(home);
        await CheckLeftAsync(home);
        await CheckRuleAsync(home);
        await CheckLeftAsync(await OpenAsync(http, "/nearby"));
        await CheckNoticeAsync(http);
        await CheckBoardAsync();
        await CheckRulesAsync(home);
        await CheckRulesAsync(await OpenAsync(http, "/guide"));
        if (viewer is null)
        {
            await CheckRoundsAsync();
            await CheckCounterAsync();
            await CheckSupervisorAsync();
            return;
        }

        await CheckOwnAsync(home, viewer);
        await CheckMeAsync(viewer);
        var residents = await OpenAsync(http, "/residents");
        await CheckPersonsAsync(residents, viewer);
        await CheckOpeningsAsync(residents);
        var book = await OpenAsync(http, "/book");
        await CheckStateAsync(book);
        await CheckLeftAsync(book);
        await CheckPersonsAsync(book, viewer);
        await CheckButtonsAsync(book, viewer);
        await CheckOwnAsync(book, viewer);
        await CheckBookingsAsync(viewer);
        await CheckChatAsync(viewer);
    }

    private async Task<ClaimPage> OpenAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        city.Opened.Add(ClaimRoutes.PatternOf(path));
        Say(answer.IsSuccessStatusCode && answer.RequestMessage!.RequestUri!.PathAndQuery == path, path, $"answered {(int)answer.StatusCode} at {answer.RequestMessage?.RequestUri}");
        return new ClaimPage(path, await answer.Content.ReadAsStringAsync());
    }

    private async Task<JsonElement> OpenJsonAsync(HttpClient http, string path)
    {
        city.Opened.Add(ClaimRoutes.PatternOf(path));
        return await http.GetJsonAsync(path);
    }

    private async Task<List<string[]>> OpenCsvAsync(HttpClient http, string path)
    {
        city.Opened.Add(ClaimRoutes.PatternOf(path));
        var csv = await http.GetStringAsync(new Uri(path, UriKind.Relative));
        return [.. csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(l => l.Trim('\uFEFF').Split(','))];
    }

    private void Say(bool isTrue, object page, string claim)
    {
        Read++;
        if (!isTrue) untrue.Add($"{calendar.Local(at):yyyy-MM-dd HH:mm:ss.fff} {page}: {claim}");
    }

    private async Task CheckStateAsync(ClaimPage page)
    {
        var answer = await city.Desk.AskAsync(at, city.Probe, sample[0]);
        var expected = answer.Refusal switch { Refusal.NotOpen => "announced between none", Refusal.Closed => "closed published", _ => "open" };
        Say(expected.Contains(page.State!, StringComparison.Ordinal), page, $"state {page.State}, but the desk says {answer.Refusal}");
        await CheckOpeningsAsync(page);
        foreach (var total in page.Claims("total-left"))
        {
            var open = await OpenPharmaciesAsync();
            var sum = left.Where(l => open.Contains(l.Key)).Sum(l => l.Value);
            Say(total.Text == sum.ToString(CultureInfo.InvariantCulture), page, $"{total.Text} left in all, but there are {sum}");
        }

        if (!page.Claims("sold-out").Any() || !isSteady) return;
        foreach (var (code, now) in await city.Desk.AskAsync(soon, city.Probe, sample)) Say(now.Refusal != Refusal.None, page, $"sold out, but {code} has a place");
    }

    // What is said to open opens then and not before, and nothing that has places opens earlier.
    private async Task CheckOpeningsAsync(ClaimPage page)
    {
        foreach (var claim in page.Claims("next-opening"))
        {
            var opens = calendar.Local(DateTimeOffset.Parse(claim["data-at"]!, CultureInfo.InvariantCulture));
            Say(claim.Text.Contains(opens.ToString("HH:mm", CultureInfo.InvariantCulture), StringComparison.Ordinal), page, $"'{claim.Text}' hides {opens:O}");
            var day = DateOnly.FromDateTime(opens.DateTime);
            if (day != Today) Say(claim.Text.Contains($"{day.Month}月{day.Day}日", StringComparison.Ordinal), page, $"'{claim.Text}' hides {opens:O}");
            await CheckOpeningAsync(page, opens);
        }
    }

    private async Task CheckOpeningAsync(object page, DateTimeOffset opens, string? code = null)
    {
        var day = calendar.DateOf(opens);
        if (opens > soon && await city.Desk.RoundAsync(day) is null)
        {
            var rules = await city.Host.Get<PolicyQueries>().TimelineAsync(CancellationToken.None);
            Say(rules.For(day)!.Windows.Any(w => calendar.Instant(day, w.Opens) == opens), page, $"opens {opens:O}, but not by that day's rules");
        }
        else
        {
            var then = await city.Desk.AskAsync(opens > soon ? opens : soon, city.Probe, sample[0]);
            Say(then.Refusal is not (Refusal.NotOpen or Refusal.Closed), page, $"opens {opens:O}, but the desk says {then.Refusal} then");
            // What opens next while places are given is a later window; else nothing is open before.
            if (opens > soon && !(round?.Times.WindowAt(at) is not null && left.Values.Any(l => l > 0))) Say((await city.Desk.AskAsync(opens.AddMilliseconds(-1), city.Probe, sample[0])).Refusal != Refusal.None, page, $"opens {opens:O}, but is open before");
        }

        for (var earlier = Today; earlier <= day; earlier = earlier.AddDays(1))
        {
            if (await city.Desk.RoundAsync(earlier) is not { IsClosed: false } known) continue;
            foreach (var window in known.Times.Windows.Where(w => w.OpensAt > soon && w.OpensAt < opens))
                Say(!await AnyPlacesAsync(window.OpensAt, code), page, $"opens {opens:O}, but there are places at {window.OpensAt:O}");
        }
    }

    private async Task<bool> AnyPlacesAsync(DateTimeOffset then, string? code)
    {
        var open = await OpenPharmaciesAsync();
        return (await city.Desk.LeftAsync(then)).Any(l => l.Value > 0 && open.Contains(l.Key) && (code is null || code == l.Key));
    }

    private async Task<HashSet<string>> OpenPharmaciesAsync() =>
        [.. await city.Host.Get<Database>().QueryAsync<string>("SELECT code FROM pharmacy WHERE status = @open", new { open = PharmacyStatus.Open })];

    private async Task CheckLeftAsync(ClaimPage page)
    {
        foreach (var claim in page.Claims("left"))
        {
            var code = claim.Around("data-code")!["data-code"]!;
            if (!sample.Contains(code)) continue;
            var answer = isSteady ? await city.Desk.AskAsync(soon, city.Probe, code) : null;
            if (Regex.Match(claim.Text, @"^(本场余|今天余|下一场|末场余) (\d+)( 个)?$") is { Success: true } some)
            {
                Say(left.GetValueOrDefault(code).ToString(CultureInfo.InvariantCulture) == some.Groups[2].Value, page, $"{code} '{claim.Text}', but there are {left.GetValueOrDefault(code)}");
                if (answer is not null) Say(answer.Refusal is Refusal.None or Refusal.NotOpen, page, $"{code} '{claim.Text}', but the desk says {answer.Refusal}");
                var isWindow = round!.Times.Windows.Count > 1;
                Say(some.Groups[1].Value == "今天余" != isWindow, page, $"{code} '{claim.Text}' of a day of {round.Times.Windows.Count} windows");
            }
            else if (claim.Text is "暂停预约" or "已退出")
            {
                if (answer is not null) Say(answer.Refusal is Refusal.PharmacyPaused or Refusal.NotOpen or Refusal.Closed, page, $"{code} '{claim.Text}', but the desk says {answer.Refusal}");
            }
            else if (Regex.Match(claim.Text, @"^今天共约 (\d+)$") is { Success: true } booked)
            {
                var count = await city.Host.Get<Database>().ScalarAsync<long>(
                    "SELECT COUNT(*) FROM booking b JOIN pharmacy p ON p.id = b.pharmacy_id WHERE p.code = @code AND b.round_date = @Today AND b.status <> @cancelled",
                    new { code, Today, cancelled = BookingStatus.Cancelled });
                Say(booked.Groups[1].Value == count.ToString(CultureInfo.InvariantCulture), page, $"{code} '{claim.Text}', but it was {count}");
            }
            else if (claim.Text != "今天不约")
            {
                await CheckFullAsync(page, code, claim.Text, answer);
            }
        }
    }

    private async Task CheckFullAsync(ClaimPage page, string code, string text, BookingAnswer? answer)
    {
        Say(text.Contains("约满", StringComparison.Ordinal) || text.Contains("无名额", StringComparison.Ordinal) || text.EndsWith("再放", StringComparison.Ordinal), page, $"{code} '{text}' is no known claim");
        if (answer is not null) Say(answer.Refusal is Refusal.SoldOut or Refusal.NotOpen, page, $"{code} '{text}', but the desk says {answer.Refusal}");
        if (Regex.Match(text, @"(\d\d:\d\d) 再放$") is { Success: true } later)
        {
            var then = calendar.Instant(Today, TimeOnly.Parse(later.Groups[1].Value, CultureInfo.InvariantCulture));
            Say((await city.Desk.LeftAsync(then)).GetValueOrDefault(code) > 0, page, $"{code} '{text}', but there is none then");
        }
        else if (Regex.Match(text, @"下次 (\d+)月(\d+)日 \S+ (\d\d:\d\d)$") is { Success: true } next)
        {
            var day = new DateOnly(Today.Year, Number(next, 1), Number(next, 2));
            await CheckOpeningAsync($"{page} {code}", calendar.Instant(day, TimeOnly.Parse(next.Groups[3].Value, CultureInfo.InvariantCulture)), code);
        }
    }

    private async Task CheckRuleAsync(ClaimPage home)
    {
        if (Regex.Match(home.Text, @"比如 (\d+)月(\d+)日 \S+ 约到，(\d+)月(\d+)日 \S+ 起可再约") is not { Success: true } example) return;
        var from = await city.Desk.MayBookFromAsync(Today, Today);
        Say((Number(example, 3), Number(example, 4)) == (from?.Month, from?.Day) && Number(example, 2) == Today.Day, home, $"'{example.Value}', but it is {from:O}");
    }

    private async Task CheckNoticeAsync(HttpClient http)
    {
        if (round is null) return;
        var page = await OpenAsync(http, FormattableString.Invariant($"/notices/{Today:yyyy-MM-dd}"));
        var lines = await OpenCsvAsync(city.Host.Http, FormattableString.Invariant($"/api/public/rounds/{Today:yyyy-MM-dd}.csv"));
        var carried = lines[^1][Array.IndexOf(lines[0], "carriedOut")];
        var hasClosed = round.PhaseAt(at) >= RoundPhase.Closed;
        Say(page.Text.Contains("转下期", StringComparison.Ordinal) == hasClosed, page, $"speaks of what goes on to the next round, closed {hasClosed}");
        Say(carried.Length > 0 == hasClosed, $"{page}.csv", $"carries {carried} out, closed {hasClosed}");
    }

    private async Task CheckBoardAsync()
    {
        var board = await OpenJsonAsync(city.Host.Http, "/api/board");
        foreach (var pharmacy in board.GetProperty("pharmacies").EnumerateArray())
        {
            var code = pharmacy.GetProperty("code").GetString()!;
            if (round is { } && round.Times.PresentOrNext(at) is not null && sample.Contains(code))
                Say(pharmacy.GetProperty("left").GetInt32() == left.GetValueOrDefault(code), "/api/board", $"{code} has {pharmacy.GetProperty("left")}, but there are {left.GetValueOrDefault(code)}");
        }

        if (board.TryGetProperty("nextOpening", out var next)) await CheckOpeningAsync("/api/board", next.GetDateTimeOffset());
    }

    private async Task CheckOwnAsync(ClaimPage page, Viewer viewer)
    {
        var claims = page.Claims("own-pickup").ToList();
        if (page.State == "open")
        {
            Say(claims.Count == 0, page, "what is to be collected, while people come to book");
            return;
        }

        var rows = (await city.Host.Get<BookingQueries>().OfAccountAsync(viewer.Account, CancellationToken.None))
            .FindAll(b => b.Status == BookingStatus.Booked || (b.PickupDate == Today && b.Status != BookingStatus.Cancelled));
        Say(rows.Select(b => b.Number).ToHashSet().SetEquals(claims.Select(c => c["data-number"]!)), page, $"{claims.Count} to collect, but there are {rows.Count}");
        var section = page.Elements.First(e => e.Attributes.ContainsKey("data-round"));
        if (rows.Count > 0) Say(Regex.IsMatch(section.Text, "^(今天|明天|已经领取|领取时间已过|预约待核验|[0-9]+月)"), page, $"begins with '{section.Text[..12]}'");
        foreach (var claim in claims)
        {
            if (rows.Find(b => b.Number == claim["data-number"]) is not { } b || await city.Desk.RoundAsync(b.RoundDate) is not { } of) continue;
            var ends = b.MovedUntil ?? of.Times.PickupClosesAt;
            var expected = b.Status == BookingStatus.Booked && ends <= at ? BookingStatus.Lapsed : b.Status;
            Say(claim["data-status"] == expected.ToString(), page, $"{b.Number} {claim["data-status"]}, but it is {expected}");
            if (expected != BookingStatus.Booked) continue;
            var starts = calendar.Local(b.Slot?.StartsAt ?? calendar.Instant(b.PickupDate, of.Policy.Pickup.Opens));
            Say(claim.Text.Contains(starts.ToString("HH:mm", CultureInfo.InvariantCulture), StringComparison.Ordinal), page, $"'{claim.Text}' hides {starts:O}");
            Say(section.Text.Contains($"{b.PickupDate.Month}月{b.PickupDate.Day}日", StringComparison.Ordinal), page, $"'{section.Text}' hides {b.PickupDate:O}");
        }
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
}
