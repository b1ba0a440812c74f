using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Domain.PublicLog;

/// <summary>
/// The public key by which anybody checks a log's or a witness's signature, as text: name, id and key with plus signs between them.
/// The id is worked out from the key, so that a note's line tells which key is meant.
/// </summary>
public sealed record VerifierKey
{
    internal const int IdSize = 4;

    private const byte EcdsaType = 0x02;

    /// <summary>Of the signed notes' type for what is in no list of types.</summary>
    private static readonly byte[] WitnessType = [0xff, .. "wechatmask.p256-cosignature.v1"u8];

    private VerifierKey(string name, bool isWitness, byte[] publicKey)
    {
        Name = name;
        IsWitness = isWitness;
        PublicKey = publicKey;
        Id = Convert.ToHexStringLower(isWitness
            ? SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', .. WitnessType, .. publicKey])[..IdSize]
            : SHA256.HashData(publicKey)[..IdSize]);
    }

    /// <summary>A log's origin, or a witness's name.</summary>
    public string Name { get; }

    /// <summary>Eight hexadecimal digits.</summary>
    public string Id { get; }

    /// <summary>Cosigns what a log has signed.</summary>
    public bool IsWitness { get; }

    /// <summary>SubjectPublicKeyInfo.</summary>
    internal byte[] PublicKey { get; }

    /// <summary>What the log says of the key.</summary>
    public Hash PublicKeyHash => Hash.Of(PublicKey);

    public static VerifierKey OfLog(string origin, ECDsa key) => Of(origin, isWitness: false, key.ExportSubjectPublicKeyInfo());

    public static VerifierKey OfWitness(string name, ECDsa key) => Of(name, isWitness: true, key.ExportSubjectPublicKeyInfo());

    public static VerifierKey? TryParse(string text)
    {
        var parts = text.Split('+', 3);
        if (parts.Length != 3 || CanonicalBase64.Decode(parts[2]) is not { } typed) return null;
        var isWitness = typed.AsSpan().StartsWith(WitnessType);
        if (!isWitness && typed is not [EcdsaType, ..]) return null;
        var publicKey = typed[(isWitness ? WitnessType.Length : 1)..];
        if (!IsName(parts[0]) || !P256.IsPublicKey(publicKey)) return null;
        var key = new VerifierKey(parts[0], isWitness, publicKey);
        return key.Id == parts[1] ? key : null;
    }

    /// <summary>Whether it can stand in a line that a blank ends and in a key that a plus sign ends.</summary>
    internal static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var character in name)
            if (character == '+' || char.IsWhiteSpace(character)) return false;
        return name.Length > 0;
    }

    public bool Equals(VerifierKey? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString()
    {
        byte[] typed = IsWitness ? [.. WitnessType, .. PublicKey] : [EcdsaType, .. PublicKey];
        return $"{Name}+{Id}+{CanonicalBase64.Encode(typed)}";
    }

    private static VerifierKey Of(string name, bool isWitness, byte[] publicKey)
    {
        if (!IsName(name)) throw new ArgumentException("A name has no blank and no plus sign.", nameof(name));
        if (!P256.IsPublicKey(publicKey)) throw new ArgumentException("Not a key of P-256.", nameof(publicKey));
        return new VerifierKey(name, isWitness, publicKey);
    }
}
