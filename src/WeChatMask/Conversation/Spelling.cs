namespace WeChatMask.Conversation;

/// <summary>Compares words that may hold a slip.</summary>
public static class Spelling
{
    /// <summary>Whether one character changed, left out, put in, or swapped with its neighbour makes the one text the other.</summary>
    public static bool IsOneOff(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 1) return false;
        var (shorter, longer) = a.Length <= b.Length ? (a, b) : (b, a);
        var head = shorter.AsSpan().CommonPrefixLength(longer);
        if (shorter.Length < longer.Length) return shorter.AsSpan(head).SequenceEqual(longer.AsSpan(head + 1));
        if (head == shorter.Length) return true;
        if (shorter.AsSpan(head + 1).SequenceEqual(longer.AsSpan(head + 1))) return true;
        return head + 1 < shorter.Length && shorter[head] == longer[head + 1] && shorter[head + 1] == longer[head]
            && shorter.AsSpan(head + 2).SequenceEqual(longer.AsSpan(head + 2));
    }
}
