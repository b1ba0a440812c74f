using System.Globalization;
using Microsoft.Extensions.Options;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>What an operator does with the public log: tells of keys that come and go, gives a log up for a new one, and gives auditors what only the city knows.</summary>
public static class LogCommands
{
    internal const string Usage = "log rotate | log fork --reason FILE [--to FOLDER] | log export --round DAY";

    // Lines read at once.
    private const int Portion = 2_560;

    /// <summary>Whether the arguments name one of these commands.</summary>
    public static bool Named(string[] args) => args is ["log", ..];

    /// <summary>Runs the command and gives the process's exit code.</summary>
    /// <exception cref="StartFaultException">It is mistyped, or cannot be done; nothing was changed.</exception>
    public static async Task<int> RunAsync(IServiceProvider services, string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        Func<Task<int>> run = args switch
        {
            [_, "rotate"] => () => RotateAsync(services, output, cancellationToken),
            [_, "export", "--round", var day] when DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var round) =>
                () => ExportAsync(services, round, output, cancellationToken),
            [_, "fork", "--reason", var reason] => () => services.GetRequiredService<LogForkCommand>().RunAsync(reason, null, output, cancellationToken),
            [_, "fork", "--reason", var reason, "--to", var folder] => () => services.GetRequiredService<LogForkCommand>().RunAsync(reason, folder, output, cancellationToken),
            _ => throw new StartFaultException($"Usage: {Usage}"),
        };
        await services.GetRequiredService<Database>().Engine.RequireCityAsync(cancellationToken);
        await services.GetRequiredService<Startup>().StartingAsync(cancellationToken);
        return await run();
    }

    /// <summary>Prints where the log and the tables do not agree. Without the city's keys nobody can be told, which is said.</summary>
    internal static async Task<int> VerifyAsync(IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var check = new LogVerifier(services.GetRequiredService<Database>(), services.GetRequiredService<SeenLog>(), PersonalDataOf(services));
        var result = await check.RunAsync(new LogCheckScope(), cancellationToken);
        var about = string.Create(CultureInfo.InvariantCulture, $"every row is what the public log says, and the log is what was signed: {result.Size} lines");
        await output.WriteLineAsync(result.Count == 0 ? $"ok     {about}" : string.Create(CultureInfo.InvariantCulture, $"BROKEN {about} ({result.Count} differences)"));
        foreach (var finding in result.Findings) await output.WriteLineAsync($"       {finding.Sentence}");
        if (result.Count > result.Findings.Count) await output.WriteLineAsync("       …");
        if (!result.WithKeys) await output.WriteLineAsync("       Persons and lists were left out: the city's Secrets are not in the settings.");
        return result.Count == 0 ? ExitCodes.Stopped : ExitCodes.Mend;
    }

    private static PersonalData? PersonalDataOf(IServiceProvider services)
    {
        try
        {
            return services.GetRequiredService<PersonalData>();
        }
        catch (OptionsValidationException)
        {
            return null;
        }
    }

    private static async Task<int> RotateAsync(IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<LogStart>().CheckAsync(cancellationToken);
        var (keys, time) = (services.GetRequiredService<LogKeys>(), services.GetRequiredService<TimeProvider>());
        var lines = await services.GetRequiredService<Database>().WriteAsync(
            async transaction =>
            {
                if ((await LogStore.HeadAsync(transaction.Connection, transaction.Transaction)).LogFrom is null)
                    throw new StartFaultException("The record of this city has not begun; start a node first.");
                var told = await LogKeyStore.TellAsync(transaction, keys);
                if (told.Count > 0) await AuditStore.AddAsync(transaction, time.GetUtcNow(), AccountActor.Operator.Name, "log.rotate", string.Join(", ", keys.KeysOf(keys.Origin).Select(k => k.Id)), null);
                return told;
            },
            cancellationToken);
        foreach (var line in lines) await output.WriteLineAsync(line.Text);
        if (lines.Count == 0) await output.WriteLineAsync("Nothing to tell: the record names the keys of Secrets:LogKeys, and no other.");
        return ExitCodes.Stopped;
    }

    private static async Task<int> ExportAsync(IServiceProvider services, DateOnly round, TextWriter output, CancellationToken cancellationToken)
    {
        var (database, queries, reader) = (services.GetRequiredService<Database>(), services.GetRequiredService<LogExportQueries>(), services.GetRequiredService<LogReader>());
        var key = await database.ReadAsync(c => services.GetRequiredService<RoundKeyStore>().FindAsync(c, null, round), cancellationToken)
            ?? throw new StartFaultException($"The round of {round.Column()} has no key, or none any more: nobody can tell whose its lines are.");
        var bookings = await queries.BookingsAsync(round, cancellationToken);
        await database.WriteAsync(
            t => AuditStore.AddAsync(t, services.GetRequiredService<TimeProvider>().GetUtcNow(), AccountActor.Operator.Name, "log.export", round.Column(), null), cancellationToken);
        await output.WriteLineAsync("number,line,salt,commitment");
        var beginning = $"book {round.Column()} ";
        for (var next = await queries.FirstLineAsync(round, cancellationToken); next is { } first;)
        {
            var lines = await reader.EntriesAsync(first, Portion, cancellationToken);
            for (var i = 0; i < lines.Count; i++)
            {
                if (!lines[i].StartsWith(beginning, StringComparison.Ordinal) || PlaceOf(lines[i]) is not { } place || !bookings.TryGetValue(place, out var booking)) continue;
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{booking.Number},{first + i},{key.Salt(booking.Number)},{booking.Proof}"));
            }

            next = lines.Count == 0 || lines.Any(l => l.StartsWith($"close {round.Column()} ", StringComparison.Ordinal)) ? null : first + lines.Count;
        }

        return ExitCodes.Stopped;
    }

    private static (string Code, int Serial)? PlaceOf(string line) => EntryFields.TryRead(line, out var fields) ? (fields[1].ToString(), (int)fields.Number(3)) : null;
}
