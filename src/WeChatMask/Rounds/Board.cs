using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>The newest board, read from the database at most fifty times a second however many people ask.</summary>
/// <remarks>
/// Who books on this node and then looks sees their booking: a reader waits for the next read instead of getting an old
/// board. Changes by other nodes arrive through <see cref="BoardWatch"/> within a second.
/// </remarks>
public sealed class Board(BoardQueries queries, CityCalendar calendar) : IDisposable
{
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(20);
    private readonly SemaphoreSlim gate = new(1, 1);
    private BoardSnapshot? newest;
    private long changes;
    private long readAt;

    /// <summary>Tells that a commit of this node changed what the board shows. Call it after the commit.</summary>
    public void MarkChanged() => Interlocked.Increment(ref changes);

    /// <summary>The board as of now.</summary>
    public async ValueTask<BoardSnapshot> GetAsync(CancellationToken cancellationToken)
    {
        var wanted = Interlocked.Read(ref changes);
        if (Fresh(wanted) is { } known) return known;
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Fresh(wanted) is { } read) return read;
            var rest = LeastPause - TimeProvider.System.GetElapsedTime(readAt);
            if (newest is not null && rest > TimeSpan.Zero) await Task.Delay(rest, cancellationToken);
            var seen = Interlocked.Read(ref changes);
            newest = await queries.LoadAsync(calendar.Today, calendar.Now, seen, cancellationToken);
            readAt = TimeProvider.System.GetTimestamp();
            return newest;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The newest board that was read, however old; for comparing versions.</summary>
    internal BoardSnapshot? Newest => newest;

    /// <inheritdoc />
    public void Dispose() => gate.Dispose();

    private BoardSnapshot? Fresh(long wanted) =>
        newest is { } board && board.SeenChanges >= wanted && board.Today == calendar.Today ? board : null;
}

/// <summary>The contract's board: one snapshot seen at one instant.</summary>
public sealed record BoardView(long Version, DateTimeOffset AsOf, BoardRound? Round, IReadOnlyList<PharmacyFigures> Pharmacies)
{
    /// <summary>Puts a snapshot into the contract's words.</summary>
    public static BoardView Of(BoardSnapshot board, CityCalendar calendar)
    {
        var now = calendar.Now;
        var round = board.Round is { } r ? BoardRound.Of(r, now, calendar) : null;
        var window = WindowShown(board, now);
        return new BoardView(board.Version, calendar.Local(board.AsOf), round, [.. board.Pharmacies.Select(p => p.At(window))]);
    }

    /// <summary>Changes exactly when the view would, apart from its age.</summary>
    public static string Tag(BoardSnapshot board, CityCalendar calendar)
    {
        var now = calendar.Now;
        return FormattableString.Invariant(
            $"\"{board.Version}-{board.Today:yyyyMMdd}-{(int?)board.Round?.PhaseAt(now)}-{board.Round?.Times.PresentOrNext(now)?.Index}\"");
    }

    private static int WindowShown(BoardSnapshot board, DateTimeOffset now) =>
        board.Round is { } round ? (round.Times.PresentOrNext(now) ?? round.Times.Windows[^1]).Index : 1;
}

/// <summary>The round a board shows.</summary>
public sealed record BoardRound(
    DateOnly Date, RoundPhase Phase, DateOnly PickupDate, DateTimeOffset OpensAt, DateTimeOffset ClosesAt,
    BoardRoundWindow? Window, int UnitsPerBooking, decimal UnitPrice)
{
    internal static BoardRound Of(RoundState round, DateTimeOffset now, CityCalendar calendar)
    {
        var window = round.Times.PresentOrNext(now);
        return new BoardRound(
            round.Date, round.PhaseAt(now), round.Row.PickupDate,
            calendar.Local(round.Times.OpensAt), calendar.Local(round.Times.ClosesAt),
            window is null ? null : new BoardRoundWindow(
                window.Index, round.Times.Windows.Count, calendar.Local(window.OpensAt), calendar.Local(window.ClosesAt)),
            round.Policy.UnitsPerBooking,
            Money.Yuan(round.Policy.UnitPriceFen));
    }
}

/// <summary>The present, else the next, window of a round.</summary>
public sealed record BoardRoundWindow(int Index, int Count, DateTimeOffset OpensAt, DateTimeOffset ClosesAt);
