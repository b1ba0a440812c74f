using System.Globalization;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days.Claims;

/// <summary>Whatever a page tells anybody at any instant, the desk would answer the same a millisecond later.</summary>
public sealed class ClaimTests
{
    /// <summary>More days, each of its own seed, for whoever wants to look longer.</summary>
    private const string MoreDays = "WECHATMASK_CLAIM_SEEDS";

    private const int FirstOfMore = 100;
    private const int MomentsOfDay = 6;
    private const int MostShown = 12;

    public static TheoryData<string, int, int> Days()
    {
        var days = new TheoryData<string, int, int> { { "loudi", 1, 4 }, { "loudi", 2, 4 }, { "chuzhou", 3, 2 } };
        var more = int.Parse(Environment.GetEnvironmentVariable(MoreDays) ?? "0", CultureInfo.InvariantCulture);
        for (var seed = 0; seed < more; seed++) days.Add(seed % 4 == 3 ? "chuzhou" : "loudi", FirstOfMore + seed, 4);
        return days;
    }

    [Theory]
    [MemberData(nameof(Days))]
    public async Task No_page_claims_what_the_desk_does_not_answer_a_millisecond_later(string city, int seed, int days)
    {
        await using var living = await ClaimCity.CreateAsync(city, seed);
        var untrue = new List<string>();
        var read = 0;
        var now = await living.Host.NowAsync();
        var first = DateOnly.FromDateTime(now.DateTime);
        for (var day = first; day < first.AddDays(days); day = day.AddDays(1))
        {
            foreach (var moment in await living.MomentsAsync(day, MomentsOfDay))
            {
                if (moment <= now) continue;
                now = moment;
                await living.MoveAsync(moment);
                for (var acts = living.Next(4); acts > 0; acts--) await living.ActAsync();
                var checks = new ClaimChecks(living, moment, untrue);
                await checks.CheckAsync(null);
                await checks.CheckAsync(living.Any(living.Viewers));
                await checks.CheckAsync(living.Any(living.Viewers));
                read += checks.Read;
            }
        }

        untrue.AddRange(living.NotTold);
        untrue.AddRange(await living.UnwordedAsync());
        // The table of what is read is no promise alone. A day of another seed may be one on which nobody books.
        if (seed < FirstOfMore) untrue.AddRange(ClaimRoutes.Read.Except(living.Opened).Select(r => $"{r} was never read"));
        Assert.True(untrue.Count == 0, $"Seed {seed} of {city}: {untrue.Count} of {read} claims are untrue.\n{string.Join('\n', untrue.Take(MostShown))}");
        Assert.True(read > days * 100, $"Seed {seed} of {city} read only {read} claims.");
    }

    [Fact]
    public async Task Every_route_is_read_for_its_claims_or_makes_none()
    {
        await using var host = await SandboxHost.StartAsync();
        var routes = ClaimRoutes.Of(host);
        Assert.True(routes.Count > 60, $"Only {routes.Count} routes were found.");
        var unread = routes.Where(r => !ClaimRoutes.Read.Contains(r) && !ClaimRoutes.Silent.ContainsKey(r)).ToList();
        Assert.True(unread.Count == 0, $"Neither read nor silent: {string.Join(", ", unread)}");
        Assert.Equal([], ClaimRoutes.Read.Where(r => !routes.Contains(r) || ClaimRoutes.Silent.ContainsKey(r)));
        Assert.Equal([], ClaimRoutes.Silent.Keys.Except(routes));
    }
}
