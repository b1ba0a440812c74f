using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>What pages tell of the log beside its lines: from which round on it tells, and who else signs it.</summary>
public sealed class LogStateQueries(Database database, LogWitnesses witnesses)
{
    /// <summary>The log's end as it is committed; a log that has not begun has no origin.</summary>
    public Task<LogHead> HeadAsync(CancellationToken cancellationToken) => database.ReadAsync(connection => LogStore.HeadAsync(connection, null), cancellationToken);

    /// <summary>Every witness of the settings with what it signed last.</summary>
    public async Task<IReadOnlyList<WitnessState>> WitnessesAsync(CancellationToken cancellationToken)
    {
        if (witnesses.Keys.Count == 0) return [];
        var heard = (await database.QueryAsync<Heard>(
            "SELECT witness, MAX(size) AS size, MAX(heard_at) AS heard_at FROM log_cosignature GROUP BY witness", cancellationToken: cancellationToken)).ToDictionary(h => h.Witness, StringComparer.Ordinal);
        return
        [
            .. witnesses.Keys.Select(k => heard.GetValueOrDefault(k.Name) is { } last ? new WitnessState(k, last.Size, last.HeardAt) : new WitnessState(k, null, null)),
        ];
    }

    /// <summary>The lines of witnesses under the log's note of a size.</summary>
    public Task<List<WitnessLine>> LinesAsync(long size, CancellationToken cancellationToken) => database.QueryAsync<WitnessLine>(
        "SELECT witness, line, heard_at FROM log_cosignature WHERE size = @size ORDER BY witness", new { size }, cancellationToken);

    private sealed class Heard
    {
        public string Witness { get; init; } = "";
        public long Size { get; init; }
        public DateTimeOffset HeardAt { get; init; }
    }
}

/// <summary>A witness of the settings; without size and time it has signed nothing yet.</summary>
public sealed record WitnessState(VerifierKey Key, long? Size, DateTimeOffset? HeardAt);

/// <summary>What a witness signed of one size, as its line of the note.</summary>
public sealed class WitnessLine
{
    public string Witness { get; init; } = "";
    public string Line { get; init; } = "";
    public DateTimeOffset HeardAt { get; init; }
}
