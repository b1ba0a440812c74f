namespace WeChatMask.Tests.Support;

/// <summary>A test that needs a database cluster; where its programs are not installed it is skipped, and says what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ClusterFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> WhyNot = new(() => Cluster.WhyNot(ClusterKind.Patroni));

    public ClusterFactAttribute() => Skip = WhyNot.Value;
}
