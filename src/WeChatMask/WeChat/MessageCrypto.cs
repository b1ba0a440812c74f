using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.WeChat;

/// <summary>An encrypted message in Base64, with the proof over token, timestamp (Unix seconds), nonce and text.</summary>
public sealed record SealedMessage(string Encrypt, string MsgSignature, string Timestamp, string Nonce);

/// <summary>
/// The encryption of the compatible and safe modes, the same in both directions: AES-256-CBC, iv = first 16 bytes of the key,
/// plain text = 16 random bytes, 4-byte big-endian length, message, AppId; padded to 32 (WeChat's message-push documentation).
/// </summary>
public sealed class MessageCrypto
{
    private const int KeyLetters = 43;
    private const int IvBytes = 16;
    private const int RandomBytes = 16;
    private const int HeaderBytes = RandomBytes + sizeof(uint);
    private const int PaddingBlock = 32;
    private const int NonceDigits = 10;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string token;
    private readonly byte[] key;
    private readonly byte[] appId;

    /// <summary>Takes the three values of the console; the key must pass <see cref="IsKey"/>.</summary>
    public MessageCrypto(string token, string encodingAesKey, string appId)
    {
        if (!IsKey(encodingAesKey)) throw new MessageRefusedException(MessageFault.Key);
        this.token = token;
        this.appId = Encoding.UTF8.GetBytes(appId);

        // The last letter may carry unused bits; this decoder allows them, as WeChat does.
        key = Convert.FromBase64String(encodingAesKey + "=");
    }

    public MessageCrypto(WeChatSettings settings)
        : this(settings.Token, settings.EncodingAesKey, settings.AppId)
    {
    }

    /// <summary>Whether the text has the shape of an EncodingAESKey: 43 letters and digits.</summary>
    public static bool IsKey(string? text) => text?.Length == KeyLetters && text.All(char.IsAsciiLetterOrDigit);

    /// <summary>Encrypts and signs a message with a fresh nonce: a reply, or (played by the sandbox) a message of WeChat's.</summary>
    public SealedMessage Seal(string message, DateTimeOffset now)
    {
        var random = RandomNumberGenerator.GetBytes(RandomBytes);
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return Seal(message, timestamp, RandomNumberGenerator.GetString("0123456789", NonceDigits), random);
    }

    /// <summary>The same with every chance taken out, so that documented examples can be reproduced. Use the other one in products.</summary>
    public SealedMessage Seal(string message, string timestamp, string nonce, ReadOnlySpan<byte> random)
    {
        if (random.Length != RandomBytes) throw new ArgumentException("The protocol wants 16 random bytes.", nameof(random));
        var encrypt = Encrypt(Encoding.UTF8.GetBytes(message), random);
        return new SealedMessage(encrypt, Signature.Compute(token, timestamp, nonce, encrypt), timestamp, nonce);
    }

    /// <summary>
    /// Checks the signature, decrypts and checks whom the message is for. Nothing is decrypted before the signature holds,
    /// so the later checks tell a stranger nothing about the padding.
    /// </summary>
    /// <exception cref="MessageRefusedException">A check failed; the fault names the first one.</exception>
    public string Open(SealedMessage message)
    {
        if (!Signature.Matches(message.MsgSignature, token, message.Timestamp, message.Nonce, message.Encrypt))
            throw new MessageRefusedException(MessageFault.Signature);
        return Unwrap(Decrypt(message.Encrypt));
    }

    private string Encrypt(byte[] message, ReadOnlySpan<byte> random)
    {
        var length = HeaderBytes + message.Length + appId.Length;
        var pad = PaddingBlock - (length % PaddingBlock);
        var plain = new byte[length + pad];
        random.CopyTo(plain);
        BinaryPrimitives.WriteUInt32BigEndian(plain.AsSpan(RandomBytes), (uint)message.Length);
        message.CopyTo(plain, HeaderBytes);
        appId.CopyTo(plain, HeaderBytes + message.Length);
        plain.AsSpan(length).Fill((byte)pad);

        using var aes = Aes.Create();
        aes.Key = key;
        return Convert.ToBase64String(aes.EncryptCbc(plain, key.AsSpan(0, IvBytes), PaddingMode.None));
    }

    private byte[] Decrypt(string encrypt)
    {
        var cipher = new byte[encrypt.Length];
        if (!Convert.TryFromBase64String(encrypt, cipher, out var length)) throw new MessageRefusedException(MessageFault.Base64);
        if (length == 0 || length % PaddingBlock != 0) throw new MessageRefusedException(MessageFault.Cipher);

        // .NET's own PKCS#7 knows blocks of 16 only and refuses half of WeChat's messages, so the padding is ours to check.
        using var aes = Aes.Create();
        aes.Key = key;
        return aes.DecryptCbc(cipher.AsSpan(0, length), key.AsSpan(0, IvBytes), PaddingMode.None);
    }

    private string Unwrap(ReadOnlySpan<byte> plain)
    {
        var pad = plain[^1];
        if (pad is < 1 or > PaddingBlock || plain[^pad..].ContainsAnyExcept(pad)) throw new MessageRefusedException(MessageFault.Padding);
        plain = plain[..^pad];
        if (plain.Length < HeaderBytes) throw new MessageRefusedException(MessageFault.Length);

        var length = BinaryPrimitives.ReadUInt32BigEndian(plain[RandomBytes..]);
        var rest = plain[HeaderBytes..];
        if (length > (uint)rest.Length) throw new MessageRefusedException(MessageFault.Length);
        if (!rest[(int)length..].SequenceEqual(appId)) throw new MessageRefusedException(MessageFault.AppId);
        try
        {
            return StrictUtf8.GetString(rest[..(int)length]);
        }
        catch (DecoderFallbackException)
        {
            throw new MessageRefusedException(MessageFault.Xml);
        }
    }
}
