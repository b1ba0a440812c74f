using System.Buffers.Text;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Tests.Support;

/// <summary>A published list as a stranger holds it against the public log.</summary>
internal static class ProvenList
{
    /// <summary>Fetches it and fails where its rows are not those that the log names. Gives it.</summary>
    public static async Task<JsonElement> ReadAsync(SandboxHost host, string round, string code)
    {
        var list = await host.Http.GetJsonAsync($"/api/public/rounds/{round}/list?pharmacy={code}");
        var line = (await CityLog.ReadAsync(host.Get<Database>())).Entries[list.GetProperty("logIndex").GetInt32()].Split(' ');
        Assert.Equal(["list", round, code], line[..3]);
        var rows = list.GetProperty("entries").EnumerateArray().Select(Row).ToList();
        // Behind them may stand what came from a pharmacy that was withdrawn.
        var root = PublishedRows.Root(rows.Take(int.Parse(line[3], System.Globalization.CultureInfo.InvariantCulture))).ToString();
        Assert.Equal((line[4], line[4]), (root, list.GetProperty("root").GetString()));
        return list;
    }

    private static string Row(JsonElement entry)
    {
        var slot = entry.TryGetProperty("listedSlot", out var listed) || entry.TryGetProperty("slot", out listed) ? listed : (JsonElement?)null;
        return PublishedRows.Row(
            entry.GetProperty("serial").GetInt64(), entry.GetProperty("name").GetString()!, entry.GetProperty("idNumber").GetString()!,
            Second(slot, "startsAt"), Second(slot, "endsAt"), Base64Url.DecodeFromChars(entry.GetProperty("rowSalt").GetString()));
    }

    private static long? Second(JsonElement? slot, string name) => slot?.GetProperty(name).GetDateTimeOffset().ToUnixTimeSeconds();
}
