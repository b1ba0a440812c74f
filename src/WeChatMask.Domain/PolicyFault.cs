namespace WeChatMask.Domain;

/// <summary>What is wrong with one member of a policy.</summary>
/// <param name="Member">Where it stands in the document, as <c>windows[1].closes</c>; nothing for the whole.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Values">What the sentence names: bounds, the character, the text.</param>
public sealed record PolicyFault(string Member, PolicyProblem Problem, params IReadOnlyList<object> Values)
{
    public override string ToString() => Values.Count == 0 ? $"{Member}: {Problem}" : $"{Member}: {Problem} ({string.Join(", ", Values)})";
}

/// <summary>Each has its sentence in <c>Text/Rules.resx</c>.</summary>
public enum PolicyProblem
{
    /// <summary>It is not there, empty or null.</summary>
    Missing,

    /// <summary>There is no such member.</summary>
    Unknown,

    /// <summary>A whole number is needed, such as the first value.</summary>
    Number,

    /// <summary>An amount in yuan is needed.</summary>
    Money,
    Date,
    Time,

    /// <summary>A line of a form that is no window, or no places.</summary>
    WindowLine,
    PlacesLine,
    Text,
    Truth,

    /// <summary>One of the values, joined.</summary>
    Choice,
    List,
    Group,

    /// <summary>Outside of the two values.</summary>
    Range,

    /// <summary>More characters than the value.</summary>
    TooLong,

    /// <summary>The value cannot be shown.</summary>
    Control,

    /// <summary>The end is not after the begin.</summary>
    EndsFirst,

    /// <summary>It begins before the one before has ended.</summary>
    Overlaps,

    /// <summary>There is no <c>*</c>.</summary>
    NoDefault,

    /// <summary>A figure a window: so many are needed, and so many are there.</summary>
    PlacesCount,

    /// <summary>Neither a group nor a pharmacy of the city.</summary>
    UnknownPharmacy,

    /// <summary>Later than the pickup's end, the value.</summary>
    AfterPickup,
}
