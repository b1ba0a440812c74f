using System.Collections.Concurrent;
using System.Net.Http.Json;

namespace WeChatMask.Sandbox;

/// <summary>The nodes that have joined this world. They are told each new time before anything is done at it.</summary>
/// <remarks>A node that does not answer is dropped, so that a dead one never blocks the clock. One that lives comes back within a second.</remarks>
public sealed class JoinedNodes(IHttpClientFactory clients, ILogger<JoinedNodes> log)
{
    private readonly ConcurrentDictionary<string, Uri> nodes = new(StringComparer.Ordinal);

    /// <summary>How long a node may take to set its clock.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a node may take until its scheduled runs have ended; it waits no longer than <see cref="Jobs.JobGate.Patience"/> itself.</summary>
    public TimeSpan HoldPatience { get; set; } = Jobs.JobGate.Patience + TimeSpan.FromSeconds(2);

    /// <summary>Their addresses.</summary>
    public IReadOnlyList<string> All => [.. nodes.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Adds a node, or one more time the same.</summary>
    public void Add(Uri node)
    {
        if (nodes.TryAdd(Key(node), node)) log.LogInformation("The node at {Node} has joined", node);
    }

    /// <summary>Forgets a node that has ended.</summary>
    public void Remove(Uri node)
    {
        if (nodes.TryRemove(Key(node), out _)) log.LogInformation("The node at {Node} has left", node);
    }

    /// <summary>Tells a stopped clock, and lets every node end what its scheduler has begun.</summary>
    public Task HoldAsync(ClockReading reading, CancellationToken cancellationToken) => TellAllAsync(reading, HoldPatience, cancellationToken);

    /// <summary>Tells a new time. When this returns, every node that is still joined has it.</summary>
    public Task TellAsync(ClockReading reading, CancellationToken cancellationToken) => TellAllAsync(reading, Patience, cancellationToken);

    private Task TellAllAsync(ClockReading reading, TimeSpan patience, CancellationToken cancellationToken) =>
        Task.WhenAll(nodes.Values.Select(node => TellAsync(node, reading, patience, cancellationToken)));

    private async Task TellAsync(Uri node, ClockReading reading, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            using var client = clients.CreateClient(nameof(JoinedNodes));
            using var answer = await client.PutAsJsonAsync(new Uri(node, NodeEndpoints.ClockPath), reading, SandboxJson.Options, limit.Token);
            answer.EnsureSuccessStatusCode();
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            nodes.TryRemove(Key(node), out _);
            log.LogWarning("The node at {Node} did not take the new time and is dropped until it joins again: {Problem}", node, e.Message);
        }
    }

    private static string Key(Uri node) => node.GetLeftPart(UriPartial.Authority);
}
