using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>One value that WeChat lends for a while: every node holds it, one at a time fetches it, the database tells the others.</summary>
/// <remarks>
/// Who finds it at its end takes the lease or waits for the one who has it. It is renewed some minutes early, while the old one
/// still serves, so that mostly nobody waits. A failed fetch makes all nodes pause together; where no value is good and WeChat
/// gives none, the caller gets its <see cref="WeChatApiException"/>.
/// </remarks>
public sealed class SharedCredential(SharedCredentialStore store, CityCalendar calendar, string name, Func<bool, CancellationToken, Task<IssuedToken>> fetch) : IDisposable
{
    // WeChat replaces a stable token five minutes before its end and gives the old one until then.
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(4);

    // What ends within this is not given out any more: the call it is for takes its time.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // WeChat's rule for forced refreshes.
    private static readonly TimeSpan BetweenForced = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile SharedCredentialRow? held;

    public async Task<string> GetAsync(CancellationToken cancellationToken) =>
        held is { } row && IsGood(row, null) ? row.Value : await TakeAsync(null, cancellationToken);

    /// <summary>Another value than the one that WeChat has just refused.</summary>
    public Task<string> RenewAsync(string refused, CancellationToken cancellationToken) => TakeAsync(refused, cancellationToken);

    /// <summary>Fetches the first value, or the next one some minutes before the present one ends. Returns whether it did.</summary>
    public async Task<bool> RenewEarlyAsync(CancellationToken cancellationToken)
    {
        var row = await store.ReadAsync(name, cancellationToken);
        if (calendar.Now < row.ExpiresAt - Early || IsPausing(row)) return false;
        if (await store.LeaseAsync(row, cancellationToken) is not { } lease) return false;
        await FetchAsync(row, null, lease);
        return true;
    }

    public void Dispose() => gate.Dispose();

    private async Task<string> TakeAsync(string? refused, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            // Whoever waited at the gate mostly finds that the one before has brought it.
            if (held is { } mine && IsGood(mine, refused)) return mine.Value;
            var start = TimeProvider.System.GetTimestamp();
            while (true)
            {
                var row = await store.ReadAsync(name, cancellationToken);
                if (IsGood(row, refused)) return (held = row).Value;
                if (IsPausing(row)) throw Failure(row.ErrorCode);
                if (await store.LeaseAsync(row, cancellationToken) is { } lease) return await FetchAsync(row, refused, lease);
                if (TimeProvider.System.GetElapsedTime(start) > Patience) throw Failure(WeChatApiException.NoAnswer);
                await Task.Delay(Look, cancellationToken);
            }
        }
        finally
        {
            gate.Release();
        }
    }

    // The fetch outlives the request that began it: others wait for its result.
    private async Task<string> FetchAsync(SharedCredentialRow row, string? refused, string lease)
    {
        try
        {
            var issued = await fetch(false, CancellationToken.None);
            var forced = issued.Value == refused;
            if (forced)
            {
                // WeChat calls its own token bad and still gives it: only now is a forced one worth its quota.
                if ((calendar.Now - row.ForcedAt).Duration() < BetweenForced) throw new WeChatApiException(WeChatErrors.TokenRefused);
                issued = await fetch(true, CancellationToken.None);
            }

            // A value that is already near its end is not asked for again and again.
            await store.SaveAsync(name, lease, issued, forced, issued.Life <= Early ? calendar.Now + BetweenForced : DateTimeOffset.UnixEpoch);
            held = await store.ReadAsync(name, CancellationToken.None);
            return issued.Value;
        }
        catch (WeChatApiException failure)
        {
            await store.FailAsync(name, lease, failure.ErrorCode, ApiPause.After(failure, row.Failures, calendar));
            throw;
        }
    }

    private bool IsGood(SharedCredentialRow row, string? refused) => row.Value.Length > 0 && row.Value != refused && calendar.Now < row.ExpiresAt - Margin;

    private bool IsPausing(SharedCredentialRow row) => calendar.Now < row.NextTryAt && row.NextTryAt < calendar.Now + ApiPause.Longest;

    private static WeChatApiException Failure(int code) =>
        code == WeChatApiException.NoAnswer ? new WeChatApiException("WeChat's API did not answer before") : new WeChatApiException(code);
}
