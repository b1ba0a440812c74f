using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>The pharmacies' counters: what is shown there and the verdict it must get.</summary>
internal sealed class Counters(SimulatedCity city)
{
    private static readonly string[] Silent = ["forged", "unknown", "other_pharmacy", "identity_mismatch"];
    private readonly ConcurrentDictionary<string, Lazy<Task<Phone>>> clerks = new(StringComparer.Ordinal);
    private int requests;

    /// <summary>A request id that no counter has used.</summary>
    public string NewRequest() => string.Create(CultureInfo.InvariantCulture, $"s{Interlocked.Increment(ref requests)}");

    /// <summary>Shows something at a counter and compares the verdict.</summary>
    /// <param name="shop">Whose counter.</param>
    /// <param name="body">What is shown.</param>
    /// <param name="verdict">What must be said.</param>
    /// <param name="booking">The booking it is about, or none.</param>
    /// <param name="checksOnly">Asks without handing over.</param>
    public async Task ShowAsync(Shop shop, Shown body, string verdict, SimulatedBooking? booking = null, bool checksOnly = false) =>
        Judge(shop, await AskAsync(shop, body, checksOnly), verdict, booking);

    /// <summary>Shows the same voucher at two counters of a pharmacy in the same instant: one hand-over, however they come.</summary>
    public async Task ShowTwiceAtOnceAsync(SimulatedBooking booking, Shown first, Shown second)
    {
        var replies = await Task.WhenAll(AskAsync(booking.Shop, first, false), AskAsync(booking.Shop, second, false));
        var said = replies.Select(r => r.Text("verdict")).Order(StringComparer.Ordinal).ToList();
        if (said is not ["already_redeemed", "redeemed"]) city.Differences.Add("two scans at once", $"{booking.Number}: {string.Join(", ", said)}");
    }

    /// <summary>Takes a hand-over back within its ten minutes.</summary>
    public async Task VoidAsync(SimulatedBooking booking)
    {
        var clerk = await ClerkAsync(booking.Shop);
        var reply = await city.CallAsync(clerk, HttpMethod.Post, $"/api/pharmacy/redemptions/{booking.Number}/void", new { reason = "wrong person" });
        city.Figures.Count("verdict void");
        city.Differences.Compare("hand-over taken back", booking.Number, (200, "booked"), (reply.Status, reply.Text("status")));
    }

    private async Task<PhoneReply> AskAsync(Shop shop, Shown body, bool checksOnly)
    {
        var clerk = await ClerkAsync(shop);
        var reply = await city.CallAsync(clerk, HttpMethod.Post, checksOnly ? "/api/pharmacy/redemptions/check" : "/api/pharmacy/redemptions", body);
        city.Figures.Count($"verdict {reply.Text("verdict") ?? reply.Code ?? reply.Status.ToString(CultureInfo.InvariantCulture)}");
        return reply;
    }

    private void Judge(Shop shop, PhoneReply reply, string verdict, SimulatedBooking? booking)
    {
        var said = reply.Text("verdict") ?? $"{reply.Status} {reply.Code}";
        if (said != verdict)
        {
            city.Differences.Add("verdict", $"{booking?.Number} at {shop.Code}: expected {verdict}, is {said}");
            return;
        }

        var shown = reply.Body.TryGetProperty("booking", out var details) && details.ValueKind == JsonValueKind.Object;
        if (shown == Silent.Contains(verdict, StringComparer.Ordinal)) city.Differences.Add("details at the counter", $"{verdict}: {(shown ? "shown" : "missing")}");
        if (!shown || booking is null) return;
        var rules = city.Rules.Of(booking.Date);
        city.Differences.Compare(
            "details at the counter", booking.Number,
            (booking.Number, booking.Serial, booking.Person.Name, rules.Units, rules.Units * rules.UnitPrice),
            (details.GetProperty("number").GetString(), details.GetProperty("serial").GetInt32(), details.GetProperty("name").GetString(),
                details.GetProperty("units").GetInt32(), details.GetProperty("amount").GetDecimal()));
    }

    private Task<Phone> ClerkAsync(Shop shop) => clerks.GetOrAdd(shop.Code, code => new Lazy<Task<Phone>>(async () =>
    {
        var phone = new Phone($"clerk-{code}");
        await phone.LogInStaffAsync(city.Http, $"clerk-{code.ToLowerInvariant()}", "clerk-demo");
        return phone;
    })).Value;
}

/// <summary>What is shown at a counter.</summary>
internal sealed record Shown(string? Voucher, string? Number, string? IdNumberLast4, ShownProxy? Proxy, string? RequestId);

/// <summary>Who collects for another.</summary>
internal sealed record ShownProxy(string Name, string IdNumber);
