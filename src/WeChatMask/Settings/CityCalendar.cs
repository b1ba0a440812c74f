using Microsoft.Extensions.Options;
using WeChatMask.Domain;

namespace WeChatMask.Settings;

/// <summary>The one place where instants become the city's days and times, and back.</summary>
public sealed class CityCalendar
{
    /// <summary>How far two nodes' clocks may lie apart: each within a second of the database's, or it is not ready.</summary>
    public static readonly TimeSpan MostBetweenNodes = TimeSpan.FromSeconds(2);

    private readonly TimeProvider time;
    private readonly TimeZoneInfo zone;

    /// <summary>Takes the zone from <c>Site:TimeZone</c>.</summary>
    public CityCalendar(IOptions<SiteSettings> settings, TimeProvider time)
    {
        this.time = time;
        zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Value.TimeZone);
    }

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Today in the city.</summary>
    public DateOnly Today => DateOf(Now);

    /// <summary>The city's zone, for schedules.</summary>
    public TimeZoneInfo Zone => zone;

    /// <summary>The city day an instant falls on.</summary>
    public DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(Local(instant).DateTime);

    /// <summary>The instant with the city's offset, for showing.</summary>
    public DateTimeOffset Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, zone);

    public DateTimeOffset? Local(DateTimeOffset? instant) => instant is { } known ? Local(known) : null;

    public PickupSlot? Local(PickupSlot? slot) => slot is { } known ? new PickupSlot(Local(known.StartsAt), Local(known.EndsAt)) : null;

    /// <summary>The instant of a city day and time.</summary>
    public DateTimeOffset Instant(DateOnly date, TimeOnly timeOfDay)
    {
        var local = date.ToDateTime(timeOfDay, DateTimeKind.Unspecified);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}
