using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>A small file system in memory that can be filled to its last block. Only root may mount it.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string ballast;

    private SmallDisk(string folder)
    {
        Folder = folder;
        ballast = Path.Combine(folder, "ballast");
    }

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    /// <summary>Mounts an empty one.</summary>
    public static async Task<SmallDisk> MountAsync(string folder, int megabytes = 384)
    {
        Directory.CreateDirectory(folder);
        await Shell.RunAsync("mount", "-t", "tmpfs", "-o", FormattableString.Invariant($"size={megabytes}m"), "tmpfs", folder);
        return new SmallDisk(folder);
    }

    /// <summary>Takes what room is left.</summary>
    public async Task FillAsync()
    {
        var block = new byte[4096];
        await using var file = new FileStream(ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true) await file.WriteAsync(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(ballast);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Shell.RunAsync("umount", "-l", Folder);
        Directory.Delete(Folder);
    }
}
