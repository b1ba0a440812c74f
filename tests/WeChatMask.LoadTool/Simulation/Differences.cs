using System.Collections.Concurrent;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>Where the product did not do what the simulation expected.</summary>
internal sealed class Differences
{
    private const int Examples = 5;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> kinds = new(StringComparer.Ordinal);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => kinds.IsEmpty;

    /// <summary>Each kind with its number and some examples.</summary>
    public IEnumerable<string> Lines => kinds.OrderBy(k => k.Key, StringComparer.Ordinal)
        .Select(k => $"{k.Key}, {k.Value.Count} times: {string.Join("; ", k.Value.Take(Examples))}");

    /// <summary>Notes one.</summary>
    public void Add(string kind, FormattableString what) => kinds.GetOrAdd(kind, _ => new()).Enqueue(FormattableString.Invariant(what));

    /// <summary>Notes one unless both are the same.</summary>
    public void Compare<T>(string kind, string where, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual)) Add(kind, $"{where}: expected {expected}, is {actual}");
    }
}
