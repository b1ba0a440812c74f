using System.Globalization;

namespace WeChatMask.Domain.PublicLog;

/// <summary>Whom auditors ask: chosen by what was published, so that nobody of the staff can choose.</summary>
public static class AuditSample
{
    /// <summary>Out of the live bookings, by the root of the tree right after the lists were published.</summary>
    public static IReadOnlyList<(string Code, long Serial)> Of(in Hash root, IEnumerable<(string Code, long Serial)> live, int count)
    {
        var key = root.ToBytes();
        return [.. live
            .Select(booking => (Order: KeyedHash.Of(key, string.Create(CultureInfo.InvariantCulture, $"sample {booking.Code} {booking.Serial}")), Booking: booking))
            .OrderBy(b => b.Order, Comparer<Hash>.Create(Hash.Compare))
            .ThenBy(b => b.Booking.Code, StringComparer.Ordinal).ThenBy(b => b.Booking.Serial)
            .Take(count).Select(b => b.Booking)];
    }
}
