using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace WeChatMask.Pages.Public;

/// <summary>A program by which anybody checks the public log without this site, to be kept and handed on.</summary>
public sealed record CheckTool(string Name, string Type, ReadOnlyMemory<byte> Content)
{
    private const int TagLength = 32;

    public static IReadOnlyList<CheckTool> All { get; } = [Read("check.html", "text/html; charset=utf-8"), Read("check.py", "text/plain; charset=utf-8")];

    public string Path => $"/tools/{Name}";

    /// <summary>SHA-256 of what is handed out, as <c>sha256sum</c> prints it.</summary>
    public string Fingerprint { get; } = Convert.ToHexStringLower(SHA256.HashData(Content.Span));

    // To be saved: what runs in it, this site's pages may not run.
    internal IResult Answer(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=60";
        return TypedResults.Bytes(Content, Type, Name, entityTag: new EntityTagHeaderValue($"\"{Fingerprint[..TagLength]}\""));
    }

    private static CheckTool Read(string name, string type)
    {
        using var stream = typeof(CheckTool).Assembly.GetManifestResourceStream($"tools/{name}")!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new CheckTool(name, type, content);
    }
}
