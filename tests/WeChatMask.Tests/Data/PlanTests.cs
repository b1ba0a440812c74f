using WeChatMask.Bookings;
using WeChatMask.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

/// <summary>What people wait for does not get slower with a city's years: nothing of it looks through all bookings.</summary>
public sealed class PlanTests
{
    public static TheoryData<string> Waited => new(
        $"{RedemptionStore.SelectBookings} WHERE b.number = @sought",
        $"{RedemptionStore.SelectBookings} WHERE b.id = @sought",
        $"{RedemptionStore.SelectBookings} WHERE p.person_hash = @sought ORDER BY b.id DESC",
        $"{PersonBookingQueries.Select} WHERE b.number = @sought ORDER BY b.id DESC LIMIT 20",
        $"{PersonBookingQueries.Select} WHERE p.person_hash = @sought ORDER BY b.id DESC LIMIT 20");

    [Theory]
    [MemberData(nameof(Waited))]
    public async Task What_somebody_waits_for_looks_through_no_table(string sql)
    {
        await using var city = await DeskCity.CreateAsync(1, [1]);

        var plan = await city.Database.QueryAsync<Step>($"EXPLAIN QUERY PLAN {sql}", new { sought = 1 });

        Assert.NotEmpty(plan);
        Assert.DoesNotContain(plan, s => s.Detail.StartsWith("SCAN", StringComparison.Ordinal));
    }

    private sealed class Step
    {
        public string Detail { get; init; } = "";
    }
}
