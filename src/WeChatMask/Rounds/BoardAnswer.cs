using System.IO.Compression;
using System.Text.Json;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>A snapshot as people see it while its round's phase and window stay the same: the view, its tag and its bytes, each made once however many ask.</summary>
internal sealed class BoardAnswer
{
    public const string Brotli = "br";
    public const string Gzip = "gzip";

    private readonly Lock writing = new();
    private readonly RoundPhase? phase;
    private readonly int? window;
    private readonly bool hasOpened;

    // A city of many pharmacies is 60 KB, a phone's whole allowance for a page; squeezed once for all phones it is a fifth.
    private byte[]? plain;
    private byte[]? brotli;
    private byte[]? gzip;

    private BoardAnswer(BoardView view, BoardSnapshot board, RoundPhase? phase, int? window, bool hasOpened)
    {
        this.phase = phase;
        this.window = window;
        this.hasOpened = hasOpened;
        View = view;
        Tag = FormattableString.Invariant($"\"{board.Version}-{board.Today:yyyyMMdd}-{(int?)phase}-{window}{(hasOpened ? "o" : "")}\"");
        WeakTag = $"W/{Tag}";
    }

    public BoardView View { get; }

    /// <summary>Changes exactly when the view does, apart from its age.</summary>
    public string Tag { get; }

    public string WeakTag { get; }

    public static BoardAnswer Of(BoardSnapshot board, RoundPhase? phase, RoundWindow? window, DateTimeOffset now, CityCalendar calendar)
    {
        var round = board.Round is { } r ? BoardRound.Of(r, phase!.Value, window, calendar) : null;
        var shown = (window ?? board.Round?.Times.Windows[^1])?.Index ?? 1;
        return new BoardAnswer(
            new BoardView(
                board.Version, calendar.Local(board.AsOf), round, [.. board.Pharmacies.Select(p => p.At(shown))], calendar.Local(board.NextOpeningAt(now)),
                calendar.Local(board.ChangedAt)),
            board, phase, window?.Index, HasOpened(window, now));
    }

    public bool IsOf(RoundPhase? wantedPhase, RoundWindow? wantedWindow, DateTimeOffset now) =>
        phase == wantedPhase && window == wantedWindow?.Index && hasOpened == HasOpened(wantedWindow, now);

    // Between two windows the next one is shown before it opens; what comes next changes with its opening.
    private static bool HasOpened(RoundWindow? window, DateTimeOffset now) => window is not null && window.OpensAt <= now;

    /// <summary>The view as JSON, squeezed by <see cref="Brotli"/> or <see cref="Gzip"/>, or as it is for null.</summary>
    public byte[] Bytes(string? encoding, JsonSerializerOptions options)
    {
        if (Written(encoding) is { } known) return known;
        lock (writing)
        {
            plain ??= JsonSerializer.SerializeToUtf8Bytes(View, options);
            return encoding switch
            {
                Brotli => brotli ??= Squeeze(plain, s => new BrotliStream(s, CompressionLevel.Fastest)),
                Gzip => gzip ??= Squeeze(plain, s => new GZipStream(s, CompressionLevel.Fastest)),
                _ => plain,
            };
        }
    }

    private byte[]? Written(string? encoding) => encoding switch { Brotli => brotli, Gzip => gzip, _ => plain };

    private static byte[] Squeeze(byte[] json, Func<Stream, Stream> squeezer)
    {
        using var squeezed = new MemoryStream();
        using (var stream = squeezer(squeezed)) stream.Write(json);
        return squeezed.ToArray();
    }
}
