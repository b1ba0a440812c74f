using System.Security.Cryptography;
using System.Text;
using WeChatMask.Data;

namespace WeChatMask.Web;

/// <summary>The log-ins that stand. A cookie counts only while its row is here, on every node.</summary>
/// <remarks>
/// Who disables a member of staff, sets a new password, or changes role or pharmacy ends the sessions in the same
/// transaction, after the staff row is updated: a log-in at the same moment holds that row until its session is written.
/// </remarks>
public sealed class SessionStore(Database database, MachineClock machine)
{
    private const int Portion = 500;
    private const string Select = "SELECT id_hash, kind, subject_id, created_at, expires_at, seen_at, browser FROM session";

    // Coarse on purpose: it says which of somebody's browsers is in use, and costs one write in this time.
    private static readonly TimeSpan BetweenSeen = TimeSpan.FromMinutes(5);

    private readonly SessionReads reads = new(
        hashes => database.ReadAsync(c => database.Engine.ReadByKeysAsync(c, null, Select, "id_hash", hashes, Read, CancellationToken.None), CancellationToken.None),
        () => database.ScalarAsync<long>("SELECT version FROM session_change WHERE id = 1"));

    /// <summary>Writes a log-in down, in the transaction that grants it.</summary>
    public static Task BeginAsync(WriteTransaction transaction, NewSession session, long subject) => transaction.ExecuteAsync(
        """
        INSERT INTO session (id_hash, kind, subject_id, created_at, expires_at, seen_at, browser)
        VALUES (@Hash, @Kind, @subject, @CreatedAt, @ExpiresAt, @CreatedAt, @Browser)
        """,
        new { session.Hash, session.Kind, subject, session.CreatedAt, session.ExpiresAt, session.Browser });

    /// <summary>Ends all of somebody's log-ins, but for one that is spared. Returns how many.</summary>
    public static async Task<int> EndAllAsync(WriteTransaction transaction, SessionKind kind, long subject, string spared = "") => await RaiseAsync(transaction, await transaction.ExecuteAsync(
        "DELETE FROM session WHERE kind = @kind AND subject_id = @subject AND id_hash <> @spared", new { kind, subject, spared }));

    /// <summary>Ends one log-in if it is this person's; false when it is not there.</summary>
    public static async Task<bool> EndAsync(WriteTransaction transaction, SessionKind kind, long subject, string idHash) => await RaiseAsync(transaction, await transaction.ExecuteAsync(
        "DELETE FROM session WHERE id_hash = @idHash AND kind = @kind AND subject_id = @subject", new { idHash, kind, subject })) > 0;

    // Every node keeps log-ins until this number is another one.
    private static async Task<int> RaiseAsync(WriteTransaction transaction, int ended)
    {
        if (ended > 0) await transaction.ExecuteAsync("UPDATE session_change SET version = version + 1 WHERE id = 1");
        return ended;
    }

    public static string HashOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(id)));

    /// <summary>Somebody's log-ins that stand, the newest first.</summary>
    public Task<List<SessionRow>> OfAsync(SessionKind kind, long subject, CancellationToken cancellationToken) => database.QueryAsync<SessionRow>(
        $"{Select} WHERE kind = @kind AND subject_id = @subject AND expires_at > @now ORDER BY created_at DESC, id_hash",
        new { kind, subject, now = machine.Time.GetUtcNow() },
        cancellationToken);

    public Task<bool> EndAsync(SessionKind kind, long subject, string idHash, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => EndAsync(transaction, kind, subject, idHash), cancellationToken);

    /// <summary>Removes what has ended by itself, in portions that keep no other writer waiting. Returns the rows removed.</summary>
    /// <remarks>Whoever keeps such a log-in judges it by its time.</remarks>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var (total, gone) = (0, 0);
        do
        {
            gone = await database.WriteAsync(
                transaction => transaction.ExecuteAsync(
                    """
                    DELETE FROM session WHERE id_hash IN
                        (SELECT id_hash FROM (SELECT id_hash FROM session WHERE expires_at <= @now ORDER BY expires_at LIMIT @Portion) old)
                    """,
                    new { now = machine.Time.GetUtcNow(), Portion }),
                cancellationToken);
            total += gone;
        }
        while (gone == Portion);
        return total;
    }

    /// <summary>Whether the log-in stands now, by what is committed now. Of staff it is written down, now and then, that they were here.</summary>
    internal async Task<bool> StandsAsync(SessionKind kind, long subject, string id, CancellationToken cancellationToken)
    {
        var row = Standing(kind, await reads.FindAsync(HashOf(id)).WaitAsync(cancellationToken));
        if (row is null || row.SubjectId != subject) return false;
        var now = machine.Time.GetUtcNow();
        if (kind != SessionKind.Staff || now - row.SeenAt < BetweenSeen) return true;
        await SeeAsync(row.IdHash, now, cancellationToken);
        // It may be kept, for all who ask next.
        row.SeenAt = now;
        return true;
    }

    /// <summary>Whose log-in stands now under this id, or null.</summary>
    internal async ValueTask<long?> SubjectAsync(SessionKind kind, string id) => Standing(kind, await reads.FindAsync(HashOf(id)))?.SubjectId;

    private SessionRow? Standing(SessionKind kind, SessionRow? row) => row is not null && row.Kind == kind && row.ExpiresAt > machine.Time.GetUtcNow() ? row : null;

    private static SessionRow Read(IRow row) => new()
    {
        IdHash = row.Text(0),
        Kind = (SessionKind)row.Number(1),
        SubjectId = row.Number(2),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Number(3)),
        ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Number(4)),
        SeenAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Number(5)),
        Browser = row.Text(6),
    };

    private Task SeeAsync(string idHash, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync(
            "UPDATE session SET seen_at = @now WHERE id_hash = @idHash AND seen_at <= @before", new { idHash, now, before = now - BetweenSeen }),
        cancellationToken);
}

public enum SessionKind
{
    Resident,
    Staff,
}

/// <summary>A log-in that stands.</summary>
public sealed class SessionRow
{
    public string IdHash { get; init; } = "";
    public SessionKind Kind { get; init; }
    public long SubjectId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset SeenAt { get; set; }
    public string Browser { get; init; } = "";
}
