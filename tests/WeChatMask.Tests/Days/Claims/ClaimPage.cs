using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace WeChatMask.Tests.Days.Claims;

/// <summary>An element that can be seen, with its attributes and the text in it.</summary>
internal sealed record Seen(string Name, IReadOnlyDictionary<string, string> Attributes, Seen? Parent)
{
    private readonly StringBuilder text = new();

    public string Text => Regex.Replace(WebUtility.HtmlDecode(text.ToString()), @"\s+", " ").Trim();

    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);

    public void Add(string more)
    {
        text.Append(more);
        Parent?.Add(more);
    }

    /// <summary>The nearest element around it that has an attribute, or itself.</summary>
    public Seen? Around(string attribute) => Attributes.ContainsKey(attribute) ? this : Parent?.Around(attribute);
}

/// <summary>A page as people see it without a script: nothing that is hidden.</summary>
internal sealed partial class ClaimPage
{
    private static readonly HashSet<string> Void = new(StringComparer.Ordinal) { "input", "img", "link", "meta", "br", "hr", "path" };

    public ClaimPage(string address, string html)
    {
        Address = address;
        var all = new List<Seen>();
        var open = new Stack<(string Name, Seen? Seen)>();
        foreach (Match token in Token().Matches(Script().Replace(html, "")))
        {
            var parent = open.Count == 0 ? null : open.Peek().Seen;
            var hidden = open.Count > 0 && parent is null;
            if (token.Groups["text"].Success)
            {
                parent?.Add(token.Value);
            }
            else if (token.Groups["end"].Success)
            {
                while (open.Count > 0 && open.Pop().Name != token.Groups["name"].Value)
                {
                }
            }
            else
            {
                var name = token.Groups["name"].Value;
                var attributes = Attribute().Matches(token.Groups["attributes"].Value)
                    .ToDictionary(a => a.Groups["name"].Value, a => WebUtility.HtmlDecode(a.Groups["value"].Value), StringComparer.Ordinal);
                var seen = hidden || (attributes.ContainsKey("hidden") && name != "input") ? null : new Seen(name, attributes, parent);
                if (seen is not null) all.Add(seen);
                if (!Void.Contains(name)) open.Push((name, seen));
            }
        }

        Elements = all;
    }

    public string Address { get; }

    public IReadOnlyList<Seen> Elements { get; }

    public string Text => Elements.Count == 0 ? "" : Elements[0].Text;

    public string? State => Elements.FirstOrDefault(e => e.Attributes.ContainsKey("data-round"))?["data-state"];

    public IEnumerable<Seen> Claims(string kind) => Elements.Where(e => e["data-claim"] == kind);

    public override string ToString() => Address;

    [GeneratedRegex("<script.*?</script>|<style.*?</style>|<!--.*?-->|<!doctype[^>]*>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Script();

    [GeneratedRegex("(?<end></(?<name>[a-z0-9]+)\\s*>)|<(?<name>[a-z0-9]+)(?<attributes>(?:\\s+[^\\s=>\"/]+(?:=\"[^\"]*\")?)*)\\s*/?>|(?<text>[^<]+)", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Token();

    [GeneratedRegex("(?<name>[^\\s=\"]+)(?:=\"(?<value>[^\"]*)\")?")]
    private static partial Regex Attribute();
}
