namespace WeChatMask.Jobs;

/// <summary>The door of scheduled runs: one run of each name at a time.</summary>
public class JobBarrier
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, bool> inside = new(StringComparer.Ordinal);

    public bool IsBusy
    {
        get
        {
            lock (gate) return inside.Count > 0;
        }
    }

    /// <summary>Lets a run in, unless one of its name is inside; that one then hears of it when it leaves.</summary>
    public virtual bool TryEnter(string name)
    {
        lock (gate)
        {
            if (inside.TryAdd(name, false)) return true;
            inside[name] = true;
            return false;
        }
    }

    /// <summary>A run that was let in has ended. Says whether another one wanted in meanwhile: what made it come may be newer than what this one saw.</summary>
    public bool Leave(string name)
    {
        lock (gate) return inside.Remove(name, out var wanted) && wanted;
    }
}
