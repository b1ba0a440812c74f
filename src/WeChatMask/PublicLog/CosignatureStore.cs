using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>What witnesses have signed of the log: of each witness one line for a mark's size, the newest.</summary>
public sealed class CosignatureStore(Database database)
{
    /// <summary>The mark of a size, of several any; null where that size has no name.</summary>
    public async Task<LogNote?> MarkAsync(long size, CancellationToken cancellationToken) =>
        await database.ScalarAsync<string>("SELECT MAX(note) FROM log_mark WHERE size = @size", new { size }, cancellationToken) is { } note ? LogNote.Of(note) : null;

    /// <summary>The newest mark that a witness has signed, with all their lines behind the log's own; null where there is none.</summary>
    public async Task<string?> WitnessedAsync(CancellationToken cancellationToken)
    {
        var lines = await database.QueryAsync<(long Size, string Line)>(
            "SELECT size, line FROM log_cosignature WHERE size = (SELECT MAX(size) FROM log_cosignature) ORDER BY witness", cancellationToken: cancellationToken);
        return lines.Count > 0 && await MarkAsync(lines[0].Size, cancellationToken) is { } mark ? string.Concat(lines.Select(l => l.Line).Prepend(mark.Text)) : null;
    }

    /// <summary>Keeps a witness's line; one that is not newer than what is known of that witness and size changes nothing.</summary>
    public Task KeepAsync(Checkpoint mark, VerifierKey witness, string line, Cosignature said, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var row = new { mark.Size, Witness = witness.Name, Line = line, transaction.Engine.Now };
            var known = await transaction.QueryOneAsync<string>($"SELECT line FROM log_cosignature WHERE size = @Size AND witness = @Witness{transaction.Engine.ForUpdate}", row);
            if (known is null) await transaction.ExecuteAsync("INSERT INTO log_cosignature (size, witness, line, heard_at) VALUES (@Size, @Witness, @Line, @Now)", row);
            // One by another key of that witness says nothing any more.
            else if (SignedNote.TryVerifyLine(mark, known, witness) is not { } before || before.At < said.At)
                await transaction.ExecuteAsync("UPDATE log_cosignature SET line = @Line, heard_at = @Now WHERE size = @Size AND witness = @Witness", row);
        },
        cancellationToken);
}
