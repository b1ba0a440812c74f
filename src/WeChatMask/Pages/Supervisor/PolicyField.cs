using WeChatMask.Domain;

namespace WeChatMask.Pages.Supervisor;

/// <summary>One field of the rules' form: <c>Hint_</c> and <c>Unit_</c> with its name say what to write. Mode is an input's, or <c>lines</c>, <c>flag</c> or <c>choice</c>.</summary>
public sealed record PolicyField(string Name, string? Value, string Mode)
{
    public PolicyField(string name, bool value)
        : this(name, value ? "true" : null, "flag")
    {
    }

    public PolicyField(string name, Enum value)
        : this(name, value?.ToString(), "choice") => Choices = Enum.GetNames(value!.GetType());

    public IReadOnlyList<string> Choices { get; init; } = [];

    public IReadOnlyList<PolicyFault> Faults { get; init; } = [];
}
