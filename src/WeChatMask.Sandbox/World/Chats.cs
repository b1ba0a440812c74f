using System.Collections.Concurrent;

namespace WeChatMask.Sandbox;

/// <summary>One thing a phone did in the chat, and what the account answered.</summary>
/// <param name="OpenId">Whose phone.</param>
/// <param name="At">When, by the sandbox's clock.</param>
/// <param name="Act">What it did.</param>
/// <param name="Status">The webhook's status.</param>
/// <param name="Reply">What the phone shows.</param>
public sealed record ChatLine(string OpenId, DateTimeOffset At, PhoneAct Act, int Status, PhoneReply Reply);

/// <summary>What every phone's chat with the account shows, and who follows it; kept in the data folder as a phone keeps it.</summary>
public sealed class Chats : IDisposable
{
    private const int MostOfOne = 100;
    private const int MostNewest = 100;

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, PhoneChat> phones = new(StringComparer.Ordinal);
    private readonly Queue<ChatLine> newest = new();
    private readonly JsonLines<ChatLine> file;

    /// <summary>Opens the file and reads what is in it.</summary>
    public Chats(string path) => file = new JsonLines<ChatLine>(path, Remember);

    /// <summary>How many lines there have been.</summary>
    public long Count { get; private set; }

    /// <summary>The newest lines of all phones, newest last.</summary>
    public IReadOnlyList<ChatLine> Newest
    {
        get
        {
            lock (gate) return [.. newest];
        }
    }

    /// <summary>Keeps a line.</summary>
    public void Add(ChatLine line) => file.Append(line, Remember);

    /// <summary>Whether a phone follows the account.</summary>
    public bool IsFollowing(string openId)
    {
        lock (gate) return phones.TryGetValue(openId, out var phone) && phone.IsFollowing;
    }

    /// <summary>A phone's newest lines, newest last.</summary>
    public IReadOnlyList<ChatLine> Of(string openId)
    {
        lock (gate) return phones.TryGetValue(openId, out var phone) ? [.. phone.Lines] : [];
    }

    public void Dispose() => file.Dispose();

    private void Remember(ChatLine line)
    {
        lock (gate)
        {
            Count++;
            var phone = phones.GetOrAdd(line.OpenId, _ => new PhoneChat());
            Keep(phone.Lines, line, MostOfOne);
            Keep(newest, line, MostNewest);
            // Who writes or touches the menu has the chat, and so follows.
            phone.IsFollowing = line.Act.Event != "unsubscribe" && (phone.IsFollowing || line.Act.Event is null or "subscribe" or "CLICK" or "VIEW");
        }
    }

    private static void Keep(Queue<ChatLine> lines, ChatLine line, int most)
    {
        lines.Enqueue(line);
        if (lines.Count > most) lines.Dequeue();
    }

    private sealed class PhoneChat
    {
        public Queue<ChatLine> Lines { get; } = new();

        public bool IsFollowing { get; set; }
    }
}
