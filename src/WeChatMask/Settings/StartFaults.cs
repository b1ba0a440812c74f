using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace WeChatMask.Settings;

/// <summary>Finds in a failed start what the operator can mend: settings, each with its key and the cure.</summary>
public static class StartFaults
{
    /// <summary>The sentences to show, or none when the failure is of another kind.</summary>
    public static IReadOnlyList<string> Of(Exception exception) => exception switch
    {
        OptionsValidationException settings => [.. settings.Failures],
        StartFaultException fault => [fault.Message],
        IOException { InnerException: AddressInUseException } port => [port.Message],
        AggregateException several => [.. several.InnerExceptions.SelectMany(Of)],
        _ => [],
    };
}

/// <summary>A start that cannot succeed before an operator has done something, which the message says.</summary>
public sealed class StartFaultException : InvalidOperationException
{
    /// <summary>Without a sentence, which is of no use to an operator.</summary>
    public StartFaultException()
    {
    }

    public StartFaultException(string message)
        : base(message)
    {
    }

    /// <summary>With the sentence, and what it was made of.</summary>
    public StartFaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Keeps the host quiet about a failed start: whoever started it says in a sentence what is to be mended.</summary>
/// <remarks>The host writes a failure with its whole stack trace before it throws it.</remarks>
internal sealed class StartLog
{
    private const string Host = "Microsoft.Extensions.Hosting.Internal.Host";
    private volatile bool hasStarted;

    /// <summary>Makes it, and lets it see what the host writes.</summary>
    public static StartLog For(ILoggingBuilder logging)
    {
        var log = new StartLog();
        logging.AddFilter(Host, level => log.hasStarted ? level >= LogLevel.Information : level < LogLevel.Error && level >= LogLevel.Information);
        return log;
    }

    /// <summary>From now on what the host writes is no matter of the start.</summary>
    public void End() => hasStarted = true;
}
