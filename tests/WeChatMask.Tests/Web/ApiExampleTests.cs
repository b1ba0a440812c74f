using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Web;

/// <summary>
/// The examples of the API's description are what a sandbox answers. <c>UPDATE_DOCS=1</c> records them anew; run once more, built
/// with them, it writes <c>docs/openapi.json</c>.
/// </summary>
public sealed class ApiExampleTests
{
    private const string Examples = "src/WeChatMask/Web/ApiExamples.json";
    private const string Description = "docs/openapi.json";

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Each_operation_has_an_example_with_the_members_that_it_really_has()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:10:00+08:00");
        var story = new ApiStory(host);
        await story.TellAsync();
        var kept = JsonNode.Parse(Repository.Read(Examples))!.AsObject();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            // One that still is as it was stays, so that a change shows itself alone.
            kept = new JsonObject(story.Told.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)(Shape(t.Value) == Shape(kept[t.Key]) ? kept[t.Key]! : t.Value).DeepClone())));
            Write(Examples, kept.ToJsonString(Written));
        }


        var other = story.Told.Where(t => Shape(t.Value) != Shape(kept[t.Key])).Select(t => $"{t.Key}\n is {Shape(t.Value)}\n not {Shape(kept[t.Key])}");
        Assert.True(!other.Any(), "Run this test with UPDATE_DOCS=1 and commit the examples:\n" + string.Join('\n', other));
        Assert.Equal([], kept.Select(k => k.Key).Except(story.Told.Keys));
        Assert.Equal([], Operations(await DescriptionAsync(host)).Where(o => !kept.ContainsKey(o)));
    }

    [Fact]
    public async Task The_page_in_the_docs_is_the_description_that_is_served()
    {
        await using var host = await SandboxHost.StartAsync();
        var served = await DescriptionAsync(host);
        // Where this one is served is nobody else's business.
        served.AsObject().Remove("servers");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1") Write(Description, served.ToJsonString(Written));
        Assert.True(
            JsonNode.DeepEquals(served, JsonNode.Parse(Repository.Read(Description))), "The API has changed: run this test with UPDATE_DOCS=1 and commit the page.");
        Assert.NotNull(served["paths"]!["/api/supervisor/levers"]!["post"]!["requestBody"]!["content"]!["application/json"]!["example"]!["fingerprint"]);
        Assert.NotNull(served["paths"]!["/api/supervisor/levers"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["example"]!["levers"]);
    }

    private static async Task<JsonNode> DescriptionAsync(SandboxHost host) => JsonNode.Parse(await host.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;

    // Those that send or answer JSON, or take no body and answer nothing.
    private static IEnumerable<string> Operations(JsonNode description) =>
        from path in description["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where operation.Value!["requestBody"] is not null || operation.Value["responses"]!.AsObject().Any(r => r.Value!["content"]?["application/json"] is not null)
        select $"{operation.Key.ToUpperInvariant()} {path.Key}";

    // Names of members, in any order; a list is as its first entry. What is null may be anything, and an empty list a list of anything.
    private static string Shape(JsonNode? node) => node switch
    {
        JsonObject members => $"{{{string.Join(' ', members.Where(m => m.Value is not null and not JsonArray { Count: 0 }).OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key}:{Shape(m.Value)}"))}}}",
        JsonArray list => $"[{Shape(list.FirstOrDefault())}]",
        null => "null",
        _ => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? "flag" : node.GetValueKind().ToString(),
    };

    private static void Write(string file, string text) => File.WriteAllText(Path.Combine(Repository.Root, file), text + "\n");
}
