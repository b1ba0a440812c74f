using System.Text.Json;

namespace WeChatMask.Tests.Domain;

/// <summary>Reads the project's own test vectors, which the build copies beside the tests.</summary>
internal static class VectorFile
{
    public static IReadOnlyList<JsonElement> Cases(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Vectors", name + ".json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = document.RootElement;
        var cases = root.GetProperty("cases").EnumerateArray().Select(one => one.Clone()).ToList();
        Assert.Equal(root.GetProperty("count").GetInt32(), cases.Count);
        return cases;
    }

    public static JsonElement Case(string name, string id) =>
        Cases(name).Single(one => one.GetProperty("id").ValueEquals(id));

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static string? OptionalText(this JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) ? value.GetString() : null;
}
