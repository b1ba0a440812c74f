using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Domain.PublicLog;

/// <summary>That a witness has seen a checkpoint, in seconds since 1970.</summary>
public sealed record Cosignature(string Witness, ulong At);

/// <summary>A checkpoint that its log has signed, as it was checked, with the witnesses who are known.</summary>
/// <remarks>The form is C2SP's signed note: the text, an empty line, and a line for each signature.</remarks>
public sealed record SignedNote(Checkpoint Checkpoint, IReadOnlyList<Cosignature> Cosignatures)
{
    private const int LongestNote = 64 * 1024;

    private const string SignatureMark = "\u2014 ";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Null where the note is none, where the log has not signed it, or where a known key's line is wrong. Lines of other keys are not
    /// looked into.
    /// </summary>
    public static SignedNote? TryVerify(string note, IReadOnlyCollection<VerifierKey> keys)
    {
        if (!IsText(note) || !note.EndsWith('\n')) return null;
        var cut = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (cut < 0 || cut + 2 == note.Length || Checkpoint.TryParse(note[..(cut + 1)]) is not { } checkpoint) return null;
        var isSigned = false;
        var cosignatures = new List<Cosignature>();
        foreach (var line in note[(cut + 2)..^1].Split('\n'))
        {
            if (!TryReadLine(line, out var name, out var id, out var signature)) return null;
            if (keys.FirstOrDefault(k => k.Name == name && k.Id == id) is not { } key) continue;
            if (!key.IsWitness)
            {
                if (name != checkpoint.Origin || !IsSignature(checkpoint, key, signature)) return null;
                isSigned = true;
            }
            else if (ReadCosignature(checkpoint, key, signature) is { } cosignature)
            {
                cosignatures.Add(cosignature);
            }
            else
            {
                return null;
            }
        }

        return isSigned ? new SignedNote(checkpoint, cosignatures) : null;
    }

    /// <summary>Whose line it is, with its line end; null where it is no line of any of these keys. The signature is not looked into.</summary>
    public static VerifierKey? SignerOf(string line, IEnumerable<VerifierKey> keys) =>
        line.EndsWith('\n') && TryReadLine(line[..^1], out var name, out var id, out _) ? keys.FirstOrDefault(k => k.Name == name && k.Id == id) : null;

    /// <summary>What a witness's line, with its line end, says of a checkpoint; null where it is wrong or another key's.</summary>
    public static Cosignature? TryVerifyLine(Checkpoint checkpoint, string line, VerifierKey witness) =>
        SignerOf(line, [witness]) is { IsWitness: true } && TryReadLine(line[..^1], out _, out _, out var signature) ? ReadCosignature(checkpoint, witness, signature) : null;

    /// <summary>The note with the log's own line; further lines, each with its line end, may follow it.</summary>
    public static string Sign(Checkpoint checkpoint, ECDsa key) => $"{checkpoint.Text}\n{Line(checkpoint, key)}";

    /// <summary>A line of the log, for a note that is signed by two of its keys.</summary>
    public static string Line(Checkpoint checkpoint, ECDsa key) => Line(
        VerifierKey.OfLog(checkpoint.Origin, key),
        key.SignData(Encoding.UTF8.GetBytes(checkpoint.Text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    /// <summary>The line of a witness who saw it at a second since 1970.</summary>
    public static string Cosign(Checkpoint checkpoint, string witness, ECDsa key, ulong at)
    {
        var time = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(time, at);
        var signature = key.SignData(CosignedText(checkpoint, at), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return Line(VerifierKey.OfWitness(witness, key), [.. time, .. signature]);
    }

    private static string Line(VerifierKey key, byte[] signature) =>
        $"{SignatureMark}{key.Name} {CanonicalBase64.Encode([.. Convert.FromHexString(key.Id), .. signature])}\n";

    /// <summary>Well-formed, short enough, and without what a screen does not show.</summary>
    private static bool IsText(string note)
    {
        if (note.Length > LongestNote || note.Any(c => c < ' ' && c != '\n')) return false;
        try
        {
            return StrictUtf8.GetByteCount(note) <= LongestNote;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static bool TryReadLine(string line, out string name, out string id, out byte[] signature)
    {
        (name, id, signature) = ("", "", []);
        var parts = line.Split(' ');
        if (parts.Length != 3 || parts[0] != SignatureMark[..^1] || !VerifierKey.IsName(parts[1])) return false;
        if (CanonicalBase64.Decode(parts[2]) is not { Length: > VerifierKey.IdSize } data) return false;
        (name, id, signature) = (parts[1], Convert.ToHexStringLower(data[..VerifierKey.IdSize]), data[VerifierKey.IdSize..]);
        return true;
    }

    private static bool IsSignature(Checkpoint checkpoint, VerifierKey key, byte[] der)
    {
        Span<byte> signature = stackalloc byte[P256.SignatureSize];
        return P256.TryReadDer(der, signature) && P256.Verify(key.PublicKey, Encoding.UTF8.GetBytes(checkpoint.Text), signature);
    }

    private static Cosignature? ReadCosignature(Checkpoint checkpoint, VerifierKey key, byte[] signature)
    {
        if (signature.Length != sizeof(ulong) + P256.SignatureSize) return null;
        var at = BinaryPrimitives.ReadUInt64BigEndian(signature);
        return P256.Verify(key.PublicKey, CosignedText(checkpoint, at), signature.AsSpan(sizeof(ulong))) ? new Cosignature(key.Name, at) : null;
    }

    private static byte[] CosignedText(Checkpoint checkpoint, ulong at) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {at}\n{checkpoint.Text}"));
}
