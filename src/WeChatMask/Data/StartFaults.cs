using System.Data.Common;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>The table from what stops a program to the sentences that say it, and to what the process ends with.</summary>
public static partial class StartFaults
{
    // What the system says of a full disk, a full quota, and of a file or port that is held.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int TryAgain = 11;

    /// <summary>What there is to say of a failure, at least one sentence; what is in no row is said with its type, since it may be a defect.</summary>
    public static IReadOnlyList<StartFault> Of(Exception exception) => exception switch
    {
        AggregateException several => [.. several.InnerExceptions.SelectMany(Of)],
        OptionsValidationException settings => [.. settings.Failures.Select(f => new StartFault(OneLine(f)))],
        StartFaultException fault => [new StartFault(OneLine(fault.Message), fault.ExitCode)],
        DbException database => [OfDatabase(database)],
        SocketException socket => [OfSocket(socket, socket.Message)],
        IOException { InnerException: AddressInUseException } port => [new StartFault(OneLine(port.Message), ExitCodes.NotYet)],
        IOException { InnerException: SocketException socket } address => [OfSocket(socket, address.Message)],
        InvalidDataException { InnerException: { } inner } file => [new StartFault(OneLine($"{file.Message} {Innermost(inner).Message}"))],
        DirectoryNotFoundException folder when folder.Message.StartsWith('/') => [new StartFault(OneLine($"There is no folder {folder.Message}"))],
        IOException file => [OfFile(file)],
        UnauthorizedAccessException file => [new StartFault(OneLine(file.Message))],
        CryptographicException certificate => [new StartFault(OneLine($"A certificate or key cannot be read: {certificate.Message}"))],
        // A city's file or a copy of one that cannot be used, and what a command will not do.
        InvalidDataException file => [new StartFault(OneLine(file.Message))],
        JsonException file => [new StartFault(OneLine($"The file is no JSON that can be read: {file.Message}"))],
        InvalidOperationException setting when UnreadableSetting().Match(setting.Message) is { Success: true } match =>
            [new StartFault($"{match.Groups["key"].Value} must be {KindOf(match.Groups["type"].Value)}.")],
        // The server of certificates and addresses, and the log of its levels.
        InvalidOperationException or FormatException or ArgumentException when IsOfHost(exception.Source) =>
            [new StartFault(OneLine($"A setting of the server or its log is wrong: {exception.Message}"))],
        { InnerException: { } inner } and (TypeInitializationException or System.Reflection.TargetInvocationException) => Of(inner),
        InvalidOperationException or NotSupportedException or ArgumentException when IsOurs(exception.Source) =>
            [new StartFault(OneLine(exception.Message))],
        _ => [new StartFault(OneLine($"{exception.GetType().Name}: {exception.Message}"))],
    };

    /// <summary>A message on one line, as its first sentence or sentences stand.</summary>
    internal static string OneLine(string message) => Breaks().Replace(message, " ").Trim();

    private static StartFault OfDatabase(DbException exception) =>
        SqliteEngine.FaultOf(exception) ?? PostgreSqlEngine.FaultOf(exception) ?? MySqlEngine.FaultOf(exception)
        ?? NoAnswer(exception);

    /// <summary>A database that cannot be reached, or takes nothing just now.</summary>
    internal static StartFault NoAnswer(DbException exception) =>
        new(OneLine($"The database that Database:ConnectionString names does not answer: {exception.Message}"), ExitCodes.NotYet);

    /// <summary>A database that answers, and will not have it.</summary>
    internal static StartFault Refusal(DbException exception) =>
        new(OneLine($"The database that Database:ConnectionString names refuses: {exception.Message}"));

    private static StartFault OfSocket(SocketException socket, string message) => new(
        OneLine(socket.SocketErrorCode == SocketError.AddressNotAvailable ? $"{message}: an address to listen on is not one of this machine's." : message),
        socket.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AccessDenied ? ExitCodes.Mend : ExitCodes.NotYet);

    private static StartFault OfFile(IOException file) => new(
        OneLine(file.Message),
        (file.HResult & 0xffff) is NoSpace or QuotaExceeded or TryAgain || file.Message.Contains("used by another process", StringComparison.Ordinal)
            ? ExitCodes.NotYet
            : ExitCodes.Mend);

    private static bool IsOurs(string? source) => source?.StartsWith(nameof(WeChatMask), StringComparison.Ordinal) == true;

    private static bool IsOfHost(string? source) =>
        source is not null && (source.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || source.StartsWith("Microsoft.Extensions.Logging", StringComparison.Ordinal));

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;

    private static string KindOf(string type)
    {
        if (typeof(StartFaults).Assembly.GetType(type) is { IsEnum: true } choices) return $"one of {string.Join(", ", Enum.GetNames(choices))}";
        return type switch
        {
            "System.Boolean" => "true or false",
            "System.Int32" or "System.Int64" => "a whole number that fits",
            "System.Double" or "System.Decimal" => "a number",
            "System.TimeSpan" => "a length of time, such as 00:00:05",
            "System.TimeOnly" => "a time of day, such as 08:00",
            _ => $"a {type}",
        };
    }

    [GeneratedRegex(@"^Failed to convert configuration value.* at '(?<key>[^']+)' to type '(?<type>[^']+)'", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UnreadableSetting();

    [GeneratedRegex(@"\s*[\r\n]+\s*", RegexOptions.None, 1000)]
    private static partial Regex Breaks();
}
