using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>The city's dated policies. A stored version never changes, so each is parsed once per process.</summary>
public sealed class PolicyBook
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new ClockTime() },
    };

    private readonly ConcurrentDictionary<long, Policy> parsed = new();

    /// <summary>Reads a policy document.</summary>
    /// <exception cref="JsonException">It is not a policy.</exception>
    public static Policy Parse(string document) =>
        JsonSerializer.Deserialize<Policy>(document, Json) ?? throw new JsonException("The policy is empty.");

    public static string Write(Policy policy) => JsonSerializer.Serialize(policy, Json);

    public async Task<Policy> GetAsync(DbConnection connection, DbTransaction? transaction, long id)
    {
        if (parsed.TryGetValue(id, out var known)) return known;
        return parsed.GetOrAdd(id, Parse(await PolicyQueries.DocumentAsync(connection, transaction, id)));
    }

    /// <summary>All versions with their rules, in the order they were stored.</summary>
    public async Task<IReadOnlyList<(StoredPolicy Stored, Policy Policy)>> AllAsync(DbConnection connection, DbTransaction? transaction)
    {
        var all = new List<(StoredPolicy, Policy)>();
        foreach (var stored in await PolicyQueries.AllAsync(connection, transaction)) all.Add((stored, await GetAsync(connection, transaction, stored.Id)));
        return all;
    }

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
