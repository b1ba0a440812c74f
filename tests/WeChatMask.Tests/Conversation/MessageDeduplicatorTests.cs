using System.Collections.Concurrent;
using System.Text.Json;
using WeChatMask.Conversation;
using WeChatMask.Data;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.Conversation;

/// <summary>A message has one effect and one reply, however often and wherever it arrives.</summary>
public sealed class MessageDeduplicatorTests
{
    private const string Sequences = "09_dedup.json";

    public static TheoryData<string> SequenceCases => VectorFile.Ids(Sequences);

    [Theory]
    [MemberData(nameof(SequenceCases))]
    public async Task Each_step_of_a_documented_sequence_is_handled_or_recognised(string id)
    {
        var item = VectorFile.Case(Sequences, id);
        var start = DateTimeOffset.FromUnixTimeSeconds(1_586_000_000);
        await using var city = await OnceNodes.StartAsync(DatabaseKind.Sqlite, 1);
        var handled = new List<bool>();
        foreach (var step in item.GetProperty("sequence").EnumerateArray())
        {
            city.Clock.Now = start.AddSeconds(step.GetProperty("at").GetInt32());
            var ran = false;
            var fails = step.TryGetProperty("outcome", out _);
            var taking = city[0].Once.RunAsync(
                Message(step).Identity(),
                _ =>
                {
                    ran = true;
                    return fails ? throw new InvalidDataException("before the commit") : Task.FromResult<Reply>(NoReply.Instance);
                },
                CancellationToken.None);
            if (fails) await Assert.ThrowsAsync<InvalidDataException>(() => taking);
            else await taking;
            handled.Add(ran);
        }

        Assert.Equal(item.GetProperty("expected_handled").EnumerateArray().Select(e => e.GetBoolean()), handled);
    }

    [EngineTheory]
    public async Task A_node_whose_clock_is_a_little_behind_takes_no_message_over_that_another_is_at(DatabaseKind engine)
    {
        await using var city = await OnceNodes.StartAsync(engine, 2);
        var key = city[0].Hash("m");
        Assert.NotNull((await city[0].Claims.ClaimAsync(key)).Lease);

        city.Clock.Now -= TimeSpan.FromSeconds(1.9);

        Assert.Null((await city[1].Claims.ClaimAsync(key)).Lease);
        Assert.True(await city[1].Store.IsHeldAsync(key, default));
    }

    [EngineTheory]
    public async Task A_message_that_reaches_two_nodes_at_once_has_one_effect_and_one_reply(DatabaseKind engine)
    {
        const int messages = 200;
        await using var city = await OnceNodes.StartAsync(engine, 2);
        var effects = new ConcurrentDictionary<int, int>();

        // Each arrives twice on either node, and the order is not the same on both.
        var arrivals = Enumerable.Range(0, messages).SelectMany(i => new[] { (i, Node: 0), (messages - 1 - i, Node: 1), (i, Node: 0), (i, Node: 1) });
        var replies = await Task.WhenAll(arrivals.Select(async a =>
            (Message: a.Item1, Reply: await city[a.Node].TakeAsync($"m{a.Item1}", () => $"{a.Item1} {effects.AddOrUpdate(a.Item1, 1, (_, n) => n + 1)} {a.Node}"))));

        Assert.Equal(messages, effects.Count);
        Assert.All(effects.Values, count => Assert.Equal(1, count));
        Assert.Equal(messages, replies.Select(r => r.Reply).Distinct(StringComparer.Ordinal).Count());
        Assert.All(replies, r => Assert.StartsWith($"{r.Message} 1 ", r.Reply, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nodes_that_share_nothing_both_handle_it()
    {
        // The negative control: without the shared claim the effects that the test above counts do double.
        await using var one = await OnceNodes.StartAsync(DatabaseKind.Sqlite, 1);
        await using var other = await OnceNodes.StartAsync(DatabaseKind.Sqlite, 1);
        var effects = 0;

        await Task.WhenAll(new[] { one, other }.Select(city => city[0].TakeAsync("m", () => $"{Interlocked.Increment(ref effects)}")));

        Assert.Equal(2, effects);
    }

    [EngineTheory]
    public async Task A_resend_after_a_restart_gets_the_same_reply(DatabaseKind engine)
    {
        await using var city = await OnceNodes.StartAsync(engine, 2);
        var first = await city[0].TakeAsync("m", () => "预约号 12345678903 已经取消");
        Assert.Equal(first, await city[1].TakeAsync("m", () => "other"));

        await city.RestartAsync();
        city.Clock.Now += TimeSpan.FromSeconds(15);

        Assert.Equal(first, await city[0].TakeAsync("m", () => "other"));
        Assert.Equal("other", await city[0].TakeAsync("n", () => "other"));
    }

    [EngineTheory]
    public async Task A_resend_waits_for_the_first_which_is_still_being_handled(DatabaseKind engine)
    {
        await using var city = await OnceNodes.StartAsync(engine, 2);
        var started = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var first = city[0].Once.RunAsync(
            "m",
            async _ =>
            {
                started.SetResult();
                await goOn.Task;
                return new TextReply("first");
            },
            CancellationToken.None);
        await started.Task;
        var second = city[1].TakeAsync("m", () => "second");
        Assert.True(await city[1].Store.IsHeldAsync(city[1].Hash("m"), CancellationToken.None));
        Assert.False(second.IsCompleted);

        goOn.SetResult();

        Assert.Equal("first", await second);
        Assert.Equal(new TextReply("first"), await first);
    }

    [EngineTheory]
    public async Task A_node_that_died_while_handling_holds_a_resend_up_only_as_long_as_its_lease(DatabaseKind engine)
    {
        await using var city = await OnceNodes.StartAsync(engine, 2);
        // It claimed, and nothing more was heard of it.
        Assert.NotNull((await city[0].Claims.ClaimAsync(city[0].Hash("m"))).Lease);
        Assert.Null((await city[1].Claims.ClaimAsync(city[1].Hash("m"))).Lease);

        city.Clock.Now += HandledMessageStore.Lease;
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => city[i % 2].TakeAsync("m", () => $"by {i}")));

        Assert.Single(taken.Distinct(StringComparer.Ordinal));
        // The lease is shorter than WeChat waits, less the time to answer.
        Assert.InRange(HandledMessageStore.Lease, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task A_reply_that_comes_after_the_lease_was_lost_does_not_replace_the_kept_one()
    {
        await using var city = await OnceNodes.StartAsync(DatabaseKind.Sqlite, 1);
        var key = city[0].Hash("m");
        var late = (await city[0].Claims.ClaimAsync(key)).Lease!.Value;
        city.Clock.Now += HandledMessageStore.Lease;
        await city[0].TakeAsync("m", () => "kept");

        await city[0].Claims.AnswerAsync(key, late, "late");
        await city[0].Claims.ReleaseAsync(key, late);

        Assert.Equal("kept", await city[0].TakeAsync("m", () => "again"));
    }

    [Fact]
    public async Task A_clock_that_was_set_back_does_not_block_a_message_for_long()
    {
        await using var city = await OnceNodes.StartAsync(DatabaseKind.Sqlite, 1);
        await city[0].Claims.ClaimAsync(city[0].Hash("m"));

        city.Clock.Now -= TimeSpan.FromDays(1);

        Assert.Equal("taken", await city[0].TakeAsync("m", () => "taken"));
    }

    [EngineTheory]
    public async Task Rows_go_once_nothing_can_ask_for_them_and_name_nobody_while_they_stay(DatabaseKind engine)
    {
        const int messages = 4_500;
        await using var city = await OnceNodes.StartAsync(engine, 1);
        await Task.WhenAll(Enumerable.Range(0, messages).Select(i => city[0].TakeAsync($"id|5:oAnna|{i}", () => "预约号：12345678903")));
        var rows = await city.Database.QueryAsync<(string Key, string Reply)>("SELECT message_key, reply FROM handled_message");
        Assert.Equal(messages, rows.Count);
        Assert.All(rows, row =>
        {
            Assert.DoesNotContain("oAnna", row.Key, StringComparison.Ordinal);
            Assert.DoesNotContain("12345678903", row.Reply, StringComparison.Ordinal);
        });

        // A call counts for 300 s on either side of its timestamp, so it can come again that long after the first.
        city.Clock.Now += TimeSpan.FromSeconds(600);
        Assert.Equal(0, await city[0].Store.PurgeAsync(CancellationToken.None));
        city.Clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(messages, await city[0].Store.PurgeAsync(CancellationToken.None));
        Assert.Equal(0, await city.Database.ScalarAsync<int>("SELECT COUNT(*) FROM handled_message"));
    }

    private static InboundMessage Message(JsonElement step)
    {
        string? Text(string name) => step.TryGetProperty(name, out var value) ? value.GetString() : null;
        return new InboundMessage(
            "gh_1", Text("from_")!, step.GetProperty("create_time").GetInt64(), Text("type")!, Text("msgid"), null, Text("event"), Text("key"),
            new Dictionary<string, string>(StringComparer.Ordinal));
    }
}
