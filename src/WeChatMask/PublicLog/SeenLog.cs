using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.PublicLog;

/// <summary>How far a log was shown, and the root at that size.</summary>
public sealed record SeenSize(long Size, Hash Root, string Origin);

/// <summary>A file in which the node keeps how far the log was shown: a database that is put back does not take it back.</summary>
public sealed class SeenLog(IOptions<PublicLogSettings> settings)
{
    private string Path => settings.Value.SeenPath;

    public bool IsKept => Path.Length > 0;

    /// <summary>What the file says; null where there is none.</summary>
    /// <exception cref="StartFaultException">It says something else.</exception>
    public SeenSize? Read()
    {
        if (!IsKept || !File.Exists(Path)) return null;
        var parts = File.ReadAllText(Path).TrimEnd('\n').Split(' ');
        return parts.Length == 3 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var size) && Hash.TryParse(parts[1], out var root)
            ? new SeenSize(size, root, parts[2])
            : throw new StartFaultException($"The file {Path}, which Log:SeenPath names, does not say how far the record was published; put it back, or take it away if you know that the database is the newest.");
    }

    /// <summary>Writes it, so that whoever reads it finds the old or the new one whole, also after the machine has lost its power.</summary>
    public void Write(SeenSize seen)
    {
        if (!IsKept) return;
        if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path)) is { } folder) PrivateFiles.CreateFolder(folder);
        var beside = $"{Path}.new";
        using (var file = new FileStream(beside, PrivateFiles.OptionsFor(FileMode.Create)))
        {
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seen.Size} {seen.Root} {seen.Origin}\n")));
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, Path, overwrite: true);
    }
}
