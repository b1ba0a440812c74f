using System.Text.Json;
using System.Text.Json.Nodes;

namespace WeChatMask.Tests.Support;

/// <summary>Dated rules as a supervisor changes them.</summary>
internal static class Policies
{
    /// <summary>The version with the newest date, to be changed.</summary>
    public static async Task<JsonNode> NewestAsync(HttpClient supervisor) =>
        JsonNode.Parse((await supervisor.GetJsonAsync("/api/supervisor/policies")).GetProperty("policies")[0].GetProperty("policy").GetRawText())!;

    /// <summary>Asks what a policy would do.</summary>
    public static Task<(int Status, JsonElement Body)> PreviewAsync(HttpClient supervisor, JsonNode policy) =>
        supervisor.PostAsync("/api/supervisor/policies/preview", new { policy });

    /// <summary>Adds a policy.</summary>
    public static Task<(int Status, JsonElement Body)> AddAsync(HttpClient supervisor, JsonNode policy, string? reason = "调整说明", string? beforeId = null) =>
        supervisor.PostAsync("/api/supervisor/policies", new { policy, reason, beforeId });
}
