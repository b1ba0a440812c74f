using System.Text.Json;

namespace WeChatMask.Operations;

/// <summary>One event of the live stream: its bytes are written once for all who watch.</summary>
internal sealed record LiveTelling(long Number, DateTimeOffset At, ReadOnlyMemory<byte> Bytes)
{
    public static LiveTelling Figures(long number, LiveView view, DateTimeOffset at, JsonSerializerOptions options) => new(number, at, Event("live", Json(view, options)));

    /// <summary>That the line holds and the figures are still so.</summary>
    public static LiveTelling Heartbeat(long number, DateTimeOffset asOf, DateTimeOffset at, JsonSerializerOptions options) =>
        new(number, at, Event("heartbeat", JsonSerializer.SerializeToUtf8Bytes(new LiveHeartbeat(asOf), options)));

    public static byte[] Json(LiveView view, JsonSerializerOptions options) => JsonSerializer.SerializeToUtf8Bytes(view, options);

    private static byte[] Event(string name, byte[] json) => [.. "event: "u8, .. System.Text.Encoding.ASCII.GetBytes(name), .. "\ndata: "u8, .. json, .. "\n\n"u8];

    private sealed record LiveHeartbeat(DateTimeOffset AsOf);
}
