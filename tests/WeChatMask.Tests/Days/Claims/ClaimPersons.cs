using System.Globalization;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Days.Claims;

/// <summary>What is said of each person of an account: whether they may book, why not, and from when on.</summary>
internal sealed partial class ClaimChecks
{
    private async Task CheckMeAsync(Viewer viewer)
    {
        var me = await OpenJsonAsync(viewer.Http, "/api/me");
        foreach (var person in viewer.Persons)
        {
            var said = me.GetProperty("residents").EnumerateArray().First(r => r.GetProperty("id").GetString() == person.Id);
            // Of what another account booked nothing is told: it is as if only the own bookings were there.
            var from = (await city.Desk.HoldAsync(person)).OwnDay is { } booked ? await city.Desk.MayBookFromAsync(booked, Today) : null;
            var told = said.TryGetProperty("bookableFrom", out var date) ? date.GetString() : null;
            Say(told == from?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "/api/me", $"{person.Number} from {told}, but it is {from:O}");
        }
    }

    // Who may not, why, and from when on: as the desk says it now, or when it opens next today.
    private async Task CheckPersonsAsync(ClaimPage page, Viewer viewer)
    {
        foreach (var person in viewer.Persons)
        {
            var day = (await city.Desk.HoldAsync(person)).OwnDay;
            var claim = page.Claims("may-not").FirstOrDefault(c => c["data-resident"] == person.Id);
            if (claim?["data-from"] is { Length: > 0 } from)
            {
                var right = day is { } booked ? await city.Desk.MayBookFromAsync(booked, Today) : null;
                Say(from == right?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), page, $"{person.Number} from {from}, but it is {right:O}");
            }

            var then = isSteady && round?.Times.WindowAt(soon) is not null ? soon : round?.Times.Windows.FirstOrDefault(w => w.OpensAt > soon)?.OpensAt;
            if (then is null || round!.IsClosed) continue;
            var answer = await city.Desk.AskAsync(then.Value, person, sample[0]);
            if (answer.Elsewhere)
            {
                await CheckElsewhereAsync(page, person, claim, day);
                continue;
            }

            var reason = RefusalResults.Code(answer.Refusal);
            if (claim is not null) Say(claim["data-reason"] == reason && (claim["data-from"] is not { Length: > 0 } told || answer.BookableFrom is not { } then2 || told == then2.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), page, $"{person.Number} {claim["data-reason"]} {claim["data-from"]}, but the desk says {reason} {answer.BookableFrom:O}");
            else Say(!Personal.Contains(reason), page, $"{person.Number} may, but the desk says {reason}");
        }
    }

    private async Task CheckButtonsAsync(ClaimPage book, Viewer viewer)
    {
        if (!isSteady) return;
        var none = book.Claims("may-not").FirstOrDefault(c => c["data-resident"] is null);
        var buttons = book.Elements.Where(e => e.Name == "button" && e["name"] == "pharmacyCode" && sample.Contains(e["value"]!)).ToList();
        foreach (var person in viewer.Persons)
        {
            var answers = await city.Desk.AskAsync(soon, person, sample);
            if (answers.Values.Any(a => a.Elsewhere)) answers = await WithoutAsync(person, answers);
            var radio = book.Elements.First(e => e.Name == "input" && e["name"] == "residentId" && e["value"] == person.Id);
            if (none?["data-reason"] is "not_open" or "closed")
                foreach (var (code, answer) in answers) Say(RefusalResults.Code(answer.Refusal) == none["data-reason"], book, $"{person.Number} at {code} {none.Text}, but the desk says {answer.Refusal}");
            foreach (var button in buttons)
            {
                var answer = answers[button["value"]!];
                var isGrey = button.Attributes.ContainsKey("disabled") || radio.Attributes.ContainsKey("disabled");
                Say(isGrey != (answer.Refusal == Refusal.None), book, $"{person.Number} may{(isGrey ? " not" : "")} press {button["value"]}, but the desk says {answer.Refusal}");
                if (isGrey && none is null && !radio.Attributes.ContainsKey("disabled"))
                    Say(answer.Refusal is Refusal.SoldOut or Refusal.PharmacyPaused, book, $"{button["value"]} is grey, but the desk says {answer.Refusal}");
                // Whatever is grey says why, to whoever cannot see it too.
                if (button.Attributes.ContainsKey("disabled")) Say(button["aria-describedby"]!.Split(' ').Any(id => book.Elements.Any(e => e["id"] == id && e.Text.Length > 0)), book, $"{button["value"]} is grey without a reason");
            }

            if (radio.Attributes.ContainsKey("disabled")) Say(radio["aria-describedby"] is { } id && book.Elements.Any(e => e["id"] == id && e.Text.Length > 0), book, $"{person.Number} is grey without a reason");
        }
    }

    // Another account booked for this person. The page says what it would say without that booking, and the desk's refusal what to do, nothing of the booking.
    private async Task CheckElsewhereAsync(ClaimPage page, Person person, Seen? claim, DateOnly? own)
    {
        var isHeld = BookingRules.IsHeld(own, Today, round!.Policy.CooldownDays);
        Say(claim?["data-reason"] == (isHeld ? own == Today ? "already_booked" : "cooldown" : null), page, $"{person.Number} {claim?.Text} betrays another account's booking, or hides the own of {own:O}");
        if (round.Times.WindowAt(at) is null || page.Address != "/book") return;
        var viewer = city.Viewers.Find(v => v.Account == person.Account)!;
        var (status, body) = await viewer.Http.PostAsync("/api/bookings", new { residentId = person.Id, pharmacyCode = sample[0], requestId = city.NextRequest() });
        Say(status == 409 && body.GetProperty("elsewhere").GetBoolean() && !body.TryGetProperty("bookableFrom", out _), "/api/bookings", $"{person.Number} {status} {body}");
        Say(body.GetProperty("title").GetString()!.Contains("不是", StringComparison.Ordinal), "/api/bookings", $"'{body.GetProperty("title")}' does not say what to do");
    }

    // What the desk would answer if there were only the own bookings.
    private async Task<Dictionary<string, BookingAnswer>> WithoutAsync(Person person, Dictionary<string, BookingAnswer> answers)
    {
        var own = (await city.Desk.HoldAsync(person)).OwnDay;
        if (BookingRules.IsHeld(own, Today, round!.Policy.CooldownDays))
            return answers.ToDictionary(a => a.Key, _ => new BookingAnswer(own == Today ? Refusal.AlreadyBooked : Refusal.Cooldown), StringComparer.Ordinal);
        return await city.Desk.AskAsync(soon, city.Probe, answers.Keys);
    }
}
