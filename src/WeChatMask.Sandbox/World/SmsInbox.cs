namespace WeChatMask.Sandbox;

/// <summary>A short message as it reached a phone.</summary>
/// <param name="Mobile">Whose.</param>
/// <param name="Text">What it says.</param>
/// <param name="SentAt">When, by the sandbox's clock.</param>
/// <param name="Id">The sender's id of it.</param>
/// <param name="Repeat">Whether the sender said that it may have sent it before.</param>
/// <param name="Vendor">Which vendor carried it; none for the plain gateway.</param>
public sealed record ReceivedSms(string Mobile, string Text, DateTimeOffset SentAt, string Id, bool Repeat, string? Vendor = null);

/// <summary>Every short message the stand-in gateway took, kept in the data folder.</summary>
public sealed class SmsInbox : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<ReceivedSms> messages = [];
    private readonly JsonLines<ReceivedSms> file;

    /// <summary>Opens the file and reads what is in it.</summary>
    public SmsInbox(string path) => file = new JsonLines<ReceivedSms>(path, messages.Add);

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (gate) return messages.Count;
        }
    }

    /// <summary>Keeps a message; when this returns it is written down.</summary>
    public void Add(ReceivedSms message) => file.Append(message, one =>
    {
        lock (gate) messages.Add(one);
    });

    /// <summary>Messages, newest last; of one phone when it is named.</summary>
    public IReadOnlyList<ReceivedSms> All(string? mobile)
    {
        lock (gate) return [.. messages.Where(m => mobile is null || m.Mobile == mobile)];
    }

    public void Dispose() => file.Dispose();
}
