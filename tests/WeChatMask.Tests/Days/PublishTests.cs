using WeChatMask.Data;
using WeChatMask.DayEnd;
using WeChatMask.Domain;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days;

/// <summary>Lists are written in portions before they come out, so that nobody who writes elsewhere waits for all of them.</summary>
public sealed class PublishTests
{
    private static readonly DateTimeOffset Closed = new(2020, 2, 10, 22, 0, 0, TimeSpan.FromHours(8));

    /// <summary>A node that died half-way has written names and notices: none may be seen or sent, and the next node goes on behind them.</summary>
    [EngineTheory]
    public async Task What_is_written_of_a_list_is_seen_and_sent_only_when_it_is_out(DatabaseKind engine)
    {
        var city = new CounterHost { Engine = engine };
        await city.InitializeAsync();
        try
        {
            await city.BookManyAsync(3);
            await city.BookAsync("LD02");
            var round = await ClosedAsync(city);
            Assert.NotNull(await city.Get<PublishStore>().ListPortionAsync(round, default));

            using var anybody = city.Anonymous();
            Assert.Equal(404, (int)(await anybody.GetAsync(new Uri("/api/public/rounds/2020-02-10/list?pharmacy=LD01", UriKind.Relative))).StatusCode);
            Assert.Equal(4, await CountAsync(city, "published_entry"));
            await TellsNobodyAsync(city);

            Assert.Equal(1, await city.Get<PublishStore>().PublishAsync(default));
            Assert.Equal(4, await CountAsync(city, "published_entry"));
            Assert.Contains(await city.Get<OutboxStore>().LeaseAsync(NoticeChannel.Sms, TimeSpan.FromMinutes(1), 100, default), n => n.Kind == NoticeKind.SlotAssigned);
            await city.AssertSoundAsync();
        }
        finally
        {
            await city.DisposeAsync();
        }
    }

    [Fact]
    public void Where_others_write_too_nine_tenths_of_the_time_are_theirs()
    {
        var took = TimeSpan.FromMilliseconds(20);
        Assert.Equal(took, new WrittenPortion(TimeSpan.FromMilliseconds(1), took).Pause);
        Assert.Equal(9 * took, new WrittenPortion(TimeSpan.FromMilliseconds(4), took).Pause);
    }

    /// <summary>Annulled when a part was written already: no name stays, and nobody is told of a slot.</summary>
    [EngineTheory]
    public async Task Of_a_round_annulled_meanwhile_nothing_stays(DatabaseKind engine)
    {
        var city = new CounterHost { Engine = engine };
        await city.InitializeAsync();
        try
        {
            await city.BookManyAsync(2);
            var round = await ClosedAsync(city);
            await city.Get<PublishStore>().ListPortionAsync(round, default);
            await city.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE round SET annulled_at = 1 WHERE date = @Date", new { round.Date }), default);

            await city.Get<PublishStore>().PublishAsync(default);

            Assert.Equal(0, await CountAsync(city, "published_entry"));
            await TellsNobodyAsync(city);
        }
        finally
        {
            await city.DisposeAsync();
        }
    }

    /// <summary>However long a list is, one transaction writes a portion of it.</summary>
    [Fact]
    public async Task No_transaction_writes_more_than_a_portion()
    {
        const int most = 500;
        await using var city = await LargeCity.CreateAsync(pharmacies: 3, bookings: 1300);
        var entries = 0L;
        while (await city.Publish.ListPortionAsync(await city.RoundAsync(), default) is not null)
        {
            var now = await city.Desk.Database.ScalarAsync<long>("SELECT COUNT(*) FROM published_entry");
            Assert.InRange(now - entries, 1, most);
            entries = now;
        }

        Assert.Equal(1300, entries);
    }

    private static async Task<RoundState> ClosedAsync(CounterHost city)
    {
        city.Now = Closed;
        Assert.Equal(1, await city.Get<RoundStore>().CloseDueAsync(default));
        Assert.Equal(1, await city.Get<PublishStore>().AssignSlotsAsync(default));
        return (await city.Get<RoundQueries>().FindAsync(CounterHost.Date, default))!;
    }

    private static async Task TellsNobodyAsync(CounterHost city)
    {
        foreach (var channel in new[] { NoticeChannel.Sms, NoticeChannel.WeChat })
        {
            var leased = await city.Get<OutboxStore>().LeaseAsync(channel, TimeSpan.FromMinutes(1), 100, default);
            Assert.DoesNotContain(leased, n => n.Kind is NoticeKind.SlotAssigned or NoticeKind.Reminder);
        }
    }

    private static Task<long> CountAsync(CounterHost city, string table) => city.Get<Database>().ScalarAsync<long>($"SELECT COUNT(*) FROM {table}");
}
