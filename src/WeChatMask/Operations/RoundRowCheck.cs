using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;

namespace WeChatMask.Operations;

/// <summary>Holds a round's rows against what the log says of it by now: the round itself, hours, places, lists, and what became of its bookings.</summary>
/// <param name="queries">The rows.</param>
/// <param name="findings">Where it is told.</param>
/// <param name="details">What lines have said.</param>
/// <param name="misplaced">Places of which has been told already that another row stands there.</param>
/// <param name="personal">Opens names; null where the city's keys are not at hand.</param>
internal sealed class RoundRowCheck(
    LogCheckQueries queries, LogFindings findings, LoggedDetails details, IReadOnlySet<(DateOnly Round, string Code, long Serial)> misplaced, PersonalData? personal)
{
    public async Task RunAsync(DateOnly day, RoundRow? row, LoggedRound? log, RoundKey? key)
    {
        if (row is null || log is null)
        {
            findings.Add("round", day.Column(), LogFinding.WholeRow, row is null ? "missing" : "there", log is null ? "nothing of it" : "that it was planned");
            return;
        }

        Compare(row, log, key);
        await CompareWindowsAsync(log);
        await ComparePlacesAsync(log);
        await new BookingStateCheck(queries, findings, details, misplaced).RunAsync(row, log);
        if (personal is not null && log.IsPublished && key?.KeyHash == log.Key) await new ListCheck(queries, findings, details, personal).RunAsync(log, key, mayBeGone: row.HeldAt is not null);
    }

    private void Compare(RoundRow row, LoggedRound log, RoundKey? key)
    {
        var day = log.Day.Column();
        findings.Hold("round", day, "pickup_date", row.PickupDate, log.Pickup.Column());
        findings.Hold("round", day, "units_per_booking", row.UnitsPerBooking, log.Units);
        findings.Hold("round", day, "policy_id", LogDocumentStore.HashOf(row.Document), log.Policy);
        findings.Hold("round", day, "closed_at", row.ClosedAt is not null, log.IsClosed);
        // Of one whose lists are out the log tells booking by booking.
        if (log.IsAnnulled || !log.IsPublished) findings.Hold("round", day, "annulled_at", row.AnnulledAt is not null, log.IsAnnulled);
        findings.Hold("round", day, "published_at", row.PublishedAt is not null, log.IsPublished);
        findings.Hold("round", day, "ended_at", row.EndedAt is not null, log.IsEnded);
        findings.Hold("round_key", day, "key_hash", row.KeyHash, log.Key.ToString());
        if (personal is not null && row.Sealed is not null && key?.KeyHash != log.Key) findings.Add("round_key", day, "sealed", key is null ? "what cannot be opened" : $"the key of {key.KeyHash}", $"the key of {log.Key}");
    }

    private async Task CompareWindowsAsync(LoggedRound log)
    {
        var told = log.Windows.ToDictionary();
        foreach (var (window, opensAt, closesAt) in await queries.WindowsAsync(log.Day))
        {
            var id = $"{log.Day.Column()} {window}";
            if (!told.Remove(window, out var hours))
            {
                findings.Add("round_window", id, LogFinding.WholeRow, "there", "nothing of it");
                continue;
            }

            findings.Hold("round_window", id, "opens_at", $"second {opensAt / 1000}", $"second {hours.Opens}");
            findings.Hold("round_window", id, "closes_at", $"second {closesAt / 1000}", $"second {hours.Closes}");
        }

        foreach (var window in told.Keys) findings.Add("round_window", $"{log.Day.Column()} {window}", LogFinding.WholeRow, "missing", "that it opens");
    }

    private async Task ComparePlacesAsync(LoggedRound log)
    {
        var told = log.Pharmacies.SelectMany(p => p.Places, (p, w) => (p.Code, w)).ToDictionary(p => (p.Code, p.w.Window), p => (p.w.Planned, p.w.Carried));
        foreach (var row in await queries.PlacesAsync(log.Day))
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{log.Day:O} {row.Code} {row.WindowIndex}");
            if (!told.Remove((row.Code, row.WindowIndex), out var places))
            {
                findings.Add("quota", id, LogFinding.WholeRow, "there", "nothing of it");
                continue;
            }

            findings.Hold("quota", id, "planned + moved_in - moved_out", row.Planned, places.Planned);
            findings.Hold("quota", id, "carried_in", row.CarriedIn, places.Carried);
        }

        foreach (var (code, window) in told.Keys)
            findings.Add("quota", string.Create(CultureInfo.InvariantCulture, $"{log.Day:O} {code} {window}"), LogFinding.WholeRow, "missing", "that there are places");
    }
}
