using WeChatMask.Data;

namespace WeChatMask.OfficialAccount;

/// <summary>Reads which pharmacies have a poster.</summary>
public sealed class PosterQueries(Database database)
{
    private const string Select = """
        SELECT p.code, p.name, p.address, p.district, CASE WHEN s.scene IS NULL THEN 0 ELSE 1 END AS has_code
          FROM pharmacy p
          LEFT JOIN wechat_scene s ON s.scene = p.code
        """;

    public Task<List<Poster>> AllAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<Poster>($"{Select} ORDER BY p.code", cancellationToken: cancellationToken);

    public Task<Poster?> FindAsync(string code, CancellationToken cancellationToken) =>
        database.QueryOneAsync<Poster>($"{Select} WHERE p.code = @code", new { code }, cancellationToken);
}

/// <summary>A pharmacy and whether its code has been made.</summary>
public sealed class Poster
{
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
    public string Address { get; init; } = "";
    public string District { get; init; } = "";
    public bool HasCode { get; init; }
}
