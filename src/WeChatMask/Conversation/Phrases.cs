using System.Reflection;
using System.Text;

namespace WeChatMask.Conversation;

/// <summary>Finds out what a message means, by the words in <c>Text/Phrases.txt</c>. Says why at the head of that file.</summary>
public sealed class Phrases
{
    private const string Resource = "Text/Phrases.txt";

    // A word of two characters with one changed is usually another word.
    private const int ShortestForTypos = 3;
    private const int LongestForTypos = 12;

    private readonly Dictionary<string, Intent> whole = new(StringComparer.Ordinal);
    private readonly HashSet<string> confirmations = new(StringComparer.Ordinal);
    private readonly List<(string Word, Intent Intent)> parts = [];

    private Phrases(TextReader source)
    {
        var intent = Intent.Unknown;
        while (source.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] == '[') intent = Enum.Parse<Intent>(line.Trim('[', ']'));
            else Add(intent, line);
        }
    }

    public static Phrases Load()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!, Encoding.UTF8);
        return new Phrases(reader);
    }

    /// <summary>What a message means that <see cref="TypedText"/> has normalised. To name the goods alone means to book them.</summary>
    public Intent Find(string message, string goods = "")
    {
        if (message.Length == 0) return Intent.Unknown;
        if (whole.TryGetValue(message, out var exact)) return exact;
        foreach (var (word, intent) in parts)
        {
            if (message.Contains(word, StringComparison.Ordinal)) return intent;
        }

        if (goods.Length > 0 && message.Contains(goods, StringComparison.Ordinal)) return Intent.Book;
        return Nearly(message);
    }

    /// <summary>Whether the message, a booking number taken out of it, says to give that booking back and nothing else.</summary>
    public bool IsConfirmation(string message) => confirmations.Contains(message);

    private void Add(Intent intent, string line)
    {
        var isWhole = line[0] == '=';
        foreach (var word in line.TrimStart('=').Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (intent == Intent.ConfirmCancel) confirmations.Add(word);
            else if (isWhole) whole.TryAdd(word, intent);
            else parts.Add((word, intent));
        }
    }

    private Intent Nearly(string message)
    {
        if (message.Length is < ShortestForTypos or > LongestForTypos) return Intent.Unknown;
        var near = parts.Where(p => p.Word.Length >= ShortestForTypos && Spelling.IsOneOff(message, p.Word))
            .Select(p => p.Intent).Distinct().Take(2).ToList();
        return near.Count == 1 ? near[0] : Intent.Unknown;
    }
}
