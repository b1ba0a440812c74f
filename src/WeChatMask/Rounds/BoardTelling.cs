using System.Text;
using System.Text.Json;

namespace WeChatMask.Rounds;

/// <summary>One event of the board: its bytes are written once in each view, for all who listen.</summary>
internal sealed class BoardTelling(BoardChange change, int? window, JsonSerializerOptions options)
{
    private readonly Lazy<byte[]> whole = new(() => Written(JsonSerializer.SerializeToUtf8Bytes(change, options)));
    private readonly Lazy<byte[]> figures = new(() => Written(JsonSerializer.SerializeToUtf8Bytes(
        new BoardFigures(
            change.Version, change.AsOf, change.Round, window,
            [.. change.Changed.Select(p => new ChangedFigures(p.Code, p.Status, p.Places, p.Left, p.Booked, p.Redeemed, p.NextWindow))],
            change.ChangedAt),
        options)));

    // Who missed something must fetch the whole board, which an event without pharmacies tells.
    private readonly Lazy<byte[]> gap = new(() => Written(JsonSerializer.SerializeToUtf8Bytes(change with { Changed = [] }, options)));

    public ReadOnlyMemory<byte> Bytes(bool asFigures, bool afterGap) => (afterGap ? gap : asFigures ? figures : whole).Value;

    /// <summary>That the line holds, and of when the figures are.</summary>
    public static ReadOnlyMemory<byte> Heartbeat(long version, DateTimeOffset asOf, JsonSerializerOptions options) =>
        Written(JsonSerializer.SerializeToUtf8Bytes(new BoardHeartbeat(version, asOf), options), "heartbeat");

    private static byte[] Written(byte[] json, string name = "board")
    {
        using var text = new MemoryStream(json.Length + 32);
        text.Write(Encoding.ASCII.GetBytes($"event: {name}\ndata: "));
        text.Write(json);
        text.Write("\n\n"u8);
        return text.ToArray();
    }
}
