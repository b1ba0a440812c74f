namespace WeChatMask.Settings;

/// <summary>How a program ends, for whoever started it: systemd starts again after each but <see cref="Mend"/>.</summary>
public static class ExitCodes
{
    /// <summary>Done, or stopped as it was told to.</summary>
    public const int Stopped = 0;

    /// <summary>A setting, a file or the command line must be mended first; starting again would be in vain. Also a check that found something wrong.</summary>
    public const int Mend = 1;

    /// <summary>Something is not there yet, such as the database, a port or space on a disk; starting again later may do. EX_TEMPFAIL of sysexits.h.</summary>
    public const int NotYet = 75;
}

/// <summary>Why a program cannot go on.</summary>
/// <param name="Sentence">One line, fit to print.</param>
/// <param name="ExitCode">One of <see cref="ExitCodes"/>.</param>
public sealed record StartFault(string Sentence, int ExitCode = ExitCodes.Mend);

/// <summary>A start that cannot succeed before an operator has done something, which the message says.</summary>
public class StartFaultException : InvalidOperationException
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
    public StartFaultException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What the process ends with; one of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; init; } = ExitCodes.Mend;
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
