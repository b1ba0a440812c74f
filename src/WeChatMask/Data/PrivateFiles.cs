namespace WeChatMask.Data;

/// <summary>Files and folders that only the program's own user may look into, whatever the umask: they hold people's data.</summary>
public static class PrivateFiles
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnersFile | UnixFileMode.UserExecute;

    /// <summary>Makes a folder, with those above it that are missing; one that is there stays as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnersFolder);
    }

    /// <summary>Makes a file for its owner alone, with its folder; one that is there stays as it is.</summary>
    public static void Create(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) CreateFolder(folder);
        if (File.Exists(path)) return;
        using var file = new FileStream(path, OptionsFor(FileMode.OpenOrCreate));
    }

    /// <summary>How to open a file that is made for its owner alone when it is new.</summary>
    public static FileStreamOptions OptionsFor(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnersFile;
        return options;
    }
}
