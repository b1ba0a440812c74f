using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace WeChatMask.Tests.Architecture;

/// <summary>Every action that is written into the audit has a Chinese text for whoever reads it.</summary>
public sealed partial class AuditTextTests
{
    private const string Prefix = "Action_";

    [Fact]
    public void Every_action_has_its_text()
    {
        var texts = XDocument.Parse(Repository.Read("src/WeChatMask/Text/AuditLines.resx")).Descendants("data")
            .Select(d => d.Attribute("name")!.Value).Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => n[Prefix.Length..]).ToHashSet(StringComparer.Ordinal);
        var written = Repository.Files("src", ".cs").Select(f => (File: f, Text: Repository.Read(f))).Where(f => Writes().IsMatch(f.Text)).ToList();
        var actions = written.SelectMany(f => ActionsOf(f.Text)).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(actions.Count > 30, $"Only {actions.Count} actions were found.");
        Assert.DoesNotContain(actions, a => !texts.Contains(a));
        // An action that is put together has no text that could be looked for.
        Assert.Empty(written.Where(f => PutTogether().IsMatch(f.Text)).Select(f => f.File));
    }

    [Fact]
    public void What_is_no_action_is_told_from_one()
    {
        Assert.Equal(["staff.new_thing", "list.read"], ActionsOf("""AuditStore.AddAsync(t, now, x ? "staff.new_thing" : "list.read", "2020.1", "b.number", $"{a}.b")"""));
        Assert.Matches(PutTogether(), "$\"pharmacy.{status}\"");
    }

    private static IEnumerable<string> ActionsOf(string text) => Literals().Matches(text).Select(m => m.Groups[1].Value);

    [GeneratedRegex(@"AuditStore\.|AuditAsync\(")]
    private static partial Regex Writes();

    [GeneratedRegex("\"([a-z]{3,}\\.[a-z_]+)\"")]
    private static partial Regex Literals();

    [GeneratedRegex("\\$\"[a-z]{3,}\\.\\{")]
    private static partial Regex PutTogether();
}
