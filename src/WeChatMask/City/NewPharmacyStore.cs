using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.City;

/// <summary>Adds a pharmacy to the city, from a day on whose round has not been made.</summary>
public sealed class NewPharmacyStore(Database database, CityStore cities, CityCalendar calendar, Board board)
{
    /// <summary>The first day from which a new pharmacy can take part: the one after the last round that was made.</summary>
    public async Task<DateOnly> FirstDayAsync(CancellationToken cancellationToken) =>
        First(await database.ScalarAsync<string>("SELECT MAX(date) FROM round", cancellationToken: cancellationToken));

    /// <summary>Adds it. Gives the member that stands against it, else null: its code where there is one with it, its first day where a round of that day is made.</summary>
    public async Task<string?> AddAsync(string actor, CityPharmacy pharmacy, CancellationToken cancellationToken)
    {
        var against = await database.WriteAsync(
            async transaction =>
            {
                if (await transaction.ScalarAsync<int>("SELECT COUNT(*) FROM pharmacy WHERE code = @Code", new { pharmacy.Code }) > 0) return nameof(CityPharmacy.Code);
                await PlanDayStore.LockAsync(transaction, pharmacy.Joins);
                if (pharmacy.Joins < First(await transaction.ScalarAsync<string>("SELECT MAX(date) FROM round"))) return nameof(CityPharmacy.Joins);
                await cities.PutPharmacyAsync(transaction, pharmacy);
                await AuditStore.AddAsync(transaction, calendar.Now, actor, "pharmacy.add", pharmacy.Code, pharmacy.Joins.Column());
                await QuotaStore.TouchBoardAsync(transaction);
                return null;
            },
            cancellationToken);
        if (against is null) board.MarkChanged();
        return against;
    }

    private DateOnly First(string? latest) => latest is not null && DateOnly.Parse(latest, System.Globalization.CultureInfo.InvariantCulture) is var last && last >= calendar.Today ? last.AddDays(1) : calendar.Today.AddDays(1);
}
