using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Flags;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Flags;

/// <summary>What is odd is found at its threshold, not below it, once, and again when it has grown.</summary>
public sealed class FlagFindingTests
{
    private static readonly DateTimeOffset Morning = FlagCity.At("10:00:00");

    [EngineTheory]
    public async Task Each_kind_is_found_at_its_threshold_and_one_below_it_is_not(DatabaseKind engine)
    {
        await using var city = await FlagCity.StartAsync(engine);
        var limits = new FlagSettings();
        var (opens, closes) = await HoursAsync(city);

        // One below each threshold, and beside it what only looks alike.
        await city.HandOverAsync("CZ001", opens);
        await city.HandOverAsync("CZ001", closes.AddMilliseconds(-1));
        await city.VoidAsync(await city.HandOverAsync("CZ001", closes));
        for (var i = 0; i < limits.FastCount - 1; i++) await city.HandOverAsync("CZ002", Morning.AddSeconds(6 * i));
        await city.HandOverAsync("CZ002", Morning.AddSeconds(60));
        for (var i = 0; i < 20; i++) await city.HandOverAsync("CZ002", Morning.AddSeconds(3600 + i), "family");
        for (var i = 0; i < 15; i++) await city.HandOverAsync("CZ003", Morning.AddMinutes(i));
        for (var i = 1; i <= 6; i++) await city.HandOverAsync("CZ003", closes.AddMinutes(-limits.ClosingMinutes).AddMinutes(i));
        for (var i = 0; i < limits.ClosingLeast - 1; i++) await city.HandOverAsync("CZ004", closes.AddMinutes(-14).AddSeconds(20 * i));
        foreach (var (shop, days) in new[] { ("CZ005", 0), ("CZ006", -1), ("CZ007", -2), ("CZ008", -3), ("CZ007", 0) }) await city.HandOverAsync(shop, Morning.AddDays(days).AddHours(1), "proxy");
        var booking = await city.BookAsync("CZ005");
        for (var i = 0; i < limits.WrongShopTries - 1; i++) await city.ShowAsync(booking, "CZ006", Morning.AddMinutes(i));
        await city.ShowAsync(booking, "CZ005", Morning, outcome: "Valid");
        for (var i = 0; i < limits.WrongShopBookings - 1; i++) await city.ShowAsync(await city.BookAsync("CZ005"), "CZ007", Morning.AddMinutes(i), i % 2 == 0 ? "redemption.make" : "redemption.check");
        await city.ComeAsync("CZ007", "CZ009", FlagCity.At("00:00:00").AddDays(-2));
        await city.ShowAsync(await city.Database.ScalarAsync<long>("SELECT booking_id FROM booking_move"), "CZ007", Morning);
        for (var i = 0; i < limits.OfflineConflicts - 1; i++) await city.TellAsync("CZ008", OfflineConflict.AlreadyRedeemed, Morning.AddMinutes(i));
        await city.TellAsync("CZ008", OfflineConflict.None, Morning);
        var planned = await PlannedAsync(city, "CZ009");
        await city.DeliverAsync("CZ009", planned + (planned * limits.DeliveryPercent / 100) - 1, Morning, more: true);
        await city.DeliverAsync("CZ010", 1, Morning, more: true);
        var other = await PlannedAsync(city, "CZ013");
        await city.DeliverAsync("CZ013", other + (other * limits.DeliveryPercent / 100) - 1, Morning);
        await city.CarryAsync("CZ010", 3, FlagCity.At("09:00:00").AddDays(-1), FlagCity.Round);
        await city.CarryAsync("CZ010", -3, Morning, FlagCity.Round);
        await city.CarryAsync("CZ010", 3, Morning, FlagCity.Day);
        await city.ComeAsync("CZ007", "CZ010", null);
        for (var i = 0; i < limits.ListReads - 1; i++) await city.ReadListAsync("CZ011", Morning.AddMinutes(i));
        await city.ReadListAsync("CZ012", Morning);
        var clerk = await city.AccountAsync("o-clerk", "CZ011");
        await city.AccountAsync("o-neighbour", "CZ012");
        await city.HandOverAsync("CZ012", Morning, account: clerk);
        await city.HandOverAsync("CZ011", Morning, account: await city.AccountAsync("o-other"));

        Assert.Equal(0, await city.LookAsync());
        Assert.Empty(await city.FlagsAsync());

        // One more of each.
        await city.HandOverAsync("CZ001", closes);
        await city.HandOverAsync("CZ002", Morning.AddSeconds(59));
        await city.HandOverAsync("CZ003", closes.AddMinutes(-1));
        await city.HandOverAsync("CZ004", closes.AddMinutes(-1));
        await city.HandOverAsync("CZ006", Morning.AddHours(2), "proxy");
        await city.HandOverAsync("CZ008", Morning.AddHours(2), "proxy");
        await city.ShowAsync(booking, "CZ006", Morning.AddHours(1), "redemption.card", "OtherPharmacy, by card");
        await city.ShowAsync(await city.BookAsync("CZ005"), "CZ007", Morning.AddHours(1));
        await city.TellAsync("CZ008", OfflineConflict.Forged, Morning.AddHours(1));
        await city.TellAsync("CZ012", OfflineConflict.OutsideHours, Morning);
        await city.RunAsync("UPDATE delivery SET more_coming = 0 WHERE pharmacy_id = @pharmacy", new { pharmacy = city.Pharmacy("CZ009") });
        await city.DeliverAsync("CZ009", 1, Morning.AddHours(1));
        await city.CarryAsync("CZ010", limits.PlacesAdded, Morning, FlagCity.Round);
        await city.ComeAsync("CZ007", "CZ009", Morning);
        await city.ReadListAsync("CZ011", Morning.AddHours(1));
        await city.HandOverAsync("CZ011", Morning, account: clerk);

        Assert.Equal(14, await city.LookAsync());
        var found = await city.FlagsAsync();
        Assert.Equal(
            [
                (FlagKind.OutsideHours, "CZ001", "-", 1, 1), (FlagKind.OutsideHours, "CZ012", "-", 1, 1), (FlagKind.TooFast, "CZ002", "clerk-cz002", 9, 10), (FlagKind.BeforeClosing, "CZ003", "-", 31, 7),
                (FlagKind.BeforeClosing, "CZ004", "-", 100, 20), (FlagKind.ProxyManyShops, "-", "-", 4, 6), (FlagKind.WrongShopBooking, "CZ005", "-", 5, 5), (FlagKind.WrongShopPharmacy, "CZ007", "-", 10, 10),
                (FlagKind.OfflineConflicts, "CZ008", "clerk-cz008", 2, 2), (FlagKind.DeliveryDiffers, "CZ009", "-", 20, 2), (FlagKind.PlacesAdded, "CZ009", "-", 1, 1),
                (FlagKind.PlacesAdded, "CZ010", "-", 1, 1), (FlagKind.ListReads, "CZ011", "clerk-cz011", 40, 40), (FlagKind.OwnStaff, "CZ011", "clerk-cz011", 1, 1),
            ],
            found.Select(f => (f.Kind, f.Pharmacy, f.Clerk, f.Measured, f.Hits)));
        Assert.All(found, f => Assert.Equal((FlagCity.Day, f.Hits, FlagStatus.New), (f.FlagDay, f.RowCount, f.Status)));
    }

    [EngineTheory]
    public async Task Looked_for_again_after_a_restart_and_on_two_nodes_at_once_it_is_one(DatabaseKind engine)
    {
        await using var city = await FlagCity.StartAsync(engine);
        await using var node = await city.Host.AddNodeAsync();
        await using var held = await node.HoldJobsAsync();
        var closes = (await HoursAsync(city)).ClosesAt;
        foreach (var shop in new[] { "CZ001", "CZ002", "CZ003", "CZ004" })
        {
            await city.HandOverAsync(shop, closes);
            await city.HandOverAsync(shop, Morning, "proxy");
        }

        var kept = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => city.LookAsync(i % 2 == 0 ? city.Host : node)));
        Assert.Equal(5, kept.Sum());
        Assert.Equal(0, await city.LookAsync());
        var found = await city.FlagsAsync();
        Assert.Equal(5, found.Count);
        Assert.All(found, f => Assert.Equal((f.Kind == FlagKind.ProxyManyShops ? 4 : 1, 1), (f.RowCount, f.Version)));
        Assert.Equal(0, await city.Database.ScalarAsync<long>("SELECT COUNT(*) FROM flag_step"));
    }

    [EngineTheory]
    public async Task What_has_grown_keeps_its_state_and_what_was_closed_is_open_again(DatabaseKind engine)
    {
        await using var city = await FlagCity.StartAsync(engine);
        var closes = (await HoursAsync(city)).ClosesAt;
        var store = city.Host.Get<FlagStore>();
        var supervisor = new StaffMember(await city.Database.ScalarAsync<long>("SELECT id FROM staff WHERE username = 'supervisor'"), "supervisor", StaffRole.Supervisor, null);
        Task<Refusal> ChangeAsync(long id, FlagStatus status, int version, string? words, string request, string? owner = null) =>
            store.ChangeAsync(supervisor, id, new FlagChange(status, owner, words, version, request), CancellationToken.None);
        await city.HandOverAsync("CZ001", closes);
        await city.LookAsync();
        var id = Assert.Single(await city.FlagsAsync()).Id;

        Assert.Equal(Refusal.None, await ChangeAsync(id, FlagStatus.Looking, 1, null, "take"));
        await city.HandOverAsync("CZ001", closes.AddMinutes(1));
        Assert.Equal(1, await city.LookAsync());
        var grown = Assert.Single(await city.FlagsAsync());
        Assert.Equal((2, 2, FlagStatus.Looking, "supervisor", 3), (grown.Hits, grown.RowCount, grown.Status, grown.Owner, grown.Version));

        // Whoever decides says what was seen: it has grown since, and another has changed it since.
        Assert.Equal(Refusal.FlagChanged, await ChangeAsync(id, FlagStatus.Explained, 2, "店员补录", "close"));
        Assert.Equal(Refusal.InvalidReason, await ChangeAsync(id, FlagStatus.Explained, 3, " ", "close"));
        Assert.Equal(Refusal.UnknownOwner, await ChangeAsync(id, FlagStatus.Looking, 3, null, "give", "auditor"));
        Assert.Equal(Refusal.UnknownFlag, await ChangeAsync(1, FlagStatus.Looking, 3, null, "x"));
        Assert.Equal(Refusal.InvalidRequest, await ChangeAsync(id, FlagStatus.New, 3, "x", "x"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => ChangeAsync(id, FlagStatus.Explained, 3, "店员补录", i < 2 ? "close" : $"close{i}")));
        Assert.Equal(1, await city.Database.ScalarAsync<long>("SELECT COUNT(*) FROM flag_step WHERE status = @closed", new { closed = FlagStatus.Explained }));
        Assert.Contains(Refusal.None, answers);
        Assert.All(answers, a => Assert.True(a is Refusal.None or Refusal.FlagChanged, a.ToString()));
        Assert.Equal(Refusal.RequestUsed, await ChangeAsync(id, FlagStatus.ActedUpon, 4, "x", "take"));

        // Nothing new: it stays closed. One more: open again, with its owner, and it is said.
        await city.LookAsync();
        Assert.Equal(FlagStatus.Explained, Assert.Single(await city.FlagsAsync()).Status);
        await city.HandOverAsync("CZ001", closes.AddMinutes(2));
        await city.LookAsync();
        var again = Assert.Single(await city.FlagsAsync());
        Assert.Equal((3, FlagStatus.New, "supervisor", 5), (again.Hits, again.Status, again.Owner, again.Version));
        Assert.Equal(
            ["flag.look", "flag.explain", "flag.reopen"],
            await city.Database.QueryAsync<string>("SELECT action FROM audit WHERE subject = @subject ORDER BY id", new { subject = $"{id}" }));
        var steps = await city.Host.Get<FlagQueries>().StepsAsync(id, CancellationToken.None);
        Assert.Equal([("supervisor", 1), (null, 2), ("supervisor", 2), (null, 3)], steps.Select(s => (s.Staff, s.Hits)));
    }

    [EngineTheory]
    public async Task A_day_that_nobody_looked_through_and_what_was_told_later_is_found_too(DatabaseKind engine)
    {
        await using var city = await FlagCity.StartAsync(engine);
        var closes = (await HoursAsync(city)).ClosesAt;
        await city.HandOverAsync("CZ001", closes);
        await city.LookAsync();
        await city.HandOverAsync("CZ002", closes);
        // The program was down until now: yesterday was not looked through since it ended.
        await city.RunAsync("UPDATE flag_look SET looked_at = @at WHERE flag_day < @Day", new { at = closes.AddDays(-1), FlagCity.Day });
        var yesterday = FlagCity.Day.AddDays(-1);
        await city.HandOverAsync("CZ003", closes.AddDays(-1));
        await city.LookAsync();
        Assert.Equal([("CZ001", FlagCity.Day), ("CZ002", FlagCity.Day), ("CZ003", yesterday)], (await city.FlagsAsync()).Where(f => f.Kind == FlagKind.OutsideHours).Select(f => (f.Pharmacy, f.FlagDay)));

        // Looked through after its end, a day is left alone until something of it is told.
        await city.HandOverAsync("CZ004", closes.AddDays(-1));
        Assert.Equal(0, await city.LookAsync());
        await city.TellAsync("CZ004", OfflineConflict.None, city.Host.Get<TimeProvider>().GetUtcNow().AddSeconds(1), closes.AddDays(-1));
        Assert.Equal(1, await city.LookAsync());
    }

    private static async Task<(DateTimeOffset OpensAt, DateTimeOffset ClosesAt)> HoursAsync(FlagCity city) => (
        await city.Database.ScalarAsync<DateTimeOffset>("SELECT pickup_opens_at FROM round WHERE date = @Round", new { FlagCity.Round }),
        await city.Database.ScalarAsync<DateTimeOffset>("SELECT pickup_closes_at FROM round WHERE date = @Round", new { FlagCity.Round }));

    private static async Task<int> PlannedAsync(FlagCity city, string code) => await city.Database.ScalarAsync<int>(
        """
        SELECT SUM(q.planned + q.moved_in - q.moved_out) * r.units_per_booking FROM quota q JOIN round r ON r.date = q.round_date
         WHERE q.round_date = @Round AND q.pharmacy_id = @pharmacy GROUP BY r.units_per_booking
        """,
        new { FlagCity.Round, pharmacy = city.Pharmacy(code) });
}
