using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>An instant of a round that is worth jumping to.</summary>
/// <param name="Key">What happens: before, opens, full, closes, pickup, end, next.</param>
/// <param name="At">When; none for <c>full</c> until it has happened.</param>
/// <param name="Window">Which window, where the round has several.</param>
/// <param name="Done">Whether it lies behind.</param>
public sealed record Moment(string Key, DateTimeOffset? At, int? Window, bool Done);

/// <summary>A round as a story: its instants in order.</summary>
public sealed record RoundMoments(DateOnly Date, DateOnly PickupDate, RoundPhase Phase, IReadOnlyList<Moment> Moments);

/// <summary>The instants of the round in hand, from its opening to the next evening's, by the stored times alone.</summary>
public sealed class Moments(RoundQueries rounds, Board board, CityCalendar calendar)
{
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(1);

    /// <summary>The round in hand, or none where no policy holds. A round stays in hand until the next one is about to open.</summary>
    public async Task<RoundMoments?> ReadAsync(CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        var today = calendar.Today;
        var present = await rounds.FindAsync(today, cancellationToken);
        var last = await rounds.FindAsync(today.AddDays(-1), cancellationToken);
        if (last is not null && (present is null || now < present.Times.OpensAt - Before)) return Tell(last, present, now, isTaken: true);
        if (present is null) return null;
        var snapshot = await board.GetAsync(cancellationToken);
        var isTaken = BoardView.Of(snapshot, calendar).Pharmacies.Sum(p => p.Left) == 0;
        return Tell(present, await rounds.FindAsync(today.AddDays(1), cancellationToken), now, isTaken);
    }

    private RoundMoments Tell(RoundState round, RoundState? next, DateTimeOffset now, bool isTaken)
    {
        var times = round.Times;
        var several = times.Windows.Count > 1;
        var moments = new List<Moment> { At("before", times.OpensAt - Before) };
        moments.AddRange(times.Windows.Select(w => At("opens", w.OpensAt, several ? w.Index : null)));
        // Only a round that is closed before its time was full; a window that is full may be followed by another.
        var full = round.ClosedAt < times.ClosesAt ? round.ClosedAt : null;
        var place = several ? 1 + (times.WindowAt(now)?.Index ?? 1) : moments.Count;
        moments.Insert(place, new Moment(
            "full", Local(full), several ? times.WindowAt(now)?.Index : null, round.IsClosed || now >= times.ClosesAt || (isTaken && now >= times.OpensAt)));
        moments.Add(At("closes", times.ClosesAt));
        moments.Add(At("pickup", times.PickupOpensAt));
        moments.Add(At("end", times.PickupClosesAt));
        if (next is not null) moments.Add(At("next", next.Times.OpensAt));
        return new RoundMoments(round.Date, round.PickupDate, round.PhaseAt(now), moments);

        Moment At(string key, DateTimeOffset at, int? window = null) => new(key, Local(at), window, at <= now);
    }

    private DateTimeOffset? Local(DateTimeOffset? instant) => instant is { } at ? calendar.Local(at) : null;
}
