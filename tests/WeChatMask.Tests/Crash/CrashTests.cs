using System.Globalization;
using Xunit.Abstractions;

namespace WeChatMask.Tests.Crash;

/// <summary>
/// <c>kill -9</c> at random moments of rushes and of the sending of notices, always on the same data: what was answered
/// stands, what was not answered can be sent again, nothing is oversold, the jobs go on, no message is lost.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    /// <summary>New residents of each evening, and kills in its rush. One more kill meets the sending: ten in all.</summary>
    private static readonly (int Residents, int Kills)[] Evenings = [(300, 3), (160, 2), (60, 2)];

    [Fact]
    public async Task Ten_kills_lose_nothing_that_was_promised()
    {
        var seed = Environment.GetEnvironmentVariable("WECHATMASK_CRASH_SEED") is { } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        output.WriteLine($"WECHATMASK_CRASH_SEED={seed}");
        await using var city = await KilledCity.StartAsync("2020-02-10T18:58:00+08:00", new Random(seed), output);
        for (var evening = 0; evening < Evenings.Length; evening++)
        {
            var date = new DateOnly(2020, 2, 10).AddDays(evening);
            if (evening > 0) await city.SetClockAsync(date, "18:58:00");
            await city.RegisterAsync(Evenings[evening].Residents);
            await city.SetClockAsync(date, "19:00:00");
            // Who booked the evening before has to wait; who booked two evenings ago comes again.
            await city.RushAsync(date, Evenings[evening].Kills);
            await city.GiveBackAsync(date, 3);
            await city.CloseAndKillWhileSendingAsync(date);
            await city.CheckPublishedAsync(date);
        }

        await city.CheckMessagesAsync();
        Assert.Equal(10, city.Kills);
        Assert.True(city.KillsAmidSending > 0, "No kill met the sending of notices.");
        Assert.True(city.Unanswered > 0, "No kill left a request without an answer.");
    }
}
