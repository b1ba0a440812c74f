using System.Collections.Concurrent;
using System.Text.Json;

namespace WeChatMask.Tests.Support;

/// <summary>The cases of one file in <c>Vectors/</c>, by id, so that each shows up as a test of its own.</summary>
internal static class VectorFile
{
    private static readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, JsonElement>> Files = new(StringComparer.Ordinal);

    public static TheoryData<string> Ids(string file) => new(Cases(file).Keys);

    /// <summary>Of a file that holds several kinds.</summary>
    public static TheoryData<string> Ids(string file, string kind) => new(Cases(file).Where(c => c.Value.Text("kind") == kind).Select(c => c.Key));

    public static JsonElement Case(string file, string id) => Cases(file)[id];

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static string? OptionalText(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static IReadOnlyDictionary<string, JsonElement> Cases(string file) => Files.GetOrAdd(file, name =>
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", name)));
        var cases = document.RootElement.GetProperty("cases").EnumerateArray().ToDictionary(item => item.Text("id"), item => item.Clone(), StringComparer.Ordinal);
        Assert.Equal(document.RootElement.GetProperty("count").GetInt32(), cases.Count);
        return cases;
    });
}
