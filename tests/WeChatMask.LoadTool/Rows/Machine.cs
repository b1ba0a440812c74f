using System.Globalization;

namespace WeChatMask.LoadTool.Rows;

/// <summary>On what a table was measured.</summary>
internal static class Machine
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>The table's head.</summary>
    public static void Print(int pairs)
    {
        var model = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() : null;
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores shared with the load ({model ?? "unknown"}), {memory:0} GB, load {load} before, .NET {Environment.Version}, medians of {pairs} runs by turns (least-most)."));
        Console.WriteLine("Durable: SQLite WAL with synchronous=FULL; PostgreSQL fsync and synchronous_commit on; MariaDB innodb_flush_log_at_trx_commit=1; Redis appendfsync always.");
        Console.WriteLine("The production program with production's settings, rate limits on, https as told by a proxy; keep-alive connections.");
        Console.WriteLine();
        Console.WriteLine("| what | figure | target | |");
        Console.WriteLine("|---|---|---|---|");
    }
}
