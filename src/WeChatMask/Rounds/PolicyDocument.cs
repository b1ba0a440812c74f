using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>A policy as JSON: as it is stored, imported, sent and shown.</summary>
public static class PolicyDocument
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new ClockTime() },
    };

    /// <exception cref="JsonException">It is not a policy.</exception>
    public static Policy Parse(string document) =>
        JsonSerializer.Deserialize<Policy>(document, Json) ?? throw new JsonException("The policy is empty.");

    public static string Write(Policy policy) => JsonSerializer.Serialize(policy, Json);

    private sealed class ClockTime : JsonConverter<TimeOnly>
    {
        public override TimeOnly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TimeOnly.TryParseExact(reader.GetString(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? time
                : throw new JsonException("A time of day is written HH:mm.");

        public override void Write(Utf8JsonWriter writer, TimeOnly value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString("HH:mm", CultureInfo.InvariantCulture));
    }
}
