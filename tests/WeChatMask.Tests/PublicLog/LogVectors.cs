using System.Text.Json;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

/// <summary>What the log's vectors hold, by kind. Where the answer is null, the input is to be refused.</summary>
internal static class LogVectors
{
    private const string File = "public_log.json";

    public static TheoryData<string> Of(string kind) => VectorFile.Ids(File, kind);

    public static (JsonElement Input, JsonElement? Answer) Case(string id)
    {
        var vector = VectorFile.Case(File, id);
        var expected = vector.GetProperty("expected");
        return (vector.GetProperty("input"), expected.TryGetProperty("error", out _) ? null : expected);
    }

    public static Hash Hash(this JsonElement element, string name) => element.GetProperty(name).AsHash();

    public static Hash AsHash(this JsonElement element) =>
        WeChatMask.Domain.PublicLog.Hash.TryParse(element.GetString(), out var hash) ? hash : throw new FormatException(element.GetRawText());

    public static Hash[] Hashes(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(AsHash)];

    public static string[] Texts(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];

    public static long Long(this JsonElement element, string name) => element.GetProperty(name).GetInt64();

    /// <summary>Null where one of them is none.</summary>
    public static VerifierKey[]? Keys(this JsonElement element)
    {
        var keys = element.Texts("vkeys").Select(VerifierKey.TryParse).OfType<VerifierKey>().ToArray();
        return keys.Length == element.GetProperty("vkeys").GetArrayLength() ? keys : null;
    }

    public static byte[] Bytes(string base64Url) => System.Buffers.Text.Base64Url.DecodeFromChars(base64Url);
}
