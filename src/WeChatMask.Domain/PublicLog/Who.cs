using System.Globalization;
using System.Text;

namespace WeChatMask.Domain.PublicLog;

/// <summary>Commitments by which a person can show that a line is theirs, while nobody else can tell whose it is.</summary>
public static class Who
{
    public const int ProofSaltSize = 16;

    private const int MostOnStack = 8;

    private static ReadOnlySpan<byte> Label => "wechatmask who v1\n"u8;

    /// <summary>
    /// Of a person, made at registration from <see cref="IdentityNumber.Value"/> and <see cref="PersonName.Value"/>. A name that is not
    /// composed throws.
    /// </summary>
    public static Hash IdCommitment(ReadOnlySpan<byte> proofSalt, string idNumber, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(proofSalt.Length, ProofSaltSize, nameof(proofSalt));
        if (!name.IsNormalized(NormalizationForm.FormC)) throw new ArgumentException("A name is to be composed.", nameof(name));
        return Hash.Of(Encoding.UTF8.GetBytes($"wechatmask id v1\n{CanonicalBase64.EncodeUrl(proofSalt)}\n{idNumber}\n{name}\n"));
    }

    /// <summary>Of a booking; a household's commitments in the order in which it was asked.</summary>
    public static Hash Of(in Hash salt, params ReadOnlySpan<Hash> idCommitments)
    {
        var size = Label.Length + ((1 + idCommitments.Length) * Hash.Size);
        Span<byte> bytes = idCommitments.Length <= MostOnStack ? stackalloc byte[size] : new byte[size];
        Label.CopyTo(bytes);
        var rest = bytes[Label.Length..];
        salt.CopyTo(rest);
        foreach (ref readonly var commitment in idCommitments) commitment.CopyTo(rest = rest[Hash.Size..]);
        return Hash.Of(bytes);
    }
}

/// <summary>The 32 random bytes of a round, from which its salts are made. With them gone nobody can make the salts again.</summary>
public sealed class RoundKey
{
    public const int Size = 32;

    public const int RowSaltSize = 16;

    private readonly byte[] key;

    public RoundKey(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, Size, nameof(key));
        this.key = key.ToArray();
    }

    /// <summary>What the round's line and its destruction name.</summary>
    public Hash KeyHash => Hash.Of([.. "wechatmask round key v1\n"u8, .. key]);

    public Hash Salt(string bookingNumber) => KeyedHash.Of(key, SaltText(bookingNumber));

    public Hash[] Salts(IEnumerable<string> bookingNumbers) => KeyedHash.OfEach(key, [.. bookingNumbers.Select(SaltText)]);

    /// <summary>Of a row of the list.</summary>
    public byte[] RowSalt(string code, long serial) => KeyedHash.Of(key, string.Create(CultureInfo.InvariantCulture, $"row {code} {serial}")).ToBytes()[..RowSaltSize];

    private static string SaltText(string bookingNumber) => $"salt {bookingNumber}";
}
