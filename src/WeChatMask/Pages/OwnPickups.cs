using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.Pages.Resident;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Pages;

/// <summary>What an account has to collect, or has just collected: what its people want to know before anything else.</summary>
public sealed class OwnPickups(BookingQueries bookings, FamilyNames family, RoundQueries rounds, PublicQueries directory, CityCalendar calendar)
{
    /// <summary>Bookings that wait to be collected, and those of today's pickup with what became of them, the earliest day first. None while windows are open: then people come to book.</summary>
    public async Task<IReadOnlyList<OwnPickup>> ReadAsync(long account, RoundBanner banner, CancellationToken cancellationToken)
    {
        if (banner.State == RoundBanner.Open) return [];
        var rows = await bookings.PresentAsync(account, calendar.DateOf(banner.Now), cancellationToken);
        if (rows.Count == 0) return [];
        var names = await family.OfAsync(account, cancellationToken);
        var places = banner.Board.Pharmacies.ToDictionary(p => p.Code, p => p.Name, StringComparer.Ordinal);
        var own = new List<OwnPickup>(rows.Count);
        foreach (var b in rows.OrderBy(b => b.PickupDate).ThenBy(b => b.Id))
        {
            if (await rounds.FindAsync(b.RoundDate, cancellationToken) is not { } round) continue;
            own.Add(new OwnPickup(
                b.Number, names.GetValueOrDefault(b.ResidentId),
                places.GetValueOrDefault(b.PharmacyCode) ?? (await directory.PharmacyAsync(b.PharmacyCode, cancellationToken))?.Name ?? b.PharmacyCode,
                b.PickupDate,
                b.Slot ?? new PickupSlot(calendar.Instant(b.PickupDate, round.Policy.Pickup.Opens), calendar.Instant(b.PickupDate, round.Policy.Pickup.Closes)),
                b.Slot is null && round.Policy.Pickup.SlotMinutes > 0,
                RedemptionRules.StatusAt(b.Status, b.PickupUntil, banner.Now),
                b.Provisional));
        }

        return own;
    }
}

/// <summary>One booking of the account: who collects, where and when. The slot may still come with the lists.</summary>
public sealed record OwnPickup(
    string Number, string? Person, string Pharmacy, DateOnly Day, PickupSlot Hours, bool SlotComes, BookingStatus Status, bool IsProvisional);
