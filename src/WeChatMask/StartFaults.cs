using Microsoft.Extensions.Options;

namespace WeChatMask;

/// <summary>Finds in a failed start what the operator can mend: settings, each with its key and the cure.</summary>
public static class StartFaults
{
    /// <summary>The sentences to show, or none when the failure is of another kind.</summary>
    public static IReadOnlyList<string> Of(Exception exception) => exception switch
    {
        OptionsValidationException settings => [.. settings.Failures],
        AggregateException several => [.. several.InnerExceptions.SelectMany(Of)],
        _ => [],
    };
}
