using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>A policy as JSON: as it is stored, imported, sent and shown.</summary>
public static class PolicyDocument
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new ClockTime() },
    };

    /// <summary>A stored one.</summary>
    /// <exception cref="JsonException">It is not a policy.</exception>
    public static Policy Parse(string document) =>
        JsonSerializer.Deserialize<Policy>(document, Json) ?? throw new JsonException("The policy is empty.");

    /// <summary>One that comes from outside, or all that is wrong with it. Whether the city has its pharmacies is for the caller to say.</summary>
    public static (Policy? Policy, IReadOnlyList<PolicyFault> Faults) Read(JsonElement document)
    {
        var faults = PolicyShape.Judge(document, Json);
        if (faults.Count > 0) return (null, faults);
        var policy = document.Deserialize<Policy>(Json)!;
        return policy.Faults() is { Count: > 0 } wrong ? (null, wrong) : (policy, []);
    }

    public static string Write(Policy policy) => JsonSerializer.Serialize(policy, Json);

    private sealed class ClockTime : JsonConverter<DayTime>
    {
        public override DayTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            (reader.TokenType == JsonTokenType.String ? DayTime.TryParse(reader.GetString()) : null) ?? throw new JsonException("A time of day is written HH:mm, up to 24:00.");

        public override void Write(Utf8JsonWriter writer, DayTime value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
