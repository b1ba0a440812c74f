using System.Security.Cryptography;
using OtpNet;

namespace WeChatMask.City;

/// <summary>Codes that show who holds a phone: RFC 6238 with SHA-1, six digits and 30 seconds, as every authenticator app has it; and codes on paper for the day the phone is lost.</summary>
internal static class OneTimeCodes
{
    public const int Digits = 6;
    public const int RecoveryCodes = 10;
    public const int RecoveryLength = 10;

    // As long as SHA-1's result, which RFC 4226 recommends.
    private const int SecretBytes = 20;

    // Without what is mistaken for one another on paper.
    private const string RecoveryAlphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

    // A phone's clock may be a step off, either way.
    private static readonly VerificationWindow Drift = new(previous: 1, future: 1);

    /// <summary>A new secret in base 32, as one types it into an app.</summary>
    public static string NewSecret() => Base32Encoding.ToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>What an app reads from a QR code.</summary>
    public static string AddressOf(string secret, string username, string issuer) => new OtpUri(OtpType.Totp, secret, username, issuer).ToString();

    /// <summary>The step that a code belongs to, or null when it is wrong now.</summary>
    public static long? StepOf(string secret, string code, DateTimeOffset now) =>
        code.Length == Digits && code.All(char.IsAsciiDigit)
            && new Totp(Base32Encoding.ToBytes(secret)).VerifyTotp(now.UtcDateTime, code, out var step, Drift)
            ? step
            : null;

    /// <summary>New recovery codes, as they are compared.</summary>
    public static IReadOnlyList<string> NewRecoveryCodes() =>
        [.. Enumerable.Range(0, RecoveryCodes).Select(_ => RandomNumberGenerator.GetString(RecoveryAlphabet, RecoveryLength))];

    /// <summary>A typed code as it is compared: blanks and hyphens are for the eye.</summary>
    public static string Plain(string typed) => typed.Length > 64 ? "" : string.Concat(typed.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
