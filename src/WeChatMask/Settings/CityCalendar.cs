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

    /// <summary>The city day that something was part of which ends at an instant: at midnight, the day that is over.</summary>
    public DateOnly DayEndingAt(DateTimeOffset end) => DateOf(end.AddTicks(-1));

    /// <summary>The instant of a city day and time; 24:00 is the next day's midnight.</summary>
    public DateTimeOffset Instant(DateOnly date, DayTime timeOfDay)
    {
        var local = timeOfDay.On(date);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}
