using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Rounds;

/// <summary>A round that has opened keeps the rules it was planned under, and everything that speaks of today says those, whatever was stored since.</summary>
public sealed class TodaysRulesTests
{
    [Fact]
    public async Task Rules_stored_while_a_round_is_open_change_nothing_of_what_is_said_today()
    {
        await using var host = await SandboxHost.StartAsync(clock: "2020-02-10T12:00:00+08:00");
        var first = await host.Get<PolicyQueries>().TodayAsync(CancellationToken.None);
        await StoreAsync(host, first! with { CooldownDays = 1 });
        await host.SetClockAsync("2020-02-10T19:00:30+08:00");
        using var person = await host.NewResidentAsync(1);
        Assert.Equal(201, (await person.Http.PostAsync("/api/bookings", new { residentId = person.ResidentId, pharmacyCode = "LD01", requestId = "r1" })).Status);
        await host.SetClockAsync("2020-02-11T19:00:30+08:00");

        // By the round's own rules the person may book; those stored now would keep them away for five days.
        await StoreAsync(host, first! with { From = new DateOnly(2020, 2, 11), CooldownDays = 5, ResidentsPerAccount = 1, Pickup = first.Pickup with { Opens = new(8, 30) } });

        var me = await person.Http.GetJsonAsync("/api/me");
        Assert.False(me.GetProperty("residents")[0].TryGetProperty("bookableFrom", out var from) && from.ValueKind != System.Text.Json.JsonValueKind.Null, me.ToString());
        foreach (var page in new[] { "/book", "/residents" })
            Assert.DoesNotContain("data-reason=\"cooldown\"", await person.Http.GetStringAsync(new Uri(page, UriKind.Relative)), StringComparison.Ordinal);
        foreach (var page in new[] { "/", "/guide" })
            Assert.DoesNotContain("08:30", await person.Http.GetStringAsync(new Uri(page, UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(1, (await host.Get<PolicyQueries>().TodayAsync(CancellationToken.None))!.CooldownDays);
        var rules = await host.Get<PolicyQueries>().TimelineAsync(CancellationToken.None);
        Assert.Equal((1, 5), (rules.For(new DateOnly(2020, 2, 11))!.CooldownDays, rules.For(new DateOnly(2020, 2, 12))!.CooldownDays));
        Assert.Equal(201, (await person.Http.PostAsync("/api/residents", People.Registration(2))).Status);
        Assert.Equal(201, (await person.Http.PostAsync("/api/bookings", new { residentId = person.ResidentId, pharmacyCode = "LD01", requestId = "r2" })).Status);
    }

    private static async Task StoreAsync(SandboxHost host, Policy policy)
    {
        await host.Get<Database>().WriteAsync(transaction => host.Get<CityStore>().AddPolicyAsync(transaction, policy, "import"), CancellationToken.None);
        await host.Get<ReplanStore>().ReplanAsync(CancellationToken.None);
    }
}
