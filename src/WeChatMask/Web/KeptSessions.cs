namespace WeChatMask.Web;

/// <summary>Log-ins that were read lately, by their hash: a bounded number, the newest at least.</summary>
/// <remarks>Two generations: where the younger is full it becomes the older one, which is let go. Not for several threads at once.</remarks>
internal sealed class KeptSessions(int most = KeptSessions.Most)
{
    // Of each generation: some 25 MB in all.
    private const int Most = 50_000;

    private Dictionary<string, SessionRow> young = new(StringComparer.Ordinal);
    private Dictionary<string, SessionRow> old = new(StringComparer.Ordinal);

    public int Count => young.Count + old.Count;

    public SessionRow? Find(string hash)
    {
        if (young.TryGetValue(hash, out var row)) return row;
        if (!old.Remove(hash, out row)) return null;
        Add(row);
        return row;
    }

    public void Add(SessionRow row)
    {
        if (young.Count >= most) (old, young) = (young, new(StringComparer.Ordinal));
        young[row.IdHash] = row;
    }

    public void Clear()
    {
        young.Clear();
        old.Clear();
    }
}
