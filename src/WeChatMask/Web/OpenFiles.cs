using System.Globalization;

namespace WeChatMask.Web;

/// <summary>How many connections this process may hold. The runtime ends a process that can open no file more.</summary>
public static class OpenFiles
{
    // Every library that is loaded holds two, some 400 in all.
    private const int LeastReserve = 700;
    private const int MostReserve = 2_000;

    /// <summary>What a process may have where the system does not say.</summary>
    private const int Usual = 1_024;

    private const string Line = "Max open files";

    /// <summary>Whoever comes beyond that is turned away at once. The rest is kept for databases, files and the runtime.</summary>
    public static int Connections { get; } = ConnectionsOf(Limit());

    /// <summary>A part of them: whoever listens for hours leaves room for those who ask and go.</summary>
    public static int Listeners { get; } = Connections / 4 * 3;

    internal static int ConnectionsOf(int limit) => Math.Max(1, limit - Math.Clamp(limit / 10, LeastReserve, MostReserve));

    // The runtime has raised it to what it may be by now.
    private static int Limit()
    {
        try
        {
            var words = File.ReadLines("/proc/self/limits").FirstOrDefault(l => l.StartsWith(Line, StringComparison.Ordinal))?[Line.Length..]
                .Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words is [var soft, ..] && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? (int)Math.Min(limit, int.MaxValue) : Usual;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Usual;
        }
    }
}
