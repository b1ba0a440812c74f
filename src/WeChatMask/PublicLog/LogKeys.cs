using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.PublicLog;

/// <summary>Signs what the log says of itself. While a key is being changed both sign.</summary>
public sealed class LogKeys : IDisposable
{
    private readonly Lock gate = new();

    /// <summary>The one in use first.</summary>
    private readonly List<ECDsa> keys = [];

    public LogKeys(IOptions<SecretSettings> secrets, IOptions<PublicLogSettings> settings, IOptions<SiteSettings> site)
    {
        Origin = settings.Value.OriginFor(site.Value);
        foreach (var (_, text) in secrets.Value.LogKeys.OrderByDescending(k => k.Key == secrets.Value.LogKeyId))
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(Convert.FromBase64String(text), out _);
            keys.Add(key);
        }

        Key = VerifierKey.OfLog(Origin, keys[0]);
    }

    /// <summary>What a new log is called.</summary>
    public string Origin { get; }

    /// <summary>By which anybody checks what the key in use has signed.</summary>
    public VerifierKey Key { get; }

    /// <summary>The same of all keys, for a log of some name.</summary>
    public IReadOnlyList<VerifierKey> KeysOf(string origin) => [.. keys.Select(k => VerifierKey.OfLog(origin, k))];

    /// <summary>The note, with a line of each key.</summary>
    public string Sign(Checkpoint checkpoint)
    {
        lock (gate) return string.Concat(keys.Skip(1).Select(k => SignedNote.Line(checkpoint, k)).Prepend(SignedNote.Sign(checkpoint, keys[0])));
    }

    public void Dispose()
    {
        foreach (var key in keys) key.Dispose();
    }
}
