using System.Globalization;
using System.Text.RegularExpressions;
using WeChatMask.Domain;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days.Claims;

/// <summary>What the account answers in the chat.</summary>
internal sealed partial class ClaimChecks
{
    private async Task CheckChatAsync(Viewer viewer)
    {
        var answer = await city.Host.Http.PostAsync($"/sandbox/phones/{viewer.OpenId}/messages", new { type = "text", content = "预约" });
        var said = string.Join('\n', ClaimCity.Strings(answer.Body));
        await CheckQueryAsync(viewer);
        if (!isSteady) return;
        var probe = await city.Desk.AskAsync(soon, city.Probe, sample[0]);
        var open = await OpenPharmaciesAsync();
        var giving = left.Where(l => l.Value > 0 && open.Contains(l.Key)).ToList();
        if (Regex.Match(said, @"正在预约，(\d+) 家药店还有名额") is { Success: true } now)
        {
            Say(probe.Refusal is not (Refusal.NotOpen or Refusal.Closed) && Number(now, 1) == giving.Count, "chat", $"'{now.Value}', but the desk says {probe.Refusal} and {giving.Count} have places");
            Say(Regex.Match(said, @"(?:本场|今天)一共还剩 (\d+) 个名额") is { Success: true } some && Number(some, 1) == giving.Sum(g => g.Value), "chat", $"'{said}', but there are {giving.Sum(g => g.Value)}");
        }
        else
        {
            Say(probe.Refusal is Refusal.NotOpen or Refusal.Closed || giving.Count == 0, "chat", $"'{said}', but the desk says {probe.Refusal} and {giving.Count} have places");
        }

        if (Regex.Match(said, @"下一次预约：(\d+)月(\d+)日 (\d\d:\d\d) 开始") is { Success: true } next)
            await CheckOpeningAsync("chat", calendar.Instant(new DateOnly(Today.Year, Number(next, 1), Number(next, 2)), TimeOnly.Parse(next.Groups[3].Value, CultureInfo.InvariantCulture)));
        else if (Regex.Match(said, @"(?:今天|下一场) (\d\d:\d\d) 开始") is { Success: true } today)
            await CheckOpeningAsync("chat", calendar.Instant(Today, TimeOnly.Parse(today.Groups[1].Value, CultureInfo.InvariantCulture)));
    }

    // Who has collected, or has not come, is told from when on they may book again.
    private async Task CheckQueryAsync(Viewer viewer)
    {
        var answer = await city.Host.Http.PostAsync($"/sandbox/phones/{viewer.OpenId}/messages", new { type = "text", content = "查询" });
        var said = string.Join('\n', ClaimCity.Strings(answer.Body));
        var days = new List<DateOnly?>();
        foreach (var person in viewer.Persons)
        {
            // The day that another account's booking makes is not told, but that of the own.
            var hold = await city.Desk.HoldAsync(person);
            if (hold.OwnDay is { } booked) days.Add(await city.Desk.MayBookFromAsync(booked, Today));
        }

        // What is waited for, and what is not any more.
        foreach (var row in await OwnAsync(viewer))
        {
            if (row.Judge(at) != row.Judge(soon) || Regex.Match(said, $@"预约号：{row.Number}\s+状态：(\S+)") is not { Success: true } line) continue;
            Say(line.Groups[1].Value.Contains("待领取", StringComparison.Ordinal) == (row.At(at) == BookingStatus.Booked), "chat", $"'{line.Value}', but the counter says {row.Judge(at)}");
        }

        foreach (Match again in Regex.Matches(said, @"(\d+)月(\d+)日起可以再约"))
            Say(days.Contains(new DateOnly(Today.Year, Number(again, 1), Number(again, 2))), "chat", $"'{again.Value}', but it is {string.Join(' ', days)}");
    }
}
