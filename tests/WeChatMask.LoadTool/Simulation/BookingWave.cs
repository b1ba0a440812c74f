using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>Many people who book in the same moment, and what the books must show when they are done.</summary>
/// <remarks>
/// While a wave is under way nothing frees a place. So each answer is either determined by the person's own past, or it
/// depends on who was first: then a pharmacy gives exactly as many places as it has left, and says sold out only then.
/// </remarks>
internal sealed class BookingWave(SimulatedCity city, RoundLedger round)
{
    private readonly ConcurrentQueue<SimulatedBooking> made = new();
    private readonly ConcurrentDictionary<string, int> soldOut = new(StringComparer.Ordinal);
    private int closedEarly;

    /// <summary>Tries once. The answer is compared with what the person's past and the hour say.</summary>
    /// <returns>The booking, or the code of the refusal.</returns>
    public async Task<(SimulatedBooking? Booking, string? Code)> TryAsync(Household household, Person person, Shop shop, string requestId)
    {
        var expected = Expected(household, person);
        var reply = await BookAsync(household, household.ResidentIds.GetValueOrDefault(person, "1"), shop.Code, requestId);
        if (reply.Code == "closed" && round.OpenWindow > 0)
        {
            Interlocked.Increment(ref closedEarly);
        }
        else if (expected is null)
        {
            if (reply.Status == 201) return (Take(household, person, shop, requestId, reply), null);
            if (reply is { Status: 409, Code: "sold_out" }) soldOut.AddOrUpdate(shop.Code, 1, (_, n) => n + 1);
            else Differ(person, shop, "201 or sold_out", reply);
        }
        else if ((reply.Status, reply.Code) != expected)
        {
            Differ(person, shop, expected.Value.ToString(), reply);
        }
        else if (reply.Code == "cooldown")
        {
            var from = person.BookedBy == household ? person.BookableFrom(round.Rules)!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null;
            city.Differences.Compare("bookableFrom", $"person {person.Id}", from, reply.Text("bookableFrom"));
        }

        return (null, reply.Code);
    }

    /// <summary>A pharmacy that no city has.</summary>
    public async Task TryUnknownShopAsync(Household household, Person person)
    {
        var reply = await BookAsync(household, household.ResidentIds.GetValueOrDefault(person, "1"), "XX999", household.NewRequest());
        var expected = household.ResidentIds.ContainsKey(person) ? "unknown_pharmacy" : "unknown_resident";
        if ((reply.Status, reply.Code) != (404, expected)) Differ(person, person.Wishes[0], expected, reply);
    }

    /// <summary>Two phones book for the same person in the same instant: at most one may succeed.</summary>
    public async Task<SimulatedBooking?> TryTwiceAtOnceAsync(Person person, Household first, Household second, Shop shop)
    {
        string[] requests = [first.NewRequest(), second.NewRequest()];
        var replies = await Task.WhenAll(
            BookAsync(first, first.ResidentIds[person], shop.Code, requests[0]), BookAsync(second, second.ResidentIds[person], shop.Code, requests[1]));
        var winner = Array.FindIndex(replies, r => r.Status == 201);
        var booking = winner < 0 ? null : Take(winner == 0 ? first : second, person, shop, requests[winner], replies[winner]);
        foreach (var reply in replies.Where((_, i) => i != winner))
        {
            if (reply.Code == "closed") Interlocked.Increment(ref closedEarly);
            else if (reply.Code == "sold_out") soldOut.AddOrUpdate(shop.Code, 1, (_, n) => n + 1);
            else if (reply.Status == 201) city.Differences.Add("booked twice", $"person {person.Id} by two phones at once");
            else if (booking is null || (reply.Status, reply.Code) != (409, "already_booked")) Differ(person, shop, "already_booked", reply);
        }

        return booking;
    }

    /// <summary>The same request again: the same booking, nothing new.</summary>
    public async Task RepeatAsync(SimulatedBooking booking)
    {
        var reply = await BookAsync(booking.Household, booking.Household.ResidentIds[booking.Person], booking.Shop.Code, booking.RequestId);
        city.Differences.Compare(
            "request sent again", $"booking {booking.Number}", (200, booking.Number, booking.Serial), (reply.Status, reply.Text("number"), Number(reply, "serial")));
    }

    /// <summary>Compares what was given with what there was, and writes it into the books.</summary>
    public async Task SettleAsync()
    {
        foreach (var taken in made.GroupBy(b => b.Shop.Code, StringComparer.Ordinal)) Enter(round.Of(taken.Key), [.. taken.OrderBy(b => b.Serial)]);
        foreach (var (code, times) in soldOut)
        {
            var left = round is { OpenWindow: > 0 and var open } && round.Of(code) is { } shop ? shop.Windows[open - 1].Left : 0;
            if (left != 0) city.Differences.Add("sold_out with places left", $"{code} has {left}, said it {times} times");
        }

        city.Bookings.AddRange(made);
        if (closedEarly > 0 && round.Left > 0) city.Differences.Add("closed before the time", $"{closedEarly} times with {round.Left} places left");
        if (round.IsClosed || round.Left > 0) return;
        // Every place is taken, so the round is over; the jobs see it within a second.
        await city.LetASecondPassAsync();
        round.Close();
    }

    private void Enter(ShopLedger? shop, List<SimulatedBooking> taken)
    {
        if (shop is null)
        {
            city.Differences.Add("booked where nothing is given out", $"{taken[0].Shop.Code}: {taken.Count}");
            return;
        }

        var window = shop.Windows[round.OpenWindow - 1];
        if (taken.Count > window.Left) city.Differences.Add("oversold", $"{shop.Shop.Code} window {window.Index} gave {taken.Count} of {window.Left}");
        if (!taken.Select(b => b.Serial).SequenceEqual(Enumerable.Range(shop.Bookings.Count + 1, taken.Count)))
            city.Differences.Add("serials", $"{shop.Shop.Code} after {shop.Bookings.Count}: {string.Join(' ', taken.Select(b => b.Serial))}");
        window.Taken += taken.Count;
        shop.Bookings.AddRange(taken);
    }

    /// <summary>What must be answered whoever is first; none when only the places decide.</summary>
    private (int Status, string? Code)? Expected(Household household, Person person)
    {
        if (!household.ResidentIds.ContainsKey(person)) return (404, "unknown_resident");
        if (round.IsClosed) return (409, "closed");
        if (round.OpenWindow == 0) return (409, "not_open");
        if (person.Holds.Contains(round.Date)) return (409, "already_booked");
        return person.BookableFrom(round.Rules) > round.Date ? (409, "cooldown") : null;
    }

    private async Task<PhoneReply> BookAsync(Household household, string residentId, string pharmacyCode, string requestId)
    {
        var reply = await city.CallAsync(household.Phone, HttpMethod.Post, "/api/bookings", new { residentId, pharmacyCode, requestId });
        city.Figures.Count(reply.Status switch { 201 => "booked", 200 => "repeated", _ => reply.Code ?? reply.Status.ToString(CultureInfo.InvariantCulture) });
        return reply;
    }

    private SimulatedBooking Take(Household household, Person person, Shop shop, string requestId, PhoneReply reply)
    {
        var booking = new SimulatedBooking
        {
            Person = person, Household = household, Shop = shop, Date = round.Date, Window = round.OpenWindow, RequestId = requestId,
            Serial = Number(reply, "serial"), Number = reply.Text("number")!,
        };
        city.Differences.Compare(
            "terms of a booking", $"booking {booking.Number}",
            (shop.Code, round.PickupDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), round.Rules.Units, round.Rules.UnitPrice, "booked"),
            (reply.Text("pharmacyCode"), reply.Text("pickupDate"), Number(reply, "units"), reply.Body.GetProperty("unitPrice").GetDecimal(), reply.Text("status")));
        person.Holds.Add(round.Date);
        person.BookedBy = household;
        made.Enqueue(booking);
        return booking;
    }

    private void Differ(Person person, Shop shop, string expected, PhoneReply reply) =>
        city.Differences.Add("answer to a booking", $"person {person.Id} at {shop.Code} on {round.Date:MM-dd}: expected {expected}, is {reply.Status} {reply.Code}");

    private static int Number(PhoneReply reply, string member) =>
        reply.Body.ValueKind == JsonValueKind.Object && reply.Body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : 0;
}
