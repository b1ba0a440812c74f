using System.Data.Common;
using WeChatMask.Data;
using WeChatMask.Notices;
using WeChatMask.Operations;
using WeChatMask.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>What the database itself says.</summary>
internal sealed class ChaosQueries(Database database, PersonalData personal)
{
    // Each connection of this process's pool that a crash has cut is noticed when it is next used.
    private const int Tries = 50;
    private const string Oversold = "no window has more bookings than places";

    /// <summary>Windows that gave more than they had.</summary>
    public async Task<(long Oversold, IReadOnlyList<string> Broken)> InvariantsAsync()
    {
        var results = await AgainAsync(() => new InvariantQueries(database).RunAsync(CancellationToken.None));
        return (results.First(r => r.Name == Oversold).Broken, [.. results.Where(r => r.Broken > 0).Select(r => r.Name)]);
    }

    /// <summary>The whole public log against every row, as <c>verify</c> does it.</summary>
    public Task<LogCheckResult> LogAsync() => AgainAsync(() => new LogVerifier(
        database, new SeenLog(Microsoft.Extensions.Options.Options.Create(new PublicLogSettings())), personal).RunAsync(new LogCheckScope(), CancellationToken.None));

    /// <summary>Notices that are not settled.</summary>
    public Task<long> WaitingNoticesAsync() => AgainAsync(() => database.ScalarAsync<long>(
        "SELECT COUNT(*) FROM outbox WHERE channel = 0 AND status = @waiting AND booking_id IS NOT NULL", new { waiting = NoticeStatus.Waiting }));

    /// <summary>Leases that are held now.</summary>
    public Task<List<string>> LeasesAsync() => database.QueryAsync<string>(
        "SELECT DISTINCT leased_by FROM outbox WHERE status = @waiting AND leased_by IS NOT NULL", new { waiting = NoticeStatus.Waiting });

    /// <summary>Empties SQLite's log into the database and cuts the file, as far as readers and the disk allow.</summary>
    public async Task CutLogAsync()
    {
        try
        {
            await database.ScalarAsync<long>("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (DbException e) when (database.Engine.IsOutage(e))
        {
            // The disk is full already.
        }
    }

    private static async Task<T> AgainAsync<T>(Func<Task<T>> ask)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (DbException) when (attempt < Tries)
            {
                await Task.Delay(20);
            }
        }
    }
}
