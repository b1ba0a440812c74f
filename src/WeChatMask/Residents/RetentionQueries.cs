using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;

namespace WeChatMask.Residents;

/// <summary>Reads for how long personal data and cooldowns are kept: the longest of all stored rules, since an older round may still run under them.</summary>
public sealed class RetentionQueries(Database database, PolicyQueries policies)
{
    public Task<RetentionTimes?> GetAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            var rules = new List<Policy>();
            foreach (var id in await Dapper.SqlMapper.QueryAsync<long>(connection, "SELECT id FROM policy"))
                rules.Add(await policies.GetAsync(connection, null, id));
            return rules.Count == 0 ? null : new RetentionTimes(rules.Max(p => p.RetentionDays), rules.Max(p => p.CooldownDays));
        },
        cancellationToken);
}

/// <summary>
/// Days after pickup, or after registration, that particulars and lists are kept, and days that a hold may matter. What the purge
/// does and what people are told is worked out here, so that they agree.
/// </summary>
public sealed record RetentionTimes(int PersonalDays, int CooldownDays)
{
    /// <summary>Pickup days before this one have had their time.</summary>
    public DateOnly PersonalBefore(DateOnly today) => today.AddDays(-PersonalDays);

    /// <summary>Booking days before this one no longer hold anybody back.</summary>
    public DateOnly HoldsBefore(DateOnly today) => today.AddDays(-CooldownDays);

    /// <summary>The first day on which what hangs on a day of pickup or registration is gone.</summary>
    public DateOnly PersonalGone(DateOnly day) => day.AddDays(PersonalDays + 1);

    /// <summary>The first day on which the hold of a booking day is gone.</summary>
    public DateOnly HoldGone(DateOnly bookedOn) => bookedOn.AddDays(CooldownDays + 1);
}
