using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Unicode;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Rounds;

/// <summary>Everybody who follows the board on this node, as many as it bears. Whoever comes beyond that asks from time to time instead.</summary>
/// <remarks>
/// A listener is one object beside its connection: no channel, timer, buffer, scope or waiting method of its own. Events are the same bytes for all.
/// None is counted by address, since thousands share one behind a carrier.
/// </remarks>
public sealed class BoardListeners
{
    /// <summary>Streams that one account may have open at once: a phone and a computer.</summary>
    public const int MostOfAccount = 2;

    private const int ShortestBreak = 2_000;
    private const int LongestBreak = 6_000;
    private const int LongestRetry = 32;
    private const int AtOnce = 128;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(1);

    private readonly IOptionsMonitor<SiteSettings> settings;
    private readonly CancellationToken stopping;
    private readonly Lock entering = new();
    private readonly HashSet<Listener> all = [];
    private readonly Dictionary<string, int> byAccount = new(StringComparer.Ordinal);

    /// <summary>A listener would hold the server's stop up for its whole grace time; it is let go, and comes back by itself to the next node.</summary>
    public BoardListeners(IOptionsMonitor<SiteSettings> settings, IHostApplicationLifetime lifetime)
    {
        this.settings = settings;
        stopping = lifetime.ApplicationStopping;
        stopping.UnsafeRegister(static l => Array.ForEach(((BoardListeners)l!).Present(), listener => listener.End()), this);
    }

    public int Count => all.Count;

    /// <summary>
    /// Lets somebody listen, until the returned task ends: the browser went, the server stopped, or the database does not answer, which <paramref name="refuse"/>
    /// tells. False when there is no room, and nothing has been written.
    /// </summary>
    internal bool TryListen(
        HttpContext context, string? account, bool asFigures, BoardWatch watch, Func<HttpContext, Task> refuse, out Task ended)
    {
        var listener = new Listener(this, context.Response, account, asFigures);
        ended = listener.Task;
        if (!Enter(listener)) return false;
        // Of a connection with one call at a time its own end is enough; the call's would be a source of its own.
        var gone = HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<IConnectionLifetimeFeature>() is { } connection
            ? connection.ConnectionClosed
            : context.RequestAborted;
        listener.EndWith(gone);
        if (stopping.IsCancellationRequested) listener.End();
        _ = listener.BeginAsync(watch, refuse, gone);
        return true;
    }

    internal static void BeginAnswer(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        response.Headers.Pragma = "no-cache";
    }

    internal Task TellAsync(BoardTelling telling, CancellationToken cancellationToken) => EachAsync(listener => listener.Tell(telling), cancellationToken);

    internal Task BeatAsync(ReadOnlyMemory<byte> heartbeat, CancellationToken cancellationToken) => EachAsync(listener => listener.Beat(heartbeat), cancellationToken);

    // What is written stands in memory of the server's until it is sent, 4 KB for each, and the server keeps as much as it once needed.
    private async Task EachAsync(Action<Listener> write, CancellationToken cancellationToken)
    {
        foreach (var some in Present().Chunk(AtOnce))
        {
            Array.ForEach(some, write);
            if (some.Length == AtOnce) await Task.Delay(Breath, cancellationToken);
        }
    }

    private Listener[] Present()
    {
        lock (entering) return [.. all];
    }

    private bool Enter(Listener listener)
    {
        lock (entering)
        {
            if (all.Count >= Math.Min(settings.CurrentValue.BoardListeners, OpenFiles.Listeners)) return false;
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
    private sealed class Listener(BoardListeners listeners, HttpResponse response, string? account, bool asFigures)
        : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private readonly Lock telling = new();
        private Task writing = Task.CompletedTask;
        private CancellationTokenRegistration going;
        private BoardTelling? late;
        private bool hasBegun;
        private bool hasMissed;
        private bool hasEnded;

        public string? Account => account;

        public void EndWith(CancellationToken gone)
        {
            var registration = gone.UnsafeRegister(static l => ((Listener)l!).End(), this);
            lock (telling)
            {
                going = registration;
                if (hasEnded) going.Unregister();
            }
        }

        public async Task BeginAsync(BoardWatch watch, Func<HttpContext, Task> refuse, CancellationToken gone)
        {
            try
            {
                Begin(await watch.BeginAsync(gone));
            }
            catch (OperationCanceledException)
            {
                // The browser went while it was let in.
                End();
            }
            catch (DbException)
            {
                lock (telling)
                {
                    if (!hasEnded) writing = refuse(response.HttpContext);
                }

                End();
            }
#pragma warning disable CA1031 // Nobody awaits this: whatever it was ends the call, whose task carries it to the server.
            catch (Exception e)
#pragma warning restore CA1031
            {
                End(e);
            }
        }

        public void Tell(BoardTelling next)
        {
            lock (telling)
            {
                if (hasEnded) return;
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

        // Whoever is still taking an earlier event in hears enough.
        public void Beat(ReadOnlyMemory<byte> heartbeat)
        {
            lock (telling)
            {
                if (hasBegun && !hasEnded && writing.IsCompleted) Write(heartbeat);
            }
        }

        /// <summary>The call is over after the last write: the connection is not ours any more then.</summary>
        public void End(Exception? failure = null)
        {
            Task last;
            lock (telling)
            {
                if (hasEnded) return;
                hasEnded = true;
                last = writing;
                going.Unregister();
            }

            listeners.Leave(this);
            if (failure is not null) SetException(failure);
            else if (last.IsCompleted) SetResult();
            else _ = last.ContinueWith(static (_, l) => ((Listener)l!).SetResult(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        private void Begin(BoardTelling first)
        {
            lock (telling)
            {
                if (hasEnded) return;
                hasBegun = true;
                StartStream();
                var bytes = (late ?? first).Bytes(asFigures, afterGap: late is not null).Span;
                late = null;
                // After a break everybody comes back at a time of their own.
                var body = response.BodyWriter;
                body.Write(bytes[..^1]);
                Utf8.TryWrite(body.GetSpan(LongestRetry), CultureInfo.InvariantCulture, $"retry: {Random.Shared.Next(ShortestBreak, LongestBreak)}\n\n", out var length);
                body.Advance(length);
                Sent(body.FlushAsync());
            }
        }

        private void StartStream()
        {
            BeginAnswer(response);
            // What a browser has sent is read by now and would be kept for hours.
            var (request, features) = (response.HttpContext.Request, response.HttpContext.Features);
            if (features.Get<IHttpRequestFeature>() is { } asked) asked.RawTarget = "";
            features.Set<IRequestCookiesFeature>(null);
            features.Set<IResponseCookiesFeature>(null);
            // One by one: of what is only cleared the server keeps the last text for the connection's next request.
            foreach (var header in request.Headers) request.Headers.Remove(header.Key);
            // After the features: the request keeps those it has used until it is asked for one again.
            (request.Path, request.QueryString) = (default, default);
        }

        private void Write(ReadOnlyMemory<byte> bytes) => Sent(response.BodyWriter.WriteAsync(bytes));

        private void Sent(ValueTask<FlushResult> write)
        {
            writing = write.IsCompletedSuccessfully ? Task.CompletedTask : FinishAsync(write);
        }

        private async Task FinishAsync(ValueTask<FlushResult> write)
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
