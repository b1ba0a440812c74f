using System.Net.Http.Json;
using System.Text.Json;

namespace WeChatMask.Sandbox;

/// <summary>Joins the world when this node listens, again each second, and leaves it at the end.</summary>
/// <remarks>The owner may have dropped this node while it was paused, or may itself have been started again; either way one second mends it.</remarks>
internal sealed partial class Membership(JoinedWorld world, OwnAddress self, WorldClock clock, IHttpClientFactory clients, ILogger<Membership> log)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource ending = new();
    private Task? loop;
    private bool lost;

    /// <remarks>The clock may have moved since the world was found, and the jobs start next; so the first time is waited for.</remarks>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await JoinAsync(cancellationToken);
        loop = JoinAgainAsync(ending.Token);
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await ending.CancelAsync();
        if (loop is not null) await loop;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestFarewell);
        try
        {
            using var client = clients.CreateClient(nameof(JoinedNodes));
            using var answer = await client.DeleteAsync(new Uri(world.Owner, $"{WorldEndpoints.NodesPath}?url={Uri.EscapeDataString(self.Value)}"), limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // The owner is gone or will find this node gone.
            Log.NotTold(log, e.Message);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => ending.Dispose();

    private async Task JoinAgainAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pace);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken)) await JoinAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // This node ends.
        }
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        if (await AskAsync(cancellationToken) is { } told)
        {
            if (lost) Log.Found(log, world.Owner);
            lost = false;
            await clock.FollowAsync(told, cancellationToken);
            return;
        }

        if (!lost) Log.Lost(log, world.Owner);
        lost = true;
        await clock.RunOnAloneAsync(cancellationToken);
    }

    private async Task<WorldTime?> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestAnswer);
        try
        {
            using var client = clients.CreateClient(nameof(JoinedNodes));
            using var answer = await client.PostAsJsonAsync(
                new Uri(world.Owner, WorldEndpoints.NodesPath), new WorldEndpoints.NodeTold(self.Value), SandboxJson.Options, limit.Token);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<WorldTime>(SandboxJson.Options, limit.Token) : null;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The world's owner could not be told that this node ends: {Problem}")]
        public static partial void NotTold(ILogger log, string problem);

        [LoggerMessage(Level = LogLevel.Information, Message = "The world at {Owner} answers again")]
        public static partial void Found(ILogger log, Uri owner);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The world at {Owner} does not answer; this node goes on with the time it has")]
        public static partial void Lost(ILogger log, Uri owner);
    }
}
