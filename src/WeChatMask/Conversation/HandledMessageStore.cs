using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Conversation;

/// <summary>The rows by which a resent message is recognised, on every node and over a restart.</summary>
public sealed class HandledMessageStore(Database database, CityCalendar calendar)
{
    private const string Table = "handled_message";
    private const string Columns = "SELECT message_key, lease, leased_until, reply FROM handled_message";
    private const int Portion = 2_000;

    /// <summary>
    /// How long a node may be at a message before another takes it over. Shorter than WeChat's five seconds, so that a
    /// resend that meets a dead node's lease can still be answered in time.
    /// </summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(3.5);

    /// <summary>
    /// How long a row stays. WeChat sends again within seconds; but a call may be repeated by anybody who has seen it as
    /// long as its timestamp counts, which is 300 s on either side of our clock.
    /// </summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Claims messages, each for its asker unless somebody else has it or has answered it; a claim for each key, in their order.
    /// One key asked twice is two askers. A claim counts when the transaction is committed.
    /// </summary>
    public async Task<IReadOnlyList<Claim>> ClaimAsync(WriteTransaction transaction, IReadOnlyList<string> keys)
    {
        var now = calendar.Now;
        var distinct = keys.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var known = (await transaction.SelectByKeysAsync<string, HandledMessage>(Columns, "message_key", distinct))
            .ToDictionary(row => row.MessageKey, StringComparer.Ordinal);
        var mine = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var key in distinct)
        {
            var lease = Ids.Next();
            if (!known.TryGetValue(key, out var row) || (row.IsAbandoned(now) && await TakeOverAsync(transaction, row, lease, now))) mine[key] = lease;
        }

        // In the keys' order, so that two nodes cannot wait for each other.
        var made = mine.Where(claim => !known.ContainsKey(claim.Key)).OrderBy(claim => claim.Key, StringComparer.Ordinal);
        await transaction.InsertManyAsync(
            Table, ["message_key", "received_at", "lease", "leased_until"],
            [.. made.Select(claim => new object?[] { claim.Key, now.Column(), claim.Value, (now + Lease).Column() })]);

        // The first asker of a key gets it; to the others it is held like any other node's.
        return [.. keys.Select(key => mine.Remove(key, out var lease) ? new Claim(lease, null) : new Claim(null, known.GetValueOrDefault(key)?.Reply))];
    }

    /// <summary>Writes the replies of claimed messages, where the claim still stands.</summary>
    public static Task AnswerAsync(WriteTransaction transaction, IEnumerable<(string Key, long Lease, string Reply)> answers) =>
        transaction.UpdateManyAsync(
            Table, ["message_key", "lease"], ["reply"],
            [.. answers.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => new object?[] { a.Key, a.Lease, a.Reply })]);

    /// <summary>Gives claims back whose handling failed, so that a resend is handled afresh.</summary>
    public static Task ReleaseAsync(WriteTransaction transaction, IEnumerable<(string Key, long Lease)> claims) =>
        transaction.ExecuteManyAsync(
            "DELETE FROM handled_message WHERE message_key = @Key AND lease = @Lease AND reply IS NULL",
            [.. claims.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => new { c.Key, c.Lease })]);

    public async Task<bool> IsHeldAsync(string key, CancellationToken cancellationToken)
    {
        var row = await database.QueryOneAsync<HandledMessage>($"{Columns} WHERE message_key = @key", new { key }, cancellationToken);
        return row is { Reply: null } && !row.IsAbandoned(calendar.Now);
    }

    /// <summary>Deletes what no resend can ask for any more, in portions that keep no other writer waiting. Returns the rows deleted.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var before = calendar.Now - Lifetime;
        var total = 0;
        int gone;
        do
        {
            gone = await database.WriteAsync(
                transaction => transaction.ExecuteAsync(
                    """
                    DELETE FROM handled_message WHERE message_key IN
                        (SELECT message_key FROM (SELECT message_key FROM handled_message WHERE received_at < @before ORDER BY received_at LIMIT @Portion) old)
                    """,
                    new { before, Portion }),
                cancellationToken);
            total += gone;
        }
        while (gone == Portion);
        return total;
    }

    // The old lease is asked again, because on a server another node may just have taken it over.
    private static async Task<bool> TakeOverAsync(WriteTransaction transaction, HandledMessage row, long next, DateTimeOffset now) =>
        await transaction.ExecuteAsync(
            "UPDATE handled_message SET lease = @next, leased_until = @until WHERE message_key = @MessageKey AND lease = @Lease AND reply IS NULL",
            new { next, until = now + Lease, row.MessageKey, row.Lease }) > 0;

    private sealed class HandledMessage
    {
        public string MessageKey { get; init; } = "";
        public long Lease { get; init; }
        public DateTimeOffset LeasedUntil { get; init; }
        public string? Reply { get; init; }

        // A lease further ahead than any node's can be was given before the clock was set back.
        public bool IsAbandoned(DateTimeOffset now) =>
            Reply is null && (LeasedUntil <= now || LeasedUntil > now + HandledMessageStore.Lease + CityCalendar.MostBetweenNodes);
    }
}

/// <summary>What became of an attempt to claim a message: a lease when it is the asker's to handle, the encrypted reply when it was answered before.</summary>
public readonly record struct Claim(long? Lease, string? Reply);
