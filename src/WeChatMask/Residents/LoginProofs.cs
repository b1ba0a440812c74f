using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace WeChatMask.Residents;

/// <summary>A piece of work for a browser that asks for a code while many do: a number which, behind the challenge, hashes to enough zeros.</summary>
/// <remarks>Nothing is kept of a challenge until its work is done; the seal says that it is ours, for which browser, and until when.</remarks>
public sealed class LoginProofs(IDataProtectionProvider protection)
{
    /// <summary>Leading zero bits of the SHA-256: some 130,000 tries, about a second on an old phone.</summary>
    public const int Bits = 17;

    private const int LongestSeal = 2048;
    private const int LongestAnswer = 20;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);
    private readonly IDataProtector protector = protection.CreateProtector("login-proof");

    public LoginChallenge New(string browser)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return new LoginChallenge(id, protector.Protect(JsonSerializer.Serialize(new Sealed(id, browser, TimeProvider.System.GetUtcNow() + Life))));
    }

    /// <summary>The work behind an answer, or null where it is none, too old, or another browser's.</summary>
    public LoginProof? Read(string? seal, string? answer, string browser)
    {
        if (seal is not { Length: > 0 and <= LongestSeal } || answer is not { Length: > 0 and <= LongestAnswer } || !answer.All(char.IsAsciiDigit)) return null;
        try
        {
            if (JsonSerializer.Deserialize<Sealed>(protector.Unprotect(seal)) is not { } made) return null;
            if (made.Browser != browser || made.ExpiresAt < TimeProvider.System.GetUtcNow() || !IsHard($"{made.Id}:{answer}")) return null;
            return new LoginProof(made.Id, made.ExpiresAt);
        }
        catch (Exception e) when (e is CryptographicException or JsonException or FormatException)
        {
            return null;
        }
    }

    internal static bool IsHard(string text)
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(text));
        return BitOperations.LeadingZeroCount(BitConverter.ToUInt32([hash[3], hash[2], hash[1], hash[0]])) >= Bits;
    }

    private sealed record Sealed(string Id, string Browser, DateTimeOffset ExpiresAt);
}

/// <summary>Work to be done: the text that comes before the number, and the seal that comes back with it.</summary>
public sealed record LoginChallenge(string Id, string Seal);

/// <summary>Work that was done, good once.</summary>
public sealed record LoginProof(string Id, DateTimeOffset ExpiresAt);
