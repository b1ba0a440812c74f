using System.Text.Json;
using WeChatMask.Data;

namespace WeChatMask.Sandbox;

/// <summary>A file of one JSON document a line, only ever added to. What <see cref="Append"/> returned from survives a kill of the process.</summary>
/// <typeparam name="T">What a line holds.</typeparam>
public sealed class JsonLines<T> : IDisposable
{
    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    private readonly Lock gate = new();
    private readonly FileStream file;

    /// <summary>Opens the file, which is made when it does not exist, and hands every line of it to <paramref name="known"/>.</summary>
    public JsonLines(string path, Action<T> known)
    {
        // No buffer of our own: each write is one call to the system, which keeps it when this process dies.
        file = new FileStream(path, PrivateFiles.OptionsFor(FileMode.OpenOrCreate));
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        ReadOnlySpan<byte> rest = bytes;
        while (rest.IndexOf(LineEnd) is var end and >= 0)
        {
            if (Read(rest[..end]) is { } line) known(line);
            rest = rest[(end + 1)..];
        }

        // A last line without its end was being written when the process was killed: nobody was told of it, so it goes.
        if (rest.Length > 0) file.SetLength(file.Length - rest.Length);
        file.Seek(0, SeekOrigin.End);
    }

    /// <summary>Adds a line and then lets the caller remember it, both in the same order.</summary>
    public void Append(T line, Action<T> remember)
    {
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, SandboxJson.Options), .. LineEnd];
        lock (gate)
        {
            file.Write(bytes);
            remember(line);
        }
    }

    public void Dispose() => file.Dispose();

    private static T? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, SandboxJson.Options);
        }
        catch (JsonException)
        {
            // A full disk can leave half a line in the middle; the others are still good.
            return default;
        }
    }
}
