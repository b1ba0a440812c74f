using System.Globalization;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>A supervisor who presses a lever as the page does: looks first, then confirms what was shown, and once more since the answer may have been lost.</summary>
internal sealed class Lever(SimulatedCity city)
{
    /// <summary>Presses it, and compares what the preview says with the bookings that the simulation knows of.</summary>
    /// <returns>What the preview said.</returns>
    public async Task<PhoneReply> PressAsync(string kind, DateOnly round, int bookings, string? pharmacyCode = null, DateTimeOffset? to = null)
    {
        var phone = new Phone("supervisor");
        await phone.LogInStaffAsync(city.Http, "supervisor", "supervisor-demo");
        var date = round.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var preview = await city.CallAsync(phone, HttpMethod.Post, "/api/supervisor/levers/preview", new { kind, date, pharmacyCode, to });
        city.Differences.Compare<(int, string?)>("preview of a lever", $"{kind} {date}", (200, bookings.ToString(CultureInfo.InvariantCulture)), (preview.Status, preview.Text("bookings")));
        var body = new { kind, date, pharmacyCode, to, reason = "货源中断", requestId = $"{kind}-{date}", fingerprint = preview.Text("fingerprint") };
        foreach (var expected in (int[])[201, 200])
            city.Differences.Compare("lever", $"{kind} {date}", expected, (await city.CallAsync(phone, HttpMethod.Post, "/api/supervisor/levers", body)).Status);
        city.Figures.Count($"lever {kind}");
        return preview;
    }

    /// <summary>Takes bookings at a pharmacy again.</summary>
    public async Task ReopenAsync(string pharmacy)
    {
        var phone = new Phone("supervisor");
        await phone.LogInStaffAsync(city.Http, "supervisor", "supervisor-demo");
        var reply = await city.CallAsync(phone, HttpMethod.Put, $"/api/supervisor/pharmacies/{pharmacy}", new { status = "open", reason = "恢复供应" });
        city.Differences.Compare("pharmacy opened again", pharmacy, 200, reply.Status);
    }
}
