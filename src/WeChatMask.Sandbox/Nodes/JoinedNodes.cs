using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;

namespace WeChatMask.Sandbox;

/// <summary>The nodes that have joined this world. They are told each new time before anything is done at it.</summary>
/// <remarks>A node that does not answer is dropped, so that a dead one never blocks the clock. One that lives comes back within a second.</remarks>
public sealed partial class JoinedNodes(IHttpClientFactory clients, ILogger<JoinedNodes> log)
{
    private readonly ConcurrentDictionary<string, Uri> nodes = new(StringComparer.Ordinal);

    /// <summary>How long a node may take to answer that it has set its clock.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Their addresses.</summary>
    public IReadOnlyList<string> All => [.. nodes.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Adds a node, or one more time the same.</summary>
    public void Add(Uri node)
    {
        if (nodes.TryAdd(Key(node), node)) Log.Joined(log, node);
    }

    /// <summary>Forgets a node that has ended.</summary>
    public void Remove(Uri node)
    {
        if (nodes.TryRemove(Key(node), out _)) Log.Left(log, node);
    }

    /// <summary>Tells a new time. When this returns, every node that is still joined has it and, while the clock is moved, runs nothing by itself.</summary>
    public Task TellAsync(WorldTime time, CancellationToken cancellationToken) =>
        Task.WhenAll(nodes.Values.Select(node => TellAsync(node, time, cancellationToken)));

    private async Task TellAsync(Uri node, WorldTime time, CancellationToken cancellationToken)
    {
        try
        {
            // A node whose scheduled runs have not ended says so, and ends them within its own patience.
            while (await PutAsync(node, time, cancellationToken) == HttpStatusCode.Accepted)
            {
            }
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            nodes.TryRemove(Key(node), out _);
            Log.Dropped(log, node, e.Message);
        }
    }

    private async Task<HttpStatusCode> PutAsync(Uri node, WorldTime time, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var client = clients.CreateClient(nameof(JoinedNodes));
        using var answer = await client.PutAsJsonAsync(new Uri(node, NodeEndpoints.ClockPath), time, SandboxJson.Options, limit.Token);
        return answer.EnsureSuccessStatusCode().StatusCode;
    }

    private static string Key(Uri node) => node.GetLeftPart(UriPartial.Authority);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The node at {Node} has joined")]
        public static partial void Joined(ILogger log, Uri node);

        [LoggerMessage(Level = LogLevel.Information, Message = "The node at {Node} has left")]
        public static partial void Left(ILogger log, Uri node);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The node at {Node} did not take the new time and is dropped until it joins again: {Problem}")]
        public static partial void Dropped(ILogger log, Uri node, string problem);
    }
}
