using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Levers;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Levers;

/// <summary>What a preview says is what happens; and what follows a lever is done once, whoever is killed meanwhile.</summary>
public sealed class LeverWorkTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";
    private const string Handout = "2020-02-11T09:05:00+08:00";
    private const string Round = "2020-02-10";
    private static readonly (LeverKind Kind, NoticeKind Notice, NoticeChannel Channel)[] Following =
    [
        (LeverKind.Annul, NoticeKind.RoundAnnulled, NoticeChannel.Sms),
        (LeverKind.Move, NoticeKind.PickupMoved, NoticeChannel.Sms),
        (LeverKind.Extend, NoticeKind.PickupExtended, NoticeChannel.WeChat),
    ];

    [EngineTheory]
    public async Task A_preview_is_what_happens(DatabaseKind engine)
    {
        for (var seed = 0; seed < 4; seed++)
        {
            var dice = new Random(seed);
            await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
            var numbers = await LeverTests.BookAsync(host, 1, dice.Next(3, 9));
            foreach (var i in numbers.Keys.Where(_ => dice.Next(5) == 0)) await CancelAsync(host, i, numbers[i]);
            if (seed > 0) await host.SetClockAsync(Handout);
            if (seed > 1) await RedeemAsync(host, numbers);
            using var supervisor = await host.SupervisorAsync();
            var kind = seed < 2 ? LeverKind.Annul : Following[dice.Next(Following.Length)].Kind;
            var before = await OpenByPharmacyAsync(host);
            await using var held = await host.HoldJobsAsync();
            var preview = await LeverTests.PreviewAsync(supervisor, Body(kind));

            Assert.Equal(201, (await LeverTests.PressAsync(supervisor, Word(kind), preview, "货源中断")).Status);
            await host.Get<LeverWorkStore>().FinishAsync(CancellationToken.None);

            var after = await OpenByPharmacyAsync(host);
            foreach (var p in preview.GetProperty("pharmacies").EnumerateArray())
            {
                var code = p.GetProperty("code").GetString()!;
                Assert.Equal(before.GetValueOrDefault(code), p.GetProperty("bookings").GetInt32());
                Assert.Equal(kind == LeverKind.Annul ? 0 : before.GetValueOrDefault(code), after.GetValueOrDefault(code));
            }

            Assert.Equal(before.Values.Sum(), preview.GetProperty("told").GetInt32());
            Assert.Equal(before.Values.Sum(), await ToldAsync(host, kind));
            var sentence = preview.GetProperty("sentence").GetString()!.Replace("（这里是您填的原因）", "货源中断", StringComparison.Ordinal);
            Assert.Contains(sentence, System.Net.WebUtility.HtmlDecode(await host.Http.GetStringAsync(new Uri($"/notices/{Round}", UriKind.Relative))), StringComparison.Ordinal);
            Assert.Empty(await host.Get<LeverQueries>().OpenAsync(CancellationToken.None));
            await LeverTests.AssertSoundAsync(host);
        }
    }

    [EngineTheory]
    public async Task Killed_between_two_pharmacies_it_is_finished_by_the_next_start_and_told_once(DatabaseKind engine)
    {
        foreach (var (kind, _, _) in Following)
        {
            await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
            await LeverTests.BookAsync(host, 1, 8);
            await host.SetClockAsync(Handout);
            using (var supervisor = await host.SupervisorAsync())
            {
                await using var held = await host.HoldJobsAsync();
                Assert.Equal(201, (await LeverTests.PressAsync(supervisor, Word(kind), await LeverTests.PreviewAsync(supervisor, Body(kind)), "货源中断")).Status);
                using var death = new CancellationTokenSource();
                var lever = Assert.Single(await host.Get<LeverQueries>().OpenAsync(CancellationToken.None));
                var work = new DyingLeverWork(host.Get<IEnumerable<ILeverWork>>().First(w => w.Kind == kind), death, 3);
                var store = new LeverWorkStore(host.Get<Database>(), host.Get<LeverQueries>(), [work], host.Get<CityCalendar>(), host.Get<Board>());
                // The node dies while it is at the third pharmacy: that one is not done.
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.FinishAsync(death.Token));
                Assert.Equal(2, (await host.Get<LeverQueries>().StepsAsync(CancellationToken.None))[lever.Id]);
                await LeverTests.AssertSoundAsync(host);
            }

            await host.RestartAsync();
            await host.AdvanceAsync("PT10S");

            Assert.Empty(await host.Get<LeverQueries>().OpenAsync(CancellationToken.None));
            Assert.Equal(8, await ToldAsync(host, kind));
            await LeverTests.AssertSoundAsync(host);
        }
    }

    /// <summary>What these tests are worth: without the guards a lever is pressed twice, and work done twice is seen.</summary>
    [Fact]
    public async Task Without_the_guards_twice_is_noticed()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        await LeverTests.BookAsync(host, 1, 3);
        using var supervisor = await host.SupervisorAsync();
        await using var held = await host.HoldJobsAsync();
        var preview = await LeverTests.PreviewAsync(supervisor, Body(LeverKind.Annul));
        await LeverTests.PressAsync(supervisor, "annul", preview, "货源中断", "a");
        await host.Get<LeverWorkStore>().FinishAsync(CancellationToken.None);
        Assert.Single(await host.Get<LeverQueries>().NewestAsync(9, CancellationToken.None));

        // A second press that did not see the first, and a node that did not see the steps.
        await ExecuteAsync(host, "UPDATE round SET annulled_at = NULL, closed_at = NULL");
        var again = await LeverTests.PreviewAsync(supervisor, Body(LeverKind.Annul));
        Assert.Equal(201, (await LeverTests.PressAsync(supervisor, "annul", again, "货源中断", "b")).Status);
        Assert.Equal(2, (await host.Get<LeverQueries>().NewestAsync(9, CancellationToken.None)).Count);
        await ExecuteAsync(host, "UPDATE booking SET status = 0, cancelled_late = 0, settled_at = NULL");
        // Nobody is told twice even then: the outbox takes a cause once.
        await Assert.ThrowsAnyAsync<DbException>(() => host.Get<LeverWorkStore>().FinishAsync(CancellationToken.None));
        Assert.Equal(3, await ToldAsync(host, LeverKind.Annul));
    }

    private static string Word(LeverKind kind) => kind.ToString().ToLowerInvariant();

    private static object Body(LeverKind kind) => new { kind = Word(kind), date = Round, to = kind == LeverKind.Extend ? "2020-02-11T19:30:00+08:00" : null };

    private static Task ExecuteAsync(SandboxHost host, string sql) => host.Get<Database>().WriteAsync(t => t.ExecuteAsync(sql), CancellationToken.None);

    private static async Task<int> ToldAsync(SandboxHost host, LeverKind kind)
    {
        var (_, notice, channel) = Following.First(f => f.Kind == kind);
        var all = await host.Get<Database>().QueryAsync<long>("SELECT booking_id FROM outbox WHERE kind = @notice AND channel = @channel", new { notice, channel });
        Assert.Equal(all.Count, all.Distinct().Count());
        return all.Count;
    }

    private static async Task<Dictionary<string, int>> OpenByPharmacyAsync(SandboxHost host) =>
        (await host.Get<Database>().QueryAsync<(string Code, long Open)>(
            "SELECT p.code, COUNT(*) FROM booking b JOIN pharmacy p ON p.id = b.pharmacy_id WHERE b.status = @booked GROUP BY p.code", new { booked = BookingStatus.Booked }))
        .ToDictionary(r => r.Code, r => (int)r.Open, StringComparer.Ordinal);

    private static async Task CancelAsync(SandboxHost host, int i, string number)
    {
        using var phone = await host.PhoneAsync($"o-{i}");
        using var answer = await phone.DeleteAsync(new Uri($"/api/bookings/{number}", UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode);
    }

    private static async Task RedeemAsync(SandboxHost host, Dictionary<int, string> numbers)
    {
        using var clerk = await host.ClerkAsync("LD01");
        foreach (var i in numbers.Keys.Where(i => i == 1))
        {
            var (_, body) = await clerk.PostAsync("/api/pharmacy/redemptions", new { number = numbers[i], idNumberLast4 = People.IdNumber(i)[^4..], requestId = i.ToString(CultureInfo.InvariantCulture) });
            Assert.NotEqual(JsonValueKind.Undefined, body.GetProperty("verdict").ValueKind);
        }
    }
}
