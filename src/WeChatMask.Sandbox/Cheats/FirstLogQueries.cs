using WeChatMask.Data;
using WeChatMask.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>Reads the log's tables for <see cref="FirstLogEndpoints"/>.</summary>
public sealed class FirstLogQueries(Database database)
{
    /// <summary>The newest note that a commit has stored.</summary>
    public Task<string?> NoteAsync(CancellationToken cancellationToken) =>
        database.ScalarAsync<string?>("SELECT note FROM log_batch ORDER BY first_index DESC LIMIT 1", cancellationToken: cancellationToken);

    public Task<LogBook> ReadAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async connection => new LogBook((await LogStore.HeadAsync(connection, null)).LogOrigin!, await LogTablesStore.LinesAsync(connection, null)), cancellationToken);

    public Task<string?> DocumentAsync(string hash, CancellationToken cancellationToken) =>
        database.ScalarAsync<string?>("SELECT body FROM log_document WHERE hash = @hash", new { hash }, cancellationToken);
}
