using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>Holds a document against what a policy is made of, and names every member that is missing, unknown or of another kind.</summary>
/// <remarks>It goes by the same contract as the reading itself, so that what passes here can be read.</remarks>
internal static class PolicyShape
{
    public static IReadOnlyList<PolicyFault> Judge(JsonElement document, JsonSerializerOptions json)
    {
        var faults = new List<PolicyFault>();
        Judge(document, typeof(Policy), "", json, faults);
        return faults;
    }

    private static void Judge(JsonElement value, Type type, string path, JsonSerializerOptions json, List<PolicyFault> faults)
    {
        var contract = json.GetTypeInfo(type);
        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Object when value.ValueKind == JsonValueKind.Object:
                JudgeMembers(value, contract, path, json, faults);
                break;
            case JsonTypeInfoKind.Enumerable when value.ValueKind == JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray()) Judge(item, contract.ElementType!, $"{path}[{index++}]", json, faults);
                break;
            case JsonTypeInfoKind.Dictionary when value.ValueKind == JsonValueKind.Object:
                foreach (var entry in value.EnumerateObject()) Judge(entry.Value, contract.ElementType!, $"{path}['{entry.Name}']", json, faults);
                break;
            case JsonTypeInfoKind.None when CanRead(value, type, json):
                break;
            default:
                faults.Add(value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? new PolicyFault(path, PolicyProblem.Missing) : OfKind(path, contract, type));
                break;
        }
    }

    private static void JudgeMembers(JsonElement value, JsonTypeInfo contract, string path, JsonSerializerOptions json, List<PolicyFault> faults)
    {
        var there = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var given in value.EnumerateObject())
        {
            there.Add(given.Name);
            var member = contract.Properties.FirstOrDefault(p => p.Name.Equals(given.Name, StringComparison.OrdinalIgnoreCase) && p.AssociatedParameter is not null);
            var place = path.Length == 0 ? given.Name : $"{path}.{given.Name}";
            if (member is null) faults.Add(new PolicyFault(place, PolicyProblem.Unknown));
            else if (given.Value.ValueKind != JsonValueKind.Null || !member.AssociatedParameter!.IsNullable) Judge(given.Value, member.PropertyType, place, json, faults);
        }

        foreach (var member in contract.Properties.Where(p => p.IsRequired && !there.Contains(p.Name)))
            faults.Add(new PolicyFault(path.Length == 0 ? member.Name : $"{path}.{member.Name}", PolicyProblem.Missing));
    }

    private static bool CanRead(JsonElement value, Type type, JsonSerializerOptions json)
    {
        try
        {
            return value.ValueKind != JsonValueKind.Null && value.Deserialize(type, json) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static PolicyFault OfKind(string path, JsonTypeInfo contract, Type type) => contract.Kind switch
    {
        JsonTypeInfoKind.Enumerable => new(path, PolicyProblem.List),
        JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => new(path, PolicyProblem.Group),
        _ when type.IsEnum => new(path, PolicyProblem.Choice, string.Join('/', Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))),
        _ when type == typeof(int) => new(path, PolicyProblem.Number),
        _ when type == typeof(bool) => new(path, PolicyProblem.Truth),
        _ when type == typeof(DateOnly) => new(path, PolicyProblem.Date),
        _ when type == typeof(DayTime) => new(path, PolicyProblem.Time),
        _ => new(path, PolicyProblem.Text),
    };
}
