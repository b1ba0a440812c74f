using WeChatMask.Data;
using WeChatMask.Data.Backup;
using WeChatMask.Notices;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data.Upgrades;

/// <summary>Messages that an older version has left in the outbox, of both channels.</summary>
public sealed class OutboxUpgradeTests : IDisposable
{
    // The first with channels. What it wrote has none of the columns that came later.
    private const string FirstWithChannels = "0006_official_account.sql";

    private const long Live = 456549108977004544;
    private const long GivenBack = 456549091289624576;

    private static readonly DateTimeOffset Start = DateTimeOffset.Parse("2020-02-11T19:10:00+08:00", System.Globalization.CultureInfo.InvariantCulture);

    private static readonly string[] Columns =
    [
        "id", "channel", "notice_key", "kind", "round_date", "booking_id", "pharmacy_id", "status", "attempts", "due_at", "expires_at",
        "leased_until", "leased_by", "maybe_repeated", "segments", "message_id", "created_at", "settled_at",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-outbox-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [EngineTheory]
    public async Task What_waited_or_was_under_way_goes_out_once_by_its_channel_and_what_was_over_stays_so(DatabaseKind engine)
    {
        await using var home = await TestDatabase.CreateAsync(engine, folder);
        using (var database = new Database(home.Settings()))
        using (var city = await CityBackup.OpenAsync(UpgradeTests.FirstRelease, key: null, sealedOnly: false, default))
        {
            var migrator = new Migrator(database, TimeProvider.System);
            await migrator.MigrateAsync(name => city.Manifest.Migrations.Any(m => m.Name == name), default);
            await database.WriteAsync(transaction => UpgradeTests.FillAsync(transaction, city), default);
            await migrator.MigrateAsync(name => string.CompareOrdinal(name, FirstWithChannels) <= 0, default);
        }

        using (var old = new Database(home.Settings()))
            await old.WriteAsync(transaction => transaction.InsertManyAsync("outbox", Columns, [.. Rows()]), default);

        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-11T19:10:00+08:00", configure: builder =>
        {
            foreach (var (key, value) in home.Configuration()) builder.Configuration[key] = value;
        });
        await host.Http.PostAsync("/sandbox/phones/o-up-6/messages", new { type = "event", @event = "subscribe" });
        var over = await OverAsync(host);
        Assert.Equal((10, 1), (over.Count(r => r.Channel == NoticeChannel.Sms), over.Count(r => r.Channel == NoticeChannel.WeChat)));

        await host.SetClockAsync("2020-02-11T19:14:00+08:00");
        Assert.Empty(await host.SmsAsync());
        Assert.Equal(0, await PushedAsync(host));

        await host.SetClockAsync("2020-02-11T19:30:00+08:00");
        await host.SetClockAsync("2020-02-11T19:40:00+08:00");

        Assert.Equal((2, 2), ((await host.SmsAsync()).Count, await PushedAsync(host)));
        var sent = (await OverAsync(host)).ExceptBy(over.Select(r => r.Id), r => r.Id).ToList();
        Assert.Equal(
            [(NoticeChannel.Sms, 1, false), (NoticeChannel.Sms, 3, true), (NoticeChannel.WeChat, 1, false), (NoticeChannel.WeChat, 3, true)],
            sent.Select(r => (r.Channel, r.Attempts, r.MaybeRepeated)));
        Assert.All(sent, r => Assert.Equal(NoticeStatus.Sent, r.Status));
        Assert.Equal(over, (await OverAsync(host)).IntersectBy(over.Select(r => r.Id), r => r.Id));
        Assert.DoesNotContain(await host.Get<InvariantQueries>().RunAsync(default), r => r.Broken > 0);
    }

    /// <summary>Of each channel: one that waits until 19:20, one that another node has had since before the upgrade until 19:15, and one that is over.</summary>
    private static IEnumerable<object?[]> Rows()
    {
        yield return Row(1, NoticeChannel.Sms, $"booking:{Live}", NoticeKind.BookingMade, Live, NoticeStatus.Waiting);
        yield return Row(2, NoticeChannel.Sms, $"booking:{GivenBack}", NoticeKind.BookingRefused, GivenBack, NoticeStatus.Waiting, "a node of the old version");
        yield return Row(3, NoticeChannel.Sms, "list:20200209:456548953854865408", NoticeKind.PharmacyList, null, NoticeStatus.Dropped);
        yield return Row(4, NoticeChannel.WeChat, $"wechat:0:{Live}", NoticeKind.BookingMade, Live, NoticeStatus.Waiting);
        yield return Row(5, NoticeChannel.WeChat, $"wechat:0:{Live}:again", NoticeKind.BookingMade, Live, NoticeStatus.Waiting, "a node of the old version");
        yield return Row(6, NoticeChannel.WeChat, $"wechat:22:{GivenBack}", NoticeKind.BookingCancelled, GivenBack, NoticeStatus.Sent);
    }

    private static object?[] Row(long id, NoticeChannel channel, string key, NoticeKind kind, long? booking, NoticeStatus status, string? leasedBy = null) =>
    [
        id, (int)channel, key, (int)kind, booking == Live ? "2020-02-11" : "2020-02-10", booking, 456548953854865408, (int)status,
        leasedBy is null ? 0 : 2, Start.AddMinutes(leasedBy is null ? 10 : -5).ToUnixTimeMilliseconds(), Start.AddDays(1).ToUnixTimeMilliseconds(),
        leasedBy is null ? 0L : Start.AddMinutes(5).ToUnixTimeMilliseconds(), leasedBy, 0, 0, status == NoticeStatus.Sent ? "an old id" : null,
        Start.AddHours(-1).ToUnixTimeMilliseconds(), status == NoticeStatus.Waiting ? null : Start.AddHours(-1).ToUnixTimeMilliseconds(),
    ];

    private static async Task<int> PushedAsync(SandboxHost host) =>
        (await host.Http.GetJsonAsync("/sandbox/wechat/calls")).EnumerateArray()
            .Count(c => c.GetProperty("path").GetString()!.StartsWith("cgi-bin/message/", StringComparison.Ordinal));

    private static Task<List<Over>> OverAsync(SandboxHost host) => host.Get<Database>().QueryAsync<Over>(
        "SELECT id, channel, status, attempts, maybe_repeated FROM outbox WHERE status <> 0 ORDER BY channel, id", cancellationToken: default);

    private sealed record Over
    {
        public long Id { get; init; }
        public NoticeChannel Channel { get; init; }
        public NoticeStatus Status { get; init; }
        public int Attempts { get; init; }
        public bool MaybeRepeated { get; init; }
    }
}
