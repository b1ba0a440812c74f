using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>Compares what the city publishes with the simulation's own books, pharmacy by pharmacy and to the unit.</summary>
internal sealed partial class Reconciliation(SimulatedCity city)
{
    /// <summary>The round that is handed out today.</summary>
    public RoundLedger? HandedOut { get; set; }

    /// <summary>The public books of a round: each figure, each window, and that they balance by themselves.</summary>
    public async Task CompareBooksAsync(RoundLedger round)
    {
        var day = Day(round.Date);
        var reply = await city.GetAsync($"/api/public/rounds/{day}");
        if (reply.Status != 200)
        {
            city.Differences.Add("public books", $"{day}: {reply.Status} {reply.Code}");
            return;
        }

        var shown = reply.Body.GetProperty("pharmacies").EnumerateArray().ToDictionary(p => p.GetProperty("code").GetString()!, StringComparer.Ordinal);
        city.Differences.Compare("pharmacies in the books", day, Codes(round.Shops.Select(s => s.Shop.Code)), Codes(shown.Keys));
        foreach (var shop in round.Shops.Where(s => shown.ContainsKey(s.Shop.Code))) Compare($"{day} {shop.Shop.Code}", shop, shown[shop.Shop.Code]);
        var totals = reply.Body.GetProperty("totals");
        city.Differences.Compare(
            "totals in the books", day,
            (round.Shops.Sum(s => s.Planned), round.Shops.Sum(s => s.CarriedIn), round.Shops.Sum(s => s.Booked), round.Left, round.Shops.Sum(s => s.CarriedOut)),
            (Of(totals, "planned"), Of(totals, "carriedIn"), Of(totals, "booked"), Of(totals, "left"), Of(totals, "carriedOut")));
    }

    /// <summary>The board while <paramref name="window"/> is the present one.</summary>
    public async Task CompareBoardAsync(RoundLedger round, int window)
    {
        var board = (await city.GetAsync("/api/board")).Body;
        foreach (var p in board.GetProperty("pharmacies").EnumerateArray())
        {
            var code = p.GetProperty("code").GetString()!;
            if (round.Of(code) is not { } shop)
            {
                city.Differences.Add("board", $"{code} is shown on {Day(round.Date)}");
                continue;
            }

            var w = shop.Windows[window - 1];
            city.Differences.Compare(
                "board", $"{Day(round.Date)} {code} window {window}",
                (w.Left + w.Taken, w.Left, shop.Taken - shop.CancelledLate, HandedOut?.Of(code)?.Redeemed ?? 0),
                (Of(p, "places"), Of(p, "left"), Of(p, "booked"), Of(p, "redeemed")));
        }
    }

    /// <summary>Every published list: each serial once and in order, the right person masked, and what became of the booking.</summary>
    public Task CompareListsAsync(RoundLedger round) => city.ForEachAsync(round.Shops, async shop =>
    {
        var where = $"{Day(round.Date)} {shop.Shop.Code}";
        var reply = await city.GetAsync($"/api/public/rounds/{Day(round.Date)}/list?pharmacy={shop.Shop.Code}");
        if (reply.Status != 200)
        {
            city.Differences.Add("published list", $"{where}: {reply.Status} {reply.Code}");
            return;
        }

        var entries = reply.Body.GetProperty("entries").EnumerateArray().Select(
            e => (Serial: Of(e, "serial"), Name: e.GetProperty("name").GetString(), Card: e.GetProperty("idNumber").GetString()![^4..], Status: e.GetProperty("status").GetString())).ToList();
        city.Differences.Compare("serials in a list", where, Numbers(Enumerable.Range(1, shop.Listed.Count)), Numbers(entries.Select(e => e.Serial)));
        foreach (var (entry, (serial, booking)) in entries.Zip(shop.Listed))
        {
            var person = booking.Person;
            var masked = person.Name[..1] + new string('*', person.Name.Length - 1);
            city.Differences.Compare(
                "entry of a list", $"{where} serial {entry.Serial}", (serial, masked, person.LastFour, booking.Fate.ToString().ToLowerInvariant()), entry);
        }
    });

    /// <summary>One message for each booking that stood when messages were sent, and none twice.</summary>
    public async Task CompareMessagesAsync()
    {
        var sent = (await city.GetAsync("/sandbox/sms")).Body.EnumerateArray()
            .SelectMany(m => BookingNumbers().Matches(m.GetProperty("text").GetString()!).Select(n => (Number: n.Value, Mobile: m.GetProperty("mobile").GetString())))
            .ToLookup(m => m.Number, m => m.Mobile, StringComparer.Ordinal);
        foreach (var booking in city.Bookings)
        {
            var mobiles = sent[booking.Number].ToList();
            var mayBeMissing = booking.Fate == Fate.Cancelled;
            var more = booking.ToldMore;
            if (mobiles.Count > 1 + more || (more > 0 && mobiles.Count < 1 + more) || (mobiles.Count == 0 && !mayBeMissing) || mobiles.Exists(m => m != booking.Person.Mobile))
                city.Differences.Add("messages of a booking", $"{booking.Number} ({booking.Fate}): {mobiles.Count}");
        }
    }

    /// <summary>The repeat rule, from the answers alone: no two bookings of one person that both stand are nearer than the cooldown of the later one.</summary>
    public void CheckCooldowns()
    {
        foreach (var person in city.Bookings.GroupBy(b => b.Person))
        {
            var days = person.Where(b => !b.IsAnnulled && (b.Fate != Fate.Cancelled || !city.Rules.Of(b.Date).CancellationLiftsCooldown)).Select(b => b.Date).Order().ToList();
            foreach (var (earlier, later) in days.Zip(days.Skip(1)))
            {
                if (earlier.AddDays(city.Rules.Of(later).CooldownDays) > later)
                    city.Differences.Add("booked within the cooldown", $"person {person.Key.Id} on {earlier:MM-dd} and {later:MM-dd}");
            }
        }

        var numbers = city.Bookings.Select(b => b.Number).Distinct(StringComparer.Ordinal).Count();
        city.Differences.Compare("different booking numbers", "all rounds", city.Bookings.Count, numbers);
    }

    private void Compare(string where, ShopLedger shop, JsonElement p)
    {
        city.Differences.Compare(
            "public books", where,
            (shop.Planned, shop.CarriedIn, shop.Booked, shop.Left, shop.Redeemed, shop.Lapsed, shop.CancelledLate),
            (Of(p, "planned"), Of(p, "carriedIn"), Of(p, "booked"), Of(p, "left"), Of(p, "redeemed"), Of(p, "lapsed"), Of(p, "cancelled")));
        city.Differences.Compare("carriedOut", where, shop.CarriedOut, Of(p, "carriedOut"));
        city.Differences.Compare(
            "moved", where, shop.Windows.Sum(w => w.Moved), Of(p, "movedIn") - Of(p, "movedOut"));
        // From the published figures alone, as anybody can check them.
        var spent = Of(p, "left") + Of(p, "booked") + Of(p, "redeemed") + Of(p, "lapsed") + Of(p, "cancelled");
        city.Differences.Compare("the books balance", where, (Of(p, "planned") + Of(p, "carriedIn") + Of(p, "movedIn") - Of(p, "movedOut"), Of(p, "places")), (Of(p, "places"), spent));
        var windows = p.GetProperty("windows").EnumerateArray().Select(
            w => (Of(w, "index"), Of(w, "places"), Of(w, "rolledIn"), Of(w, "rolledOut"), Of(w, "booked"))).ToList();
        city.Differences.Compare("windows in the books", where, shop.Windows.Count, windows.Count);
        foreach (var (expected, shown) in shop.Windows.Zip(windows))
        {
            city.Differences.Compare(
                "window in the books", where, (expected.Index, expected.Places, expected.RolledIn, expected.RolledOut, expected.Taken), shown);
        }
    }

    private static int Of(JsonElement e, string member) => e.GetProperty(member).GetInt32();

    private static string Day(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Codes(IEnumerable<string> codes) => string.Join(' ', codes.Order(StringComparer.Ordinal));

    private static string Numbers(IEnumerable<int> numbers) => string.Join(' ', numbers);

    // Eleven digits that do not begin like a phone number.
    [GeneratedRegex(@"(?<!\d)[2-9]\d{10}(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex BookingNumbers();
}
