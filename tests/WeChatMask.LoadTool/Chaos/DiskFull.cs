using System.Diagnostics;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>The disk under the database is full for a while. A small file system in memory is the disk, so this needs root.</summary>
internal sealed class DiskFull(DatabaseKind engine) : Fault(engine)
{
    private const int Megabytes = 256;
    private static readonly TimeSpan Full = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private SmallDisk? disk;
    private bool isFull;

    /// <inheritdoc />
    public override string Name => "disk-full";

    /// <inheritdoc />
    public override int Nodes => HasServer ? base.Nodes : 1;

    /// <inheritdoc />
    protected override string? Folder => disk?.Folder;

    private bool HasServer => Engine != DatabaseKind.Sqlite;

    /// <inheritdoc />
    public override async Task<DatabaseSettings> PrepareAsync()
    {
        disk = await SmallDisk.MountAsync(Directory.CreateTempSubdirectory("wechatmask-chaos-disk-").FullName, Megabytes);
        return HasServer ? await base.PrepareAsync() : Settings($"Data Source={Path.Combine(disk.Folder, "wechatmask.db")}");
    }

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var (bookings, refused) = (rush.Answers.Bookings.Count, rush.Answers.Busy);
        // SQLite's log is a file that is written from its start again and again: as large as it has become, it holds many
        // bookings on a full disk. So it is cut for as long as the fault lasts, and what it leaves is filled too.
        var broken = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(broken) < Full)
        {
            if (!HasServer) await city.Queries.CutLogAsync();
            await disk!.FillAsync();
            await Task.Delay(Look);
        }

        isFull = rush.Answers.Busy > refused;
        Notes.Add(FormattableString.Invariant($"a file system of {Megabytes} MB in memory; {rush.Answers.Bookings.Count - bookings} bookings still fitted into the files"));
        var since = Stopwatch.GetTimestamp();
        disk!.Free();
        if (HasServer && !Server.IsRunning)
        {
            Notes.Add("the server ended by itself and was started again when there was room");
            await Server.StartAsync();
        }

        return await rush.Answers.RecoveredAsync(city.Nodes, since, LongestRecovery);
    }

    /// <inheritdoc />
    public override Task<IReadOnlyList<string>> CheckAsync(ChaosCity city, Answers answers) =>
        Task.FromResult<IReadOnlyList<string>>(isFull ? [] : ["the disk never got full, so nothing was tried"]);

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (disk is not null) await disk.DisposeAsync();
    }
}
