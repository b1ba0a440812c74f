using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.City;

/// <summary>Wrong passwords lock out whoever types them, and not the one whose name they are typed with.</summary>
public sealed class LoginLimitTests(EachEngine<CounterHost> hosts) : IClassFixture<EachEngine<CounterHost>>
{
    private const string Password = "correct horse battery";
    private static int names;

    private CounterHost host = null!;

    [EngineTheory]
    public async Task Five_wrong_ones_lock_the_browser_or_the_address_and_nobody_else(DatabaseKind engine)
    {
        var name = await NewAsync(engine);
        foreach (var (from, same, other) in new[] { ("192.0.2.1", "192.0.2.1", "192.0.2.2"), ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"), ("::ffff:192.0.2.8", "192.0.2.8", "192.0.2.9") })
        {
            for (var i = 0; i < LoginLimitStore.MostFailures; i++) Assert.Null((await TryAsync(name, "wrong", Callers.At(from))).Staff);
            Assert.NotNull((await TryAsync(name, Password, Callers.At(same))).Standing!.LockedUntil);
            Assert.NotNull((await TryAsync(name, Password, Callers.At(other))).Staff);
        }

        for (var i = 0; i < LoginLimitStore.MostFailures; i++) await TryAsync(name, "wrong", Callers.At($"198.51.100.{i}", $"roams {name}"));
        Assert.NotNull((await TryAsync(name, Password, Callers.At("198.51.100.9", $"roams {name}"))).Standing!.LockedUntil);
        Assert.NotNull((await TryAsync(name, Password, Callers.At("198.51.100.9"))).Staff);
    }

    [EngineTheory]
    public async Task A_browser_that_has_logged_in_is_locked_out_by_its_own_wrong_ones_alone(DatabaseKind engine)
    {
        var name = await NewAsync(engine);
        var own = Callers.At("192.0.2.1", $"own {name}");
        await RememberAsync(name, own);
        for (var i = 0; i < 3 * LoginLimitStore.MostFromStrangers; i++) await TryAsync(name, "wrong", Callers.At(i % 2 == 0 ? own.Address : $"203.0.113.{i}"));
        Assert.NotNull((await TryAsync(name, Password, Callers.At(own.Address))).Standing!.LockedUntil);
        Assert.NotNull((await TryAsync(name, Password, own)).Staff);

        for (var i = 1; i < LoginLimitStore.MostFailures; i++) Assert.Equal(LoginLimitStore.MostFailures - i, (await TryAsync(name, "wrong", own)).Standing!.Left);
        Assert.NotNull((await TryAsync(name, "wrong", own)).Standing!.LockedUntil);
        Assert.Null((await TryAsync(name, Password, own)).Staff);

        // It is known for one name; and taking the account's browsers away makes a stranger of it.
        var other = await NewAsync(engine);
        await RememberAsync(other, Callers.At("192.0.2.7", $"other {other}"));
        for (var i = 0; i < LoginLimitStore.MostFromStrangers; i++) await TryAsync(other, "wrong", Callers.At($"203.0.113.{i}"));
        Assert.Null((await TryAsync(other, Password, own)).Staff);
        await host.Get<Database>().WriteAsync(async t => await LoginLimitStore.ForgetBrowsersAsync(t, await IdAsync(other)), default);
        Assert.Null((await TryAsync(other, Password, Callers.At("192.0.2.7", $"other {other}"))).Staff);
    }

    [EngineTheory]
    public async Task Guessing_from_many_addresses_locks_strangers_for_an_hour_for_a_made_up_name_alike(DatabaseKind engine)
    {
        var name = await NewAsync(engine);
        var start = host.Now;
        var seen = new List<string>();
        foreach (var who in new[] { name, $"nobody-{name}" })
        {
            var answers = new List<string>();
            for (var i = 0; i <= LoginLimitStore.MostFromStrangers; i++)
            {
                var answer = await TryAsync(who, "wrong", Callers.At($"203.0.113.{i}"));
                answers.Add($"{answer.Staff is null} {answer.Standing!.Left} {answer.Standing.LockedUntil:O}");
            }

            seen.Add(string.Join('\n', answers));
        }

        Assert.Equal(seen[0], seen[1]);
        Assert.Null((await TryAsync(name, Password, Callers.At("192.0.2.77"))).Staff);
        host.Now = start + LoginLimitStore.StrangersTime - TimeSpan.FromSeconds(1);
        Assert.Null((await TryAsync(name, Password, Callers.At("192.0.2.77"))).Staff);
        host.Now = start + LoginLimitStore.StrangersTime;
        Assert.NotNull((await TryAsync(name, Password, Callers.At("192.0.2.77"))).Staff);
        host.Now = start;
    }

    [EngineTheory]
    public async Task Parallel_wrong_ones_are_each_counted_and_the_right_one_after_them_loses(DatabaseKind engine)
    {
        var name = await NewAsync(engine);
        var at = Callers.At("192.0.2.1");
        var limits = host.Get<LoginLimitStore>();
        var attempt = new LoginTry(LoginProof.Password, name, await IdAsync(name), at);
        const int before = LoginLimitStore.MostFailures - 1;
        await Task.WhenAll(Enumerable.Range(0, before).Select(_ => limits.FailAsync(attempt, default)));
        Assert.Equal(1, (await limits.LookAsync(attempt, default)).Left);

        // The negative control: counting by what was read before loses all but one.
        await Task.WhenAll(Enumerable.Range(0, before).Select(_ => CarelessAsync(name)));
        Assert.Equal(1, await host.Get<Database>().ScalarAsync<long>("SELECT counted FROM staff_try WHERE try_key = @name", new { name }));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => limits.FailAsync(attempt, default)));
        Assert.NotNull((await limits.LookAsync(attempt, default)).LockedUntil);
        // As one whose password was looked at before the fifth wrong one was counted.
        Assert.False(await host.Get<Database>().WriteAsync(t => limits.SucceedAsync(t, attempt), default));
    }

    [EngineTheory]
    public async Task Unlocking_ends_every_lock_and_codes_are_counted_apart(DatabaseKind engine)
    {
        var name = await NewAsync(engine);
        var id = await IdAsync(name);
        var at = Callers.At("192.0.2.1");
        for (var i = 0; i < LoginLimitStore.MostFailures; i++) await TryAsync(name, "wrong", at);
        var accounts = host.Get<StaffAccountQueries>();
        Assert.True((await accounts.FindAsync(AccountActor.Operator, id, default))!.IsLocked(host.Now));
        Assert.Null((await host.Get<LoginLimitStore>().LookAsync(new LoginTry(LoginProof.Code, name, id, at), default)).LockedUntil);
        await host.Get<StaffAccountStore>().UnlockAsync(AccountActor.Operator, id, default);
        Assert.False((await accounts.FindAsync(AccountActor.Operator, id, default))!.IsLocked(host.Now));
        Assert.NotNull((await TryAsync(name, Password, at)).Staff);
    }

    [EngineTheory]
    public async Task What_counts_no_more_is_removed_and_names_are_not_kept(DatabaseKind engine)
    {
        var name = await NewAsync(engine);
        var start = host.Now;
        await TryAsync("typed-secret", "wrong", Callers.At("192.0.2.1"));
        await RememberAsync(name, Callers.At("192.0.2.1"));
        Assert.DoesNotContain(await host.Get<Database>().QueryAsync<string>("SELECT try_key FROM staff_try"), k => k.Contains("secret", StringComparison.Ordinal));
        host.Now = start + LoginCaller.Life + TimeSpan.FromDays(1);
        Assert.True(await host.Get<LoginLimitStore>().PurgeAsync(default) > 3);
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT (SELECT COUNT(*) FROM staff_try) + (SELECT COUNT(*) FROM staff_browser)"));
        host.Now = start;
    }

    private Task<LoginAnswer> TryAsync(string name, string password, LoginCaller caller) => host.Get<StaffStore>().VerifyAsync(name, password, caller, default);

    private async Task RememberAsync(string name, LoginCaller caller) => await host.Get<LoginLimitStore>().RememberAsync(await IdAsync(name), caller, default);

    private async Task<long> IdAsync(string name) => (await host.Get<StaffAccountQueries>().FindAsync(name, default))!.Id;

    private readonly TaskCompletionSource allHaveRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int readers;

    private async Task CarelessAsync(string key)
    {
        var database = host.Get<Database>();
        var counted = await database.ScalarAsync<long?>("SELECT counted FROM staff_try WHERE try_key = @key", new { key }) ?? 0;
        if (Interlocked.Increment(ref readers) == LoginLimitStore.MostFailures - 1) allHaveRead.SetResult();
        await allHaveRead.Task;
        await database.WriteAsync(
            async t =>
            {
                if (await t.ExecuteAsync("UPDATE staff_try SET counted = @next WHERE try_key = @key", new { key, next = counted + 1 }) == 0)
                    await t.ExecuteAsync("INSERT INTO staff_try (try_key, staff_id, counted_from, counted, locked_until) VALUES (@key, 0, 0, @next, 0)", new { key, next = counted + 1 });
            },
            default);
    }

    private async Task<string> NewAsync(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var name = $"limited-{Interlocked.Increment(ref names)}";
        Assert.Equal(1, await StaffLoginTests.AddClerkAsync(host, name, Password));
        return name;
    }
}
