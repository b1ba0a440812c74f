using System.Text.RegularExpressions;

namespace WeChatMask.Tests.Support;

/// <summary>A configuration of nginx: its lines and what stands in their braces.</summary>
internal sealed partial class NginxConf
{
    private NginxConf(string name, IReadOnlyList<string> words)
    {
        Name = name;
        Words = words;
    }

    public string Name { get; }

    public IReadOnlyList<string> Words { get; }

    public List<NginxConf> Inside { get; } = [];

    public static NginxConf Read(string text)
    {
        var root = new NginxConf("", []);
        var open = new Stack<NginxConf>([root]);
        var words = new List<string>();
        foreach (Match token in Tokens().Matches(text))
        {
            switch (token.Value)
            {
                case ['#', ..]:
                    break;
                case ";" or "{":
                    var line = new NginxConf(words[0], [.. words.Skip(1)]);
                    open.Peek().Inside.Add(line);
                    if (token.Value == "{") open.Push(line);
                    words.Clear();
                    break;
                case "}":
                    open.Pop();
                    break;
                default:
                    words.Add(token.Value is ['"', .. var quoted, '"'] ? quoted.Replace("\\\"", "\"", StringComparison.Ordinal) : token.Value is ['\'', .. var single, '\''] ? single : token.Value);
                    break;
            }
        }

        return root;
    }

    public IEnumerable<NginxConf> All(string name) => Inside.Where(i => i.Name == name);

    public NginxConf? One(string name) => All(name).SingleOrDefault();

    /// <summary>The location that a path is served by: exact, the longest prefix that forbids patterns, a pattern, the longest prefix.</summary>
    public NginxConf LocationOf(string path)
    {
        var locations = All("location").Where(l => !l.Words[^1].StartsWith('@')).ToList();
        if (locations.Find(l => l.Words is ["=", var exact] && exact == path) is { } same) return same;
        var prefix = locations.Where(l => l.Words is [var p] && path.StartsWith(p, StringComparison.Ordinal) || l.Words is ["^~", var q] && path.StartsWith(q, StringComparison.Ordinal))
            .MaxBy(l => l.Words[^1].Length)!;
        if (prefix.Words[0] == "^~") return prefix;
        return locations.Find(l => l.Words is ["~", var pattern] && Regex.IsMatch(path, pattern, RegexOptions.None, TimeSpan.FromSeconds(1))) ?? prefix;
    }

    /// <summary>Bytes of a size as nginx writes it.</summary>
    public static long Size(string text) => text[^1] switch
    {
        'k' => long.Parse(text[..^1], System.Globalization.CultureInfo.InvariantCulture) * 1024,
        'm' => long.Parse(text[..^1], System.Globalization.CultureInfo.InvariantCulture) * 1024 * 1024,
        _ => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("""#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|(?:\$\{|[^\s;{}"'#])[^\s;{}]*""")]
    private static partial Regex Tokens();
}
