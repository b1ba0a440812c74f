using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace WeChatMask.Tests.Architecture;

/// <summary>Makes the list of settings from their classes: names and defaults from the built code, meanings from its doc comments.</summary>
internal sealed partial class ConfigurationPage
{
    private const string AnyKey = "NAME";
    private readonly Dictionary<string, XElement> comments = XDocument.Load(Path.ChangeExtension(typeof(WeChatMaskApp).Assembly.Location, ".xml"))
        .Descendants("member").ToDictionary(m => m.Attribute("name")!.Value, StringComparer.Ordinal);

    private readonly StringBuilder page = new();
    private readonly List<(string Key, Type Type)> parts = [];

    /// <summary>Settings without a comment, by their keys.</summary>
    public List<string> Silent { get; } = [];

    public string Write(IEnumerable<KeyValuePair<string, Type>> sections)
    {
        foreach (var (name, type) in sections)
        {
            WriteSection([name], type);
            while (parts.Count > 0)
            {
                // What stands at several places of a section, such as a template, is said once for all of them.
                var next = parts[0].Type;
                var keys = parts.Where(p => p.Type == next).Select(p => p.Key).ToList();
                parts.RemoveAll(p => p.Type == next);
                WriteSection(keys, next);
            }
        }

        return page.ToString();
    }

    private void WriteSection(IReadOnlyList<string> keys, Type type)
    {
        var depth = keys[0].Contains(':', StringComparison.Ordinal) ? "###" : "##";
        page.Append(CultureInfo.InvariantCulture, $"\n{depth} {string.Join(", ", keys.Select(k => $"`{k}`"))}\n\n{Meaning($"T:{type.FullName}", keys[0])}\n\n");
        page.Append("| key | default | meaning |\n|---|---|---|\n");
        var defaults = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties().Where(p => p.SetMethod is { IsPublic: true } || p.GetValue(defaults) is IEnumerable and not string))
        {
            var key = property.Name + Suffix(property.PropertyType);
            var meaning = Meaning($"P:{property.DeclaringType!.FullName}.{property.Name}", $"{keys[0]}:{property.Name}") + Choices(property.PropertyType);
            page.Append(CultureInfo.InvariantCulture, $"| `{key}` | {Default(property.GetValue(defaults))} | {meaning} |\n");
            if (PartOf(property.PropertyType) is { } part && part != type) parts.AddRange(keys.Select(k => ($"{k}:{key}", part)));
        }
    }

    // A section below: an object, or the entries of a list or a dictionary of objects.
    private static Type? PartOf(Type type)
    {
        var inner = type.IsGenericType ? type.GetGenericArguments()[^1] : type;
        return inner.IsClass && inner != typeof(string) ? inner : null;
    }

    private static string Suffix(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsGenericType: true } t when t.GetGenericTypeDefinition() == typeof(Dictionary<,>) => $":{AnyKey}",
        { IsGenericType: true } t when t.GetGenericTypeDefinition() == typeof(List<>) => ":0",
        _ => "",
    };

    private static string Default(object? value) => value switch
    {
        bool b => b ? "`true`" : "`false`",
        TimeOnly time => $"`{time.ToString("HH:mm", CultureInfo.InvariantCulture)}`",
        string { Length: > 0 } or ValueType => $"`{string.Create(CultureInfo.InvariantCulture, $"{value}")}`",
        _ => "",
    };

    private string Choices(Type type) => type.IsEnum
        ? " " + string.Join(" ", Enum.GetNames(type).Select(n => $"`{n}`: {LowerFirst(Meaning($"F:{type.FullName}.{n}", n))}"))
        : "";

    private string Meaning(string member, string key)
    {
        if (comments.GetValueOrDefault(member)?.Element("summary") is { } summary) return Blanks().Replace(Text(summary), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
        Silent.Add(key);
        return "";
    }

    private static string Text(XElement element) => string.Concat(element.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")!.Value.Split('.')[^1]}`",
        XElement other => Text(other),
        _ => "",
    }));

    private static string LowerFirst(string text) => text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
