using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>Everybody who follows the board on this node, as many as it bears. Whoever comes beyond that asks from time to time instead.</summary>
/// <remarks>
/// A listener is one object beside its connection: no channel, no timer, no buffer of its own. Events are the same bytes for all.
/// None is counted by address, since thousands share one behind a carrier.
/// </remarks>
public sealed class BoardListeners(IOptionsMonitor<SiteSettings> settings, IHostApplicationLifetime lifetime)
{
    /// <summary>Streams that one account may have open at once: a phone and a computer.</summary>
    public const int MostOfAccount = 2;

    private const int ShortestBreak = 2_000;
    private const int LongestBreak = 6_000;

    private readonly Lock entering = new();
    private readonly HashSet<Listener> all = [];
    private readonly Dictionary<string, int> byAccount = new(StringComparer.Ordinal);

    public int Count => all.Count;

    /// <summary>Listens until the browser goes or the server stops. False when there is no room, and nothing has been written.</summary>
    internal async Task<bool> ListenAsync(HttpContext context, string? account, bool asFigures, Func<CancellationToken, Task<BoardTelling>> begin)
    {
        var listener = new Listener(context.Response, account, asFigures);
        if (!Enter(listener)) return false;
        try
        {
            // A listener would hold the server's stop up for its whole grace time; it comes back by itself to the next node.
            await using var stop = lifetime.ApplicationStopping.UnsafeRegister(static l => ((Listener)l!).End(), listener);
            await using var gone = context.RequestAborted.UnsafeRegister(static l => ((Listener)l!).End(), listener);
            BeginAnswer(context.Response);
            context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
            listener.Begin(await begin(context.RequestAborted));
            await listener.Ended;
        }
        catch (OperationCanceledException)
        {
            // The browser went while it was let in.
        }
        finally
        {
            Leave(listener);
        }

        await listener.WrittenAsync();
        return true;
    }

    internal static void BeginAnswer(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        response.Headers.Pragma = "no-cache";
    }

    internal void Tell(BoardTelling telling)
    {
        Listener[] present;
        lock (entering) present = [.. all];
        foreach (var listener in present) listener.Tell(telling);
    }

    private bool Enter(Listener listener)
    {
        lock (entering)
        {
            if (all.Count >= settings.CurrentValue.BoardListeners) return false;
            if (listener.Account is { } account)
            {
                var open = byAccount.GetValueOrDefault(account);
                if (open >= MostOfAccount) return false;
                byAccount[account] = open + 1;
            }

            return all.Add(listener);
        }
    }

    private void Leave(Listener listener)
    {
        lock (entering)
        {
            all.Remove(listener);
            if (listener.Account is not { } account) return;
            if (byAccount[account] == 1) byAccount.Remove(account);
            else byAccount[account]--;
        }
    }

    /// <summary>One connection. Writes come one after the other; what a slow phone cannot take in time is dropped, and the next event says so.</summary>
    private sealed class Listener(HttpResponse response, string? account, bool asFigures)
    {
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock telling = new();
        private Task writing = Task.CompletedTask;
        private BoardTelling? late;
        private bool hasBegun;
        private bool hasMissed;

        public string? Account => account;

        public Task Ended => ended.Task;

        public void End() => ended.TrySetResult();

        public void Begin(BoardTelling first)
        {
            lock (telling)
            {
                hasBegun = true;
                hasMissed = late is not null;
                var bytes = (late ?? first).Bytes(asFigures, hasMissed).Span;
                hasMissed = false;
                late = null;
                // After a break everybody comes back at a time of their own.
                var rest = Random.Shared.Next(ShortestBreak, LongestBreak);
                Write((byte[])[.. bytes[..^1], .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {rest}\n\n"))]);
            }
        }

        public void Tell(BoardTelling next)
        {
            lock (telling)
            {
                if (ended.Task.IsCompleted) return;
                if (!hasBegun)
                {
                    late = next;
                    return;
                }

                if (!writing.IsCompleted)
                {
                    hasMissed = true;
                    return;
                }

                var bytes = next.Bytes(asFigures, hasMissed);
                hasMissed = false;
                Write(bytes);
            }
        }

        /// <summary>Waits for the last write: the connection is not ours any more when the call is over.</summary>
        public async Task WrittenAsync()
        {
            Task last;
            lock (telling)
            {
                End();
                last = writing;
            }

            await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private void Write(ReadOnlyMemory<byte> bytes)
        {
            var write = response.Body.WriteAsync(bytes, response.HttpContext.RequestAborted);
            writing = write.IsCompletedSuccessfully ? Task.CompletedTask : FinishAsync(write);
        }

        private async Task FinishAsync(ValueTask write)
        {
            try
            {
                await write;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                End();
            }
        }
    }
}
