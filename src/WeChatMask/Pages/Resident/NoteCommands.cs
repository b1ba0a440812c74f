using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Pages.Resident;

/// <summary>The lines by which a shell with OpenSSL checks the log's signature of a note, with nothing of ours.</summary>
internal static class NoteCommands
{
    private const int KeyIdSize = 4;

    /// <summary>By the first of the keys that signed it; nothing where none did.</summary>
    public static string Of(string note, IReadOnlyList<VerifierKey> keys)
    {
        var lines = note.Split('\n');
        foreach (var key in keys)
        {
            // The name, then the key's id and the signature.
            var signed = lines.Select(l => l.Split(' ')).FirstOrDefault(l => l.Length == 3 && l[1] == key.Name && IdOf(l[2]) == key.Id);
            if (signed is not null) return Commands(lines[..3], PublicKeyOf(key), Convert.FromBase64String(signed[2])[KeyIdSize..]);
        }

        return "";
    }

    private static string Commands(IReadOnlyList<string> signed, string publicKey, byte[] signature) => string.Join(
        '\n',
        $"printf '{string.Join("\\n", signed)}\\n' > note",
        $"echo {Convert.ToBase64String(signature)} | openssl base64 -d -A > signature",
        $"echo {publicKey} | openssl base64 -d -A | openssl pkey -pubin -inform DER -out key.pem",
        "openssl dgst -sha256 -verify key.pem -signature signature note");

    private static string IdOf(string signature) => Convert.ToHexStringLower(Convert.FromBase64String(signature)[..KeyIdSize]);

    // As text it is its name, id and type with the key.
    private static string PublicKeyOf(VerifierKey key) => Convert.ToBase64String(Convert.FromBase64String(key.ToString().Split('+', 3)[2])[1..]);
}
