using System.Buffers.Binary;
using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>What can be told of a database's file before it is opened.</summary>
internal static class SqliteFile
{
    private const int HeaderBytes = 100;
    private const int PageSizeAt = 16;
    private const int ChangesAt = 24;
    private const int PagesAt = 28;
    private const int PagesValidForAt = 92;

    public static StartFault Damaged { get; } =
        new("The file that Database:ConnectionString names is damaged or no database; put a backup in its place (restore FILE).");

    /// <summary>Refuses a file that is shorter than its own header says; the database itself notices only when it reads what is missing.</summary>
    /// <exception cref="StartFaultException">It is shorter.</exception>
    public static void RefuseIfCut(string file)
    {
        // What is not yet copied from the log may well be missing in the file.
        if (!File.Exists(file) || new FileInfo(file + "-wal") is { Exists: true, Length: > 0 }) return;
        Span<byte> header = stackalloc byte[HeaderBytes];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var read = stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        if (read == 0) return;
        if (read < HeaderBytes) throw new StartFaultException(Damaged.Sentence);
        // An old program leaves a number of pages that is not of the last change.
        if (!header.Slice(ChangesAt, 4).SequenceEqual(header.Slice(PagesValidForAt, 4))) return;
        long size = BinaryPrimitives.ReadUInt16BigEndian(header[PageSizeAt..]) is var bytes && bytes == 1 ? 65536 : bytes;
        if (BinaryPrimitives.ReadUInt32BigEndian(header[PagesAt..]) * size > stream.Length) throw new StartFaultException(Damaged.Sentence);
    }
}
