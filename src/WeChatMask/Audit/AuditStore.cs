using System.Globalization;
using WeChatMask.Data;

namespace WeChatMask.Audit;

/// <summary>Writes the append-only record of who read or changed personal data or stock, in the transaction that did it.</summary>
public static class AuditStore
{
    public const string Nobody = "-";

    private const int SecondsInAnHour = 3600;

    /// <summary>Adds a line, in the transaction of the act itself.</summary>
    /// <remarks>
    /// The actor is a log-in name or <see cref="Nobody"/>, the action <c>thing.verb</c>, the subject a booking number, pharmacy code,
    /// day or log-in name. The detail never holds anything personal.
    /// </remarks>
    public static Task AddAsync(
        WriteTransaction transaction, DateTimeOffset at, string actor, string action, string subject, string? detail = null) =>
        transaction.ExecuteAsync(
            "INSERT INTO audit (id, at, actor, action, subject, detail) VALUES (@id, @at, @actor, @action, @subject, @detail)",
            new { id = Ids.Next(), at, actor, action, subject, detail });

    /// <summary>Counts what nobody known did, and what somebody could do very often: one line for an hour, whose count alone changes.</summary>
    public static async Task TallyAsync(WriteTransaction transaction, DateTimeOffset at, string action, string subject)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{at.ToUnixTimeSeconds() / SecondsInAnHour} {action} {subject}");
        if (await transaction.ExecuteAsync("UPDATE audit SET counted = counted + 1 WHERE tally_key = @key", new { key }) > 0) return;
        // Two that are the hour's first: the second one's insert clashes, it comes again, and then finds the first one's row.
        await transaction.ExecuteAsync(
            "INSERT INTO audit (id, at, actor, action, subject, tally_key) VALUES (@id, @at, @Nobody, @action, @subject, @key)",
            new { id = Ids.Next(), at, Nobody, action, subject, key });
    }
}
