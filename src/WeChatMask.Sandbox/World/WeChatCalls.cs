using System.Text.Json;
using System.Text.Json.Nodes;

namespace WeChatMask.Sandbox;

/// <summary>One call of the app to WeChat's API, without what must not be shown.</summary>
/// <param name="At">When, by the sandbox's clock.</param>
/// <param name="Method">GET or POST.</param>
/// <param name="Path">Below the API's base address.</param>
/// <param name="Query">Parameters; secrets are stars.</param>
/// <param name="Body">The JSON sent, if any; secrets are stars.</param>
public sealed record WeChatCall(DateTimeOffset At, string Method, string Path, IReadOnlyDictionary<string, string> Query, JsonNode? Body);

/// <summary>The newest calls of the app to WeChat's API.</summary>
public sealed class WeChatCalls
{
    private const int Most = 2_000;
    private const string Stars = "***";

    private static readonly string[] Secret = ["secret", "access_token", "code", "refresh_token"];

    private readonly Lock gate = new();
    private readonly Queue<WeChatCall> calls = new();

    /// <summary>How many there have been, forgotten ones too.</summary>
    public long Count { get; private set; }

    /// <summary>All that are remembered, newest last.</summary>
    public IReadOnlyList<WeChatCall> All
    {
        get
        {
            lock (gate) return [.. calls];
        }
    }

    /// <summary>Remembers a call.</summary>
    public void Add(DateTimeOffset at, HttpRequest request, string path, string body)
    {
        var query = request.Query.ToDictionary(q => q.Key, q => IsSecret(q.Key) ? Stars : q.Value.ToString(), StringComparer.Ordinal);
        var call = new WeChatCall(at, request.Method, path, query, Mask(body));
        lock (gate)
        {
            Count++;
            calls.Enqueue(call);
            if (calls.Count > Most) calls.Dequeue();
        }
    }

    private static bool IsSecret(string name) => Secret.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static JsonNode? Mask(string body)
    {
        if (body.Length == 0) return null;
        try
        {
            var node = JsonNode.Parse(body);
            if (node is JsonObject fields)
            {
                foreach (var name in fields.Select(f => f.Key).Where(IsSecret).ToList()) fields[name] = Stars;
            }

            return node;
        }
        catch (JsonException)
        {
            return JsonValue.Create(body);
        }
    }
}
