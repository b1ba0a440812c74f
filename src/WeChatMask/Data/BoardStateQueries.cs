using System.Data.Common;
using Dapper;

namespace WeChatMask.Data;

/// <summary>Reads how far a server has come, by the board's version.</summary>
internal static class BoardStateQueries
{
    public const string SelectVersion = "SELECT version FROM board_version WHERE id = 1";

    public static Task<BoardState> ReadAsync(DbConnection connection) => connection.QuerySingleAsync<BoardState>("SELECT version, changed_at FROM board_version WHERE id = 1");
}

/// <summary>The board's version and when it was made; null in a city where nothing has changed yet.</summary>
public sealed class BoardState
{
    public long Version { get; init; }
    public DateTimeOffset? ChangedAt { get; init; }
}
