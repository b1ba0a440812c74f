using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.PublicLog;

/// <summary>A round in dispute keeps its key for as long as a supervisor holds it.</summary>
public sealed class KeyHoldTests
{
    private const string Sealed = "SELECT COUNT(*) FROM round_key WHERE sealed IS NOT NULL";
    private const string Listed = "SELECT COUNT(*) FROM published_entry";

    private static readonly StaffMember Wang = new(1, "wang", StaffRole.Supervisor, null);

    [EngineTheory]
    public async Task A_held_key_outlives_its_lists_and_goes_once_it_is_let_go(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [1]);
        var holds = new KeyHoldStore(city.Database);
        await city.Database.WriteAsync(
            t => t.ExecuteAsync("INSERT INTO published_entry (round_date, pharmacy_id, serial, name, id_number) SELECT @Day, id, 1, 'n', 'i' FROM pharmacy", new { DeskCity.Day }),
            default);
        Assert.True(await holds.HoldAsync(Wang, DeskCity.Day, "case 7", default));
        Assert.True(await holds.HoldAsync(Wang, DeskCity.Day, "another reason", default));
        city.Clock.Now = DeskCity.Opening.AddDays(40);

        await PurgeAsync(city);

        Assert.Equal((1, 0), (await city.Database.ScalarAsync<long>(Sealed), await city.Database.ScalarAsync<long>(Listed)));
        Assert.DoesNotContain(await LinesAsync(city), l => l.StartsWith("shred ", StringComparison.Ordinal));
        var held = Assert.Single(await holds.AllAsync(default));
        Assert.Equal((DeskCity.Day, "wang", "case 7"), (held.RoundDate, held.HeldBy, held.HoldReason));

        Assert.True(await holds.ReleaseAsync(Wang, DeskCity.Day, default));
        Assert.False(await holds.ReleaseAsync(Wang, DeskCity.Day, default));
        await PurgeAsync(city);

        Assert.Equal(0, await city.Database.ScalarAsync<long>(Sealed));
        Assert.Single(await LinesAsync(city), l => l.StartsWith("shred 2020-02-10 ", StringComparison.Ordinal));
        Assert.Equal(
            [("key.hold", "2020-02-10", "case 7"), ("key.release", "2020-02-10", null)],
            await city.Database.QueryAsync<(string, string, string?)>("SELECT action, subject, detail FROM audit WHERE actor = 'wang' ORDER BY id"));
    }

    [EngineTheory]
    public async Task A_key_that_is_gone_or_never_was_cannot_be_held(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [1]);
        var holds = new KeyHoldStore(city.Database);
        city.Clock.Now = DeskCity.Opening.AddDays(40);
        await PurgeAsync(city);

        Assert.False(await holds.HoldAsync(Wang, DeskCity.Day, "too late", default));
        Assert.False(await holds.HoldAsync(Wang, DeskCity.Day.AddDays(-30), "no round", default));
        Assert.Empty(await holds.AllAsync(default));
    }

    [EngineTheory]
    public async Task What_one_node_has_destroyed_another_forgets_with_its_own_purge(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [1]);
        var other = city.AddNode();
        Assert.NotNull(await FindAsync());
        city.Clock.Now = DeskCity.Opening.AddDays(40);
        await PurgeAsync(city);
        Assert.Equal(0, await city.Database.ScalarAsync<long>(Sealed));

        await PurgeAsync(city, other);

        Assert.Null(await FindAsync());

        Task<RoundKey?> FindAsync() => other.Database.ReadAsync(c => other.Keys.FindAsync(c, null, DeskCity.Day), default);
    }

    private static async Task<IReadOnlyList<string>> LinesAsync(DeskCity city) => (await CityLog.ReadAsync(city.Database)).Entries;

    private static Task<int> PurgeAsync(DeskCity city, DeskNode? node = null)
    {
        var (database, keys) = node is null ? (city.Database, city.Keys) : (node.Database, node.Keys);
        var calendar = new CityCalendar(Options.Create(new SiteSettings()), city.Clock);
        var retention = new RetentionQueries(database, new PolicyQueries(database, calendar));
        return new PurgeStore(database, retention, keys, Options.Create(new PublicLogSettings()), calendar).PurgeAsync(default);
    }
}
