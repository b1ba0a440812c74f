using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>The rules that hold today, for what is asked outside a round: registration, limits, texts.</summary>
public sealed class CurrentPolicy(Database database, PolicyBook policies, CityCalendar calendar)
{
    /// <summary>Today's policy, or none before the first one begins.</summary>
    public Task<Policy?> GetAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async connection => await PolicyQueries.FindForAsync(connection, null, calendar.Today) is { } id
            ? await policies.GetAsync(connection, null, id)
            : null,
        cancellationToken);
}
