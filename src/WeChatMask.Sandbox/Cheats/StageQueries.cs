using WeChatMask.Data;

namespace WeChatMask.Sandbox;

/// <summary>Reads what the stage is set by.</summary>
public sealed class StageQueries(Database database)
{
    /// <summary>How many phones of witnesses there have been.</summary>
    public Task<int> PhonesAsync(CancellationToken cancellationToken) => database.ScalarAsync<int>(
        "SELECT COUNT(*) FROM account WHERE open_id LIKE @pattern", new { pattern = StageSetter.OpenIdPrefix + "%" }, cancellationToken);

    public Task<long> AccountAsync(string openId, CancellationToken cancellationToken) =>
        database.ScalarAsync<long>("SELECT id FROM account WHERE open_id = @openId", new { openId }, cancellationToken);
}
