using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Tests.Support;

/// <summary>Looks for secrets in whatever form somebody may have written them down.</summary>
internal sealed class Traces
{
    private readonly List<(string Name, byte[][] Forms)> secrets = [];

    /// <summary>What it looks for.</summary>
    public IReadOnlySet<string> Names => secrets.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Looks for a text too, and for its bare hash, which could be searched through. One that is a hash itself is looked for as its bytes.</summary>
    public void Add(string name, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        byte[] decoded = text.Length == 43 && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : [];
        secrets.Add((name, [utf8, .. FormsOf(decoded), .. FormsOf(utf8), .. FormsOf(SHA256.HashData(utf8))]));
    }

    public void Add(string name, byte[] secret) => secrets.Add((name, [.. FormsOf(secret)]));

    /// <summary>The names of those that are there.</summary>
    public IReadOnlyList<string> In(byte[] bytes) =>
        [.. secrets.Where(s => Array.Exists(s.Forms, f => bytes.AsSpan().IndexOf(f) >= 0)).Select(s => s.Name).Distinct(StringComparer.Ordinal)];

    public IReadOnlyList<string> In(string text) => In(Encoding.UTF8.GetBytes(text));

    private static byte[][] FormsOf(byte[] bytes) => bytes.Length == 0
        ? []
        : [
            bytes, Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)),
            Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes).TrimEnd('=')), Encoding.ASCII.GetBytes(Base64Url.EncodeToString(bytes)),
        ];
}
