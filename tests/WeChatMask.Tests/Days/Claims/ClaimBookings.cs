using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days.Claims;

/// <summary>What is said of an account's bookings, held against what the counter would say and whether they could be given back.</summary>
internal sealed partial class ClaimChecks
{
    private async Task CheckBookingsAsync(Viewer viewer)
    {
        var rows = await OwnAsync(viewer);
        var page = await OpenAsync(viewer.Http, "/bookings");
        var tickets = page.Elements.Where(e => e.Name == "a" && e["class"]?.Contains("ticket", StringComparison.Ordinal) == true).ToDictionary(t => t["href"]!.Split('/')[^1], StringComparer.Ordinal);
        Say(rows.Select(r => r.Number).ToHashSet(StringComparer.Ordinal).SetEquals(tickets.Keys), page, $"{tickets.Count} bookings, but there are {rows.Count}");
        var listed = (await OpenJsonAsync(viewer.Http, "/api/bookings")).GetProperty("bookings").EnumerateArray().ToDictionary(b => b.GetProperty("number").GetString()!, StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (await city.Desk.RoundAsync(row.RoundDate) is not { } of) continue;
            var ticket = tickets[row.Number];
            CheckPickup(page, row, ticket.Text);
            var tag = page.Elements.First(e => e["data-status"] is not null && e.Around("href") == ticket);
            Say(tag["data-status"] == row.At(at).ToString(), page, $"{row.Number} is {tag["data-status"]}, but the counter says {row.Judge(at)}");
            CheckJson("/api/bookings", row, listed[row.Number]);
            // The newest is read whole.
            if (row == rows[0]) await CheckBookingAsync(viewer.Http, row, of);
        }
    }

    private Task<List<OwnBooking>> OwnAsync(Viewer viewer) => city.Host.Get<Database>().QueryAsync<OwnBooking>(
        """
        SELECT b.number, b.round_date, b.pickup_date, b.status, b.pickup_opens_at, b.pickup_closes_at, b.slot_starts_at, b.slot_ends_at
          FROM booking_pickup b
         WHERE b.account_id = @Account AND b.created_at > @since
         ORDER BY b.id DESC
        """,
        new { viewer.Account, since = at.AddDays(-30) });

    private async Task CheckBookingAsync(HttpClient http, OwnBooking row, RoundState of)
    {
        CheckJson("/api/bookings/{number}", row, await OpenJsonAsync(http, $"/api/bookings/{row.Number}"));
        var page = await OpenAsync(http, $"/bookings/{row.Number}");
        CheckPickup(page, row, page.Elements.First(e => e.Name == "h1").Text);
        Say(page.Text.Contains(Day(row.PickupDate), StringComparison.Ordinal) && page.Text.Contains(Hours(row, of), StringComparison.Ordinal), page, $"hides {row.PickupDate:O} {Hours(row, of)}");
        var mayCancel = row.Status == BookingStatus.Booked && soon < of.Times.CancelUntil;
        if (row.Status == BookingStatus.Booked) Say(page.Text.Contains($"领取当天 {Clock(of.Times.CancelUntil)} 以前可以取消", StringComparison.Ordinal), page, $"hides {of.Times.CancelUntil:O}");
        if (at < of.Times.CancelUntil == soon < of.Times.CancelUntil) Say(page.Elements.Any(e => e["href"] == $"/bookings/{row.Number}/cancel") == mayCancel, page, $"cancelling is offered, but it is {mayCancel}");
        if (row.Status != BookingStatus.Cancelled)
        {
            var cancel = await OpenAsync(http, $"/bookings/{row.Number}/cancel");
            if (at < of.Times.CancelUntil == soon < of.Times.CancelUntil) Say(cancel.Elements.Any(e => e.Name == "button" && e.Text == "确定取消") == mayCancel, cancel, $"cancelling may be pressed, but it is {mayCancel}");
            Say(cancel.Text.Contains("您可以重新预约", StringComparison.Ordinal) == of.Policy.CancellationLiftsCooldown, cancel, $"lifts, but it is {of.Policy.CancellationLiftsCooldown}");
        }

        var paper = await OpenAsync(http, $"/bookings/{row.Number}/print");
        Say(paper.Text.Contains(Hours(row, of), StringComparison.Ordinal) == (row.At(at) == BookingStatus.Booked), paper, $"for {Hours(row, of)}, but the counter says {row.Judge(at)}");
    }

    // What has to be known now, as the counter would judge it.
    private void CheckPickup(ClaimPage page, OwnBooking row, string said)
    {
        var verdict = row.Judge(soon);
        if (verdict != row.Judge(at)) return;
        var isRight = verdict switch
        {
            Verdict.Cancelled => said.Contains("已取消", StringComparison.Ordinal),
            Verdict.AlreadyRedeemed => said.Contains("已经领取", StringComparison.Ordinal) || said.Contains("已领取", StringComparison.Ordinal),
            Verdict.Lapsed => said.Contains("过期未领", StringComparison.Ordinal) || said.Contains("领取时间已过", StringComparison.Ordinal),
            Verdict.NotYet when Today < row.PickupDate => said.Contains("预约成功", StringComparison.Ordinal) || said.Contains($"{Day(row.PickupDate)}", StringComparison.Ordinal),
            Verdict.NotYet => said.Contains("今天去领", StringComparison.Ordinal) && !said.Contains("现在可以", StringComparison.Ordinal),
            _ => Regex.IsMatch(said, "今天去领|现在可以去领|今天 .* 以前都能领"),
        };
        Say(isRight, page, $"{row.Number} '{said}', but the counter says {verdict}");
        if (said.Contains("现在可以去领", StringComparison.Ordinal) || said.Contains("以前都能领", StringComparison.Ordinal)) Say(verdict == Verdict.Valid, page, $"{row.Number} '{said}', but the counter says {verdict}");
        if (Regex.Match(said, @"今天 (\d\d:\d\d) 以前都能领") is { Success: true } until) Say(until.Groups[1].Value == Clock(row.PickupClosesAt), page, $"'{said}', but until {row.PickupClosesAt:O}");
    }

    private void CheckJson(string page, OwnBooking row, JsonElement said)
    {
        Say(said.GetProperty("status").GetString() == JsonNamingPolicy.CamelCase.ConvertName(row.Status.ToString()), page, $"{row.Number} is {said.GetProperty("status")}, but it is {row.Status}");
        Say(said.GetProperty("pickupDate").GetString() == row.PickupDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), page, $"{row.Number} on {said.GetProperty("pickupDate")}, but it is {row.PickupDate:O}");
        var slot = said.TryGetProperty("slot", out var given) && given.ValueKind == JsonValueKind.Object ? given.GetProperty("startsAt").GetDateTimeOffset() : (DateTimeOffset?)null;
        Say(slot == row.SlotStartsAt, page, $"{row.Number} from {slot:O}, but it is {row.SlotStartsAt:O}");
    }

    private string Clock(DateTimeOffset instant) => calendar.Local(instant).ToString("HH:mm", CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => $"{day.Month}月{day.Day}日";

    private string Hours(OwnBooking row, RoundState of) => row.SlotStartsAt is { } starts
        ? $"{Clock(starts)}–{Clock(row.SlotEndsAt!.Value)}"
        : $"{Clock(of.Times.PickupOpensAt)}–{Clock(of.Times.PickupClosesAt)}";

    private sealed class OwnBooking
    {
        public string Number { get; init; } = "";
        public DateOnly RoundDate { get; init; }
        public DateOnly PickupDate { get; init; }
        public BookingStatus Status { get; init; }
        public DateTimeOffset PickupOpensAt { get; init; }
        public DateTimeOffset PickupClosesAt { get; init; }
        public DateTimeOffset? SlotStartsAt { get; init; }
        public DateTimeOffset? SlotEndsAt { get; init; }

        public Verdict Judge(DateTimeOffset now) => RedemptionRules.Judge(new CounterFacts(false, true, true, true, Status, PickupOpensAt, PickupClosesAt), false, now);

        /// <summary>What became of it, whether or not the job has written it down yet.</summary>
        public BookingStatus At(DateTimeOffset now) => Judge(now) == Verdict.Lapsed ? BookingStatus.Lapsed : Status;
    }
}
