using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>What one node fetches from WeChat for all: read by everybody, replaced by whoever has the lease.</summary>
public sealed class SharedCredentialStore(Database database, PersonalData personal, CityCalendar calendar)
{
    public const string AccessToken = "access_token";

    public const string JsApiTicket = "jsapi_ticket";

    /// <summary>The row of the menu that was set last: its fingerprint.</summary>
    public const string Menu = "menu";

    // One silence is an accident of the network.
    private const int SeveralFailures = 3;

    // Longer than a fetch may take, with a forced one behind it.
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);

    public async Task<SharedCredentialRow> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var row = await database.QueryOneAsync<SharedCredentialRow>(
            """
            SELECT name, value AS stored, obtained_at, expires_at, forced_at, next_try_at, failures, error_code
              FROM wechat_kept WHERE name = @name
            """,
            new { name },
            cancellationToken);
        row!.Value = personal.Decrypt(row.Stored);
        return row;
    }

    /// <summary>What could not be fetched for some time, by name: WeChat said why, or did not answer again and again.</summary>
    public Task<List<CredentialFault>> FaultsAsync(CancellationToken cancellationToken) => database.QueryAsync<CredentialFault>(
        "SELECT name, error_code FROM wechat_kept WHERE failures >= @several OR (failures > 0 AND error_code <> 0) ORDER BY name",
        new { several = SeveralFailures },
        cancellationToken);

    /// <summary>Makes the caller the one who fetches, unless somebody else is or the row has changed since it was read. Returns the lease's name.</summary>
    public async Task<string?> LeaseAsync(SharedCredentialRow seen, CancellationToken cancellationToken)
    {
        var lease = Guid.NewGuid().ToString("N");
        var now = calendar.Now;
        // A lease further ahead than any can be given was given before the clock was set back.
        var rows = await database.WriteAsync(
            transaction => transaction.ExecuteAsync(
                """
                UPDATE wechat_kept SET leased_by = @lease, leased_until = @until
                 WHERE name = @Name AND value = @Stored AND obtained_at = @ObtainedAt AND (leased_until <= @now OR leased_until > @until)
                """,
                new { lease, until = now + LeaseTime, seen.Name, seen.Stored, seen.ObtainedAt, now }),
            cancellationToken);
        return rows == 1 ? lease : null;
    }

    /// <summary>Puts a fetched value in the old one's place and gives the lease back. Whose lease ran out meanwhile changes nothing.</summary>
    public Task SaveAsync(string name, string lease, IssuedToken issued, bool forced, DateTimeOffset nextTryAt)
    {
        var now = calendar.Now;
        return WriteAsync(
            """
            UPDATE wechat_kept
               SET value = @value, obtained_at = @now, expires_at = @expires, forced_at = CASE WHEN @forced = 1 THEN @now ELSE forced_at END,
                   leased_by = NULL, leased_until = 0, next_try_at = @nextTryAt, failures = 0, error_code = 0
             WHERE name = @name AND leased_by = @lease
            """,
            new { value = personal.Encrypt(issued.Value), now, expires = now + issued.Life, forced, nextTryAt, name, lease });
    }

    /// <summary>Writes down that the fetch failed and when the next may be tried, and gives the lease back.</summary>
    public Task FailAsync(string name, string lease, int errorCode, DateTimeOffset nextTryAt) => WriteAsync(
        """
        UPDATE wechat_kept
           SET leased_by = NULL, leased_until = 0, next_try_at = @nextTryAt, failures = failures + 1, error_code = @errorCode
         WHERE name = @name AND leased_by = @lease
        """,
        new { nextTryAt, errorCode, name, lease });

    /// <summary>Lets everything be tried again at once: somebody has put right what was wrong.</summary>
    public Task TryAgainAsync() => WriteAsync("UPDATE wechat_kept SET next_try_at = 0, failures = 0 WHERE next_try_at > 0", null);

    // What WeChat said is a fact by now, so it is written even when the one who asked has gone.
    private Task WriteAsync(string sql, object? args) => database.WriteAsync(transaction => transaction.ExecuteAsync(sql, args), CancellationToken.None);
}

public sealed class SharedCredentialRow
{
    public string Name { get; init; } = "";

    /// <summary>The encrypted value, by which a change is seen.</summary>
    public string Stored { get; init; } = "";

    /// <summary>The value, empty before the first fetch.</summary>
    public string Value { get; internal set; } = "";
    public DateTimeOffset ObtainedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset ForcedAt { get; init; }

    /// <summary>No fetch before this, after one failed.</summary>
    public DateTimeOffset NextTryAt { get; init; }
    public int Failures { get; init; }

    /// <summary>WeChat's errcode of the last fetch, 0 when it went well or nobody answered.</summary>
    public int ErrorCode { get; init; }
}

public sealed class CredentialFault
{
    public string Name { get; init; } = "";

    /// <summary>WeChat's errcode, 0 when nobody answered.</summary>
    public int ErrorCode { get; init; }
}
