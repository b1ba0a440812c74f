using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>How the stand-in registry knows its caller: signature, time and a nonce that was not used before. Written apart from the app's own signing.</summary>
public sealed class CallerCheck(IOptions<SecretSettings> secrets)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, DateTimeOffset> nonces = new(StringComparer.Ordinal);
    private long swept;

    /// <summary>Whether a call is the app's own, made just now.</summary>
    public bool Knows(HttpRequest request, byte[] body)
    {
        var headers = request.Headers;
        var time = headers["Registry-Time"].ToString();
        var nonce = headers["Registry-Nonce"].ToString();
        // The world's clock may be moved; machines compare their own.
        var now = TimeProvider.System.GetUtcNow();
        if (!long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > Window.TotalSeconds
            || nonce.Length is < 16 or > 64)
            return false;

        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromBase64String(secrets.Value.RegistryKey));
        foreach (var line in (string[])[request.Method, $"{request.PathBase}{request.Path}", time, nonce]) hmac.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
        hmac.AppendData(Encoding.ASCII.GetBytes(Convert.ToHexString(SHA256.HashData(body)).ToLowerInvariant()));
        var expected = hmac.GetHashAndReset();
        var given = new byte[expected.Length];
        var status = Convert.FromHexString(headers["Registry-Signature"].ToString(), given, out _, out var written);
        if (status != System.Buffers.OperationStatus.Done || written != expected.Length || !CryptographicOperations.FixedTimeEquals(given, expected)) return false;
        Sweep(now);
        return nonces.TryAdd(nonce, now);
    }

    // A nonce older than the window would be refused for its time.
    private void Sweep(DateTimeOffset now)
    {
        if (now.ToUnixTimeSeconds() - Interlocked.Read(ref swept) < Window.TotalSeconds) return;
        Interlocked.Exchange(ref swept, now.ToUnixTimeSeconds());
        foreach (var old in nonces.Where(n => now - n.Value > 2 * Window)) nonces.TryRemove(old);
    }
}
