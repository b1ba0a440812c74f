using System.Diagnostics;
using WeChatMask.Data;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>The disk under SQLite is full for a while. A small file system in memory is the disk, so this needs root.</summary>
internal sealed class DiskFull : Fault
{
    private static readonly TimeSpan Full = TimeSpan.FromSeconds(15);
    private readonly string disk = Directory.CreateTempSubdirectory("wechatmask-chaos-disk-").FullName;
    private bool mounted;

    /// <inheritdoc />
    public override string Name => "disk-full";

    /// <inheritdoc />
    public override int Nodes => 1;

    /// <inheritdoc />
    public override async Task<DatabaseSettings> PrepareAsync()
    {
        await Shell.RunAsync("mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", disk);
        mounted = true;
        return new DatabaseSettings { Engine = DatabaseKind.Sqlite, ConnectionString = $"Data Source={Path.Combine(disk, "wechatmask.db")}" };
    }

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var ballast = Path.Combine(disk, "ballast");
        await FillAsync(ballast);
        var before = rush.Answers.Bookings.Count;
        await Task.Delay(Full);
        Notes.Add(FormattableString.Invariant($"a file system of 256 MB in memory; {rush.Answers.Bookings.Count - before} bookings still fitted into the files as they were"));
        var since = Stopwatch.GetTimestamp();
        File.Delete(ballast);
        return await rush.Answers.RecoveredAsync(city.Nodes, since, LongestRecovery);
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (mounted) await Shell.RunAsync("umount", "-l", disk);
        Directory.Delete(disk);
    }

    private static async Task FillAsync(string path)
    {
        var block = new byte[4096];
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true) await file.WriteAsync(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
