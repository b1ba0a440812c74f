using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using WeChatMask.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.Tests.Support;

/// <summary>The public log of a city that a test puts together by hand.</summary>
internal static class TestLog
{
    private static readonly string Key = NewKey();

    /// <summary>Keys of the log, the same for all nodes of the process.</summary>
    public static LogKeys Keys { get; } = new(Options.Create(AddTo(new SecretSettings())), Options.Create(new PublicLogSettings { Origin = "test/log" }), Options.Create(new SiteSettings()));

    /// <summary>What a node's database is given.</summary>
    public static LogStore Store { get; } = new(Keys);

    /// <summary>Adds the log's key to a node's secrets.</summary>
    public static SecretSettings AddTo(SecretSettings secrets)
    {
        secrets.LogKeyId = "L1";
        secrets.LogKeys["L1"] = Key;
        return secrets;
    }

    private static string NewKey()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Convert.ToBase64String(pair.ExportPkcs8PrivateKey());
    }
}
