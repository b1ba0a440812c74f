using System.Security.Cryptography;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;

namespace WeChatMask.Operations;

/// <summary>What a check is to look at.</summary>
/// <param name="Round">Whose rows; null looks at those of all rounds, and at what belongs to none.</param>
/// <param name="Trusted">Up to which size an earlier check has seen that notes are signed.</param>
public sealed record LogCheckScope(DateOnly? Round = null, long Trusted = 0);

/// <summary>What a check found.</summary>
/// <param name="Size">How many lines the log has.</param>
/// <param name="Findings">The first of them.</param>
/// <param name="Count">How many there are.</param>
/// <param name="WrongRows">How many bookings of a round are not as the log says; rounds without any are not in it.</param>
/// <param name="WithKeys">Whether lines were held against persons and names too, which needs the city's keys.</param>
public sealed record LogCheckResult(long Size, IReadOnlyList<LogFinding> Findings, long Count, IReadOnlyDictionary<DateOnly, int> WrongRows, bool WithKeys);

/// <summary>
/// Reads the whole log and holds against it, row by row, what it tells of: whoever changed a row, or a line, is found. It sees one
/// committed state, so that it may run while a city books.
/// </summary>
/// <param name="database">The city's.</param>
/// <param name="seen">What this node knows to have been shown.</param>
/// <param name="personal">Opens the rounds' keys; null where the city's keys are not at hand.</param>
public sealed class LogVerifier(Database database, SeenLog seen, PersonalData? personal)
{
    public async Task<LogCheckResult> RunAsync(LogCheckScope scope, CancellationToken cancellationToken)
    {
        // Before the state that is looked at, which is not older then.
        var shown = seen.Read();
        await using var snapshot = await database.Engine.BeginSnapshotAsync(alone: false, cancellationToken);
        var queries = new LogCheckQueries(snapshot, cancellationToken);
        var findings = new LogFindings();
        var head = await queries.HeadAsync();
        if (head is not { LogOrigin: { } origin, LogFrom: { } from }) return new LogCheckResult(0, [], 0, findings.WrongRows, personal is not null);
        var rounds = (await queries.RoundsAsync(from)).ToDictionary(r => r.Date);
        var details = new LoggedDetails(IsInScope);
        var reader = new LogDetailsReader(findings, details, day => rounds.GetValueOrDefault(day) is { WasCutShort: true });
        var tree = new LogTreeCheck(queries, findings, reader, head, shown?.Origin == origin ? shown : null);
        var bookings = new BookingLineCheck(queries, findings, reader.Replay, details, KeyOfLine);
        if (!await tree.ReadAsync(scope.Trusted, day => IsInScope(day) ? bookings.RunAsync(day) : Task.CompletedTask)) return Result();
        await ReadPendingAsync(queries, findings, reader, from);
        foreach (var day in details.Open.ToList()) await bookings.RunAsync(day);
        var states = new RoundRowCheck(queries, findings, details, bookings.Misplaced, personal);
        foreach (var day in rounds.Keys.Union(reader.Replay.Rounds.Select(r => r.Day)).Order().Where(IsInScope))
            await states.RunAsync(day, rounds.GetValueOrDefault(day), reader.Replay.Round(day), KeyOf(rounds.GetValueOrDefault(day)));
        if (scope.Round is null) await new CityRowCheck(queries, findings, details).RunAsync(from);
        return Result();

        bool IsInScope(DateOnly day) => scope.Round is null || scope.Round == day;

        // Another than the log names would make everybody look like somebody else.
        RoundKey? KeyOfLine(DateOnly day) => KeyOf(rounds.GetValueOrDefault(day)) is { } key && key.KeyHash == reader.Replay.Round(day)?.Key ? key : null;

        LogCheckResult Result() => new(head.LogSize, findings.Kept, findings.Count, findings.WrongRows, personal is not null);
    }

    /// <summary>What is in line to be told counts as told.</summary>
    private static async Task ReadPendingAsync(LogCheckQueries queries, LogFindings findings, LogDetailsReader reader, DateOnly from)
    {
        foreach (var (id, entry) in await queries.PendingAsync())
        {
            if (LogEntry.TryParse(entry) is not { } line) findings.Add("log_pending", FormattableString.Invariant($"{id}"), "entry", entry, "nothing of such a form");
            else if (LogStore.IsTold(line, from)) reader.Add(entry, 0, out _);
        }
    }

    /// <summary>Null where it is destroyed, or cannot be read.</summary>
    private RoundKey? KeyOf(RoundRow? round)
    {
        if (personal is null || round?.Sealed is not { } text) return null;
        try
        {
            return new RoundKey(Convert.FromBase64String(personal.Decrypt(text)));
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
