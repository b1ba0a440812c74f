using System.Collections.Concurrent;

namespace WeChatMask.Tests.Support;

/// <summary>A test that needs a database cluster; where its programs are not installed it is skipped, and says what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ClusterFactAttribute : FactAttribute
{
    private static readonly ConcurrentDictionary<ClusterKind, string?> WhyNot = new();

    public ClusterFactAttribute(ClusterKind kind)
    {
        Kind = kind;
        Skip = WhyNot.GetOrAdd(kind, Cluster.WhyNot);
    }

    public ClusterKind Kind { get; }
}

/// <summary>A cluster decides within seconds who is alive, so nothing else runs beside one.</summary>
[CollectionDefinition(nameof(AloneWithClusters), DisableParallelization = true)]
public sealed class AloneWithClusters;
