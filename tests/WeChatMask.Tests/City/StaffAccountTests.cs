using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.City;

/// <summary>What may be done to accounts, by whom.</summary>
public sealed class StaffAccountTests(EachEngine<CounterHost> hosts) : IClassFixture<EachEngine<CounterHost>>
{
    private const string Password = "a river in spring";
    private static int names;

    private CounterHost host = null!;

    private StaffAccountStore Store => host.Get<StaffAccountStore>();

    [EngineTheory]
    public async Task The_last_administrator_stays_whoever_asks_and_however_many_at_once(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("DELETE FROM staff WHERE role = @role", new { role = StaffRole.Administrator }), default);
        var ids = new List<long>();
        for (var i = 0; i < 3; i++) ids.Add(await NewAsync(StaffRole.Administrator, null));

        var answers = await Task.WhenAll(ids.Select((id, i) => i % 2 == 0
            ? Store.DisableAsync(AccountActor.Operator, id, default)
            : Store.PlaceAsync(AccountActor.Operator, id, StaffRole.Auditor, null, default)));

        Assert.Equal((2, 1), (answers.Count(a => a.Fault == AccountFault.None), answers.Count(a => a.Fault == AccountFault.LastAdministrator)));
        var invited = await Store.InviteAsync(AccountActor.Operator, NewName(), StaffRole.Administrator, null, default);
        Assert.Equal(AccountFault.None, invited.Fault);
        var last = await host.Get<Database>().ScalarAsync<long>("SELECT id FROM staff WHERE role = @role AND disabled = 0 AND password_hash <> ''", new { role = StaffRole.Administrator });
        // Somebody who was only invited cannot take over yet.
        Assert.Equal(AccountFault.LastAdministrator, (await Store.DisableAsync(AccountActor.Operator, last, default)).Fault);
    }

    [EngineTheory]
    public async Task A_lead_looks_after_the_clerks_of_the_own_pharmacy_and_nobody_else(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var lead = new AccountActor("lead-ld01", StaffRole.PharmacyLead, host.Pharmacies["LD01"]);
        var own = await NewAsync(StaffRole.Clerk, "LD01");
        long[] others = [await NewAsync(StaffRole.Clerk, "LD02"), await NewAsync(StaffRole.PharmacyLead, "LD01"), await NewAsync(StaffRole.Supervisor, null), 0];
        Func<AccountActor, long, CancellationToken, Task<AccountAnswer>>[] acts =
            [Store.ResetAsync, Store.UnlockAsync, Store.DisableAsync, Store.EnableAsync, (a, id, t) => Store.PlaceAsync(a, id, null, "LD01", t)];
        foreach (var act in acts)
        {
            foreach (var other in others) Assert.Equal(AccountFault.Unknown, (await act(lead, other, default)).Fault);
        }

        Assert.Equal(AccountFault.NotAllowed, (await Store.PlaceAsync(lead, own, null, "LD02", default)).Fault);
        foreach (var act in acts[..4]) Assert.Equal(AccountFault.None, (await act(lead, own, default)).Fault);
        foreach (var role in Enum.GetValues<StaffRole>().Where(r => r != StaffRole.Clerk))
            Assert.Equal(AccountFault.NotAllowed, (await Store.InviteAsync(lead, NewName(), role, "LD01", default)).Fault);
        var name = NewName();
        Assert.Equal(AccountFault.None, (await Store.InviteAsync(lead, name, StaffRole.Clerk, "LD02", default)).Fault);
        Assert.Equal("LD01", (await host.Get<StaffAccountQueries>().FindAsync(name, default))!.PharmacyCode);

        var seen = await host.Get<StaffAccountQueries>().ListAsync(lead, "", 0, 500, default);
        Assert.All(seen, a => Assert.Equal(("LD01", StaffRole.Clerk), (a.PharmacyCode, a.Role)));
        Assert.Contains(seen, a => a.Id == own);
        Assert.Null(await host.Get<StaffAccountQueries>().FindAsync(lead, others[0], default));
    }

    [EngineTheory]
    public async Task Every_act_is_written_down_with_who_did_it_to_whom(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var actor = new AccountActor("the-administrator", StaffRole.Administrator, null);
        var name = NewName();
        await Store.InviteAsync(actor, name, StaffRole.Clerk, "LD01", default);
        var id = (await host.Get<StaffAccountQueries>().FindAsync(name, default))!.Id;
        await Store.ResetAsync(actor, id, default);
        await Store.UnlockAsync(actor, id, default);
        await Store.PlaceAsync(actor, id, null, "LD02", default);
        await Store.PlaceAsync(actor, id, StaffRole.Supervisor, null, default);
        await Store.DisableAsync(actor, id, default);
        await Store.EnableAsync(actor, id, default);
        Assert.Equal(
            ["staff.invited", "staff.reset", "staff.unlocked", "staff.moved", "staff.role_changed", "staff.disabled", "staff.enabled"],
            await host.Get<Database>().QueryAsync<string>("SELECT action FROM audit WHERE subject = @name AND actor = @actor ORDER BY id", new { name, actor = actor.Name }));
    }

    [EngineTheory]
    public async Task What_makes_no_sense_is_refused_and_changes_nothing(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var taken = NewName();
        await Store.InviteAsync(AccountActor.Operator, taken, StaffRole.Auditor, null, default);
        foreach (var (name, role, pharmacy, fault) in new (string, StaffRole, string?, AccountFault)[]
        {
            (taken.ToUpperInvariant(), StaffRole.Auditor, null, AccountFault.NameTaken), ("", StaffRole.Auditor, null, AccountFault.InvalidName),
            ("a", StaffRole.Auditor, null, AccountFault.InvalidName), ("two words", StaffRole.Auditor, null, AccountFault.InvalidName),
            ("-x", StaffRole.Auditor, null, AccountFault.InvalidName), (new string('x', 65), StaffRole.Auditor, null, AccountFault.InvalidName),
            ("Operator", StaffRole.Auditor, null, AccountFault.InvalidName), ("a\0b", StaffRole.Auditor, null, AccountFault.InvalidName),
            (NewName(), StaffRole.Clerk, null, AccountFault.PharmacyNeeded), (NewName(), StaffRole.PharmacyLead, " ", AccountFault.PharmacyNeeded),
            (NewName(), StaffRole.Clerk, "XX99", AccountFault.UnknownPharmacy), (NewName(), StaffRole.Supervisor, "LD01", AccountFault.PharmacyNotWanted),
        })
        {
            Assert.Equal(fault, (await Store.InviteAsync(AccountActor.Operator, name, role, pharmacy, default)).Fault);
        }

        var id = await NewAsync(StaffRole.Administrator, null);
        var self = (await host.Get<StaffAccountQueries>().FindAsync(AccountActor.Operator, id, default))!;
        var actor = new AccountActor(self.Username, StaffRole.Administrator, null);
        Assert.Equal(AccountFault.Self, (await Store.DisableAsync(actor, id, default)).Fault);
        Assert.Equal(AccountFault.Self, (await Store.PlaceAsync(actor, id, StaffRole.Auditor, null, default)).Fault);
        await Store.DisableAsync(AccountActor.Operator, id, default);
        Assert.Equal(AccountFault.Disabled, (await Store.ResetAsync(AccountActor.Operator, id, default)).Fault);
    }

    [EngineTheory]
    public async Task Search_finds_by_name_and_pharmacy_and_takes_signs_as_they_are(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var queries = host.Get<StaffAccountQueries>();
        var id = await NewAsync(StaffRole.Clerk, "LD03");
        var one = (await queries.FindAsync(AccountActor.Operator, id, default))!;
        foreach (var text in new[] { one.Username, one.Username.ToUpperInvariant(), $" {one.Username[2..]} ", "ld03", one.PharmacyName! })
            Assert.Contains(await queries.ListAsync(AccountActor.Operator, text, 0, 500, default), a => a.Id == id);
        foreach (var text in new[] { "%", "_", "!", "no such", "'" }) Assert.Empty(await queries.ListAsync(AccountActor.Operator, text, 0, 500, default));
    }

    private static string NewName() => $"person.{Interlocked.Increment(ref names)}";

    private async Task<long> NewAsync(StaffRole role, string? pharmacy)
    {
        var name = NewName();
        var one = new NewStaff(name, StaffStore.Hash(Password), role, pharmacy is null ? null : host.Pharmacies[pharmacy]);
        Assert.Equal(1, await host.Get<Database>().WriteAsync(t => StaffStore.AddAsync(t, [one]), default));
        return (await host.Get<StaffAccountQueries>().FindAsync(name, default))!.Id;
    }
}
