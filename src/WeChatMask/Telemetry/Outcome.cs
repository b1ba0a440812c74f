using System.Collections.Frozen;
using System.Text.Json;

namespace WeChatMask.Telemetry;

/// <summary>A tag's text for what ended in one of several ways.</summary>
public static class Outcome
{
    /// <summary>A member of an enumeration in snake case, as refusals stand in answers.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.All[value];

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> All =
            Enum.GetValues<T>().ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));
    }
}
