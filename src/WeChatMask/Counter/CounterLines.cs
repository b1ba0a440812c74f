using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Counter;

/// <summary>Judges what was typed into the counter's pages: one booking, or several that one proxy collects.</summary>
public sealed class CounterLines(RedemptionRequestReader attempts, RedemptionStore store, RedemptionViews views, RoundQueries rounds, CityCalendar calendar)
{
    /// <summary>Judges lines in their order; nothing is looked up, let alone handed over, before all of them can be read.</summary>
    /// <param name="clerk">Who stands behind the counter.</param>
    /// <param name="lines">What was typed.</param>
    /// <param name="proxy">Who collects for the bookers, or null.</param>
    /// <param name="handOver">Hands over what can be; else only looks.</param>
    /// <param name="cancellationToken">Stops before anything further is committed.</param>
    public async Task<CounterOutcome> JudgeAsync(
        Clerk clerk, IReadOnlyList<CounterLine> lines, ProxyBody? proxy, bool handOver, CancellationToken cancellationToken)
    {
        if (lines.Count == 0) return new CounterOutcome(Refusal.InvalidRequest, 0, false, []);
        var read = new CounterAttempt[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            var wrong = attempts.Read(BodyOf(lines[i], proxy), requestIdNeeded: true, out var attempt);
            if (wrong != Refusal.None) return new CounterOutcome(wrong, i, false, []);
            read[i] = attempt!;
        }

        var twice = Enumerable.Range(0, lines.Count).Select(i => FirstOf(read, i)).ToArray();
        var asked = Enumerable.Range(0, lines.Count).Where(i => twice[i] is null).ToArray();
        var answers = handOver
            ? await HandOverAsync(clerk, [.. asked.Select(i => read[i])], cancellationToken)
            : await store.CheckAsync(clerk, [.. asked.Select(i => read[i])], cancellationToken);
        var judged = new JudgedLine[lines.Count];
        for (var i = 0; i < asked.Length; i++) judged[asked[i]] = await JudgedAsync(lines[asked[i]], answers[i], cancellationToken);
        for (var i = 0; i < lines.Count; i++) judged[i] ??= new JudgedLine(lines[i], Refusal.None, null) { SameAs = twice[i] };
        return new CounterOutcome(Refusal.None, 0, handOver, judged);
    }

    /// <summary>One after another, each under its own request id: what was handed over stays so, and asking again changes nothing.</summary>
    private async Task<IReadOnlyList<CounterAnswer>> HandOverAsync(
        Clerk clerk, IReadOnlyList<CounterAttempt> asked, CancellationToken cancellationToken)
    {
        var answers = new List<CounterAnswer>(asked.Count);
        foreach (var attempt in asked) answers.Add(await store.RedeemAsync(clerk, attempt, cancellationToken));
        return answers;
    }

    private async Task<JudgedLine> JudgedAsync(CounterLine line, CounterAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Refusal != Refusal.None) return new JudgedLine(line, answer.Refusal, null);
        var round = answer.Booking is { } b ? await rounds.FindAsync(b.RoundDate, cancellationToken) : null;
        return new JudgedLine(line, Refusal.None, views.Of(answer))
        {
            Round = round,
            Booked = answer.Booking?.Units ?? 0,
            UnitPriceFen = answer.Booking?.UnitPriceFen ?? 0,
            MayVoid = answer.Booking?.RedeemedAt is { } at && calendar.Now - at <= RedemptionRules.VoidTime,
        };
    }

    /// <summary>Index of an earlier line that names the same booking.</summary>
    private static int? FirstOf(CounterAttempt[] read, int line)
    {
        var first = Array.FindIndex(read, a => a.Number is not null && a.Number == read[line].Number);
        return first >= 0 && first < line ? first : null;
    }

    private static RedemptionBody BodyOf(CounterLine line, ProxyBody? proxy)
    {
        var code = line.Code?.Trim() ?? "";
        // A number has no letters: with one it is a voucher, or somebody else's code, which is judged as none of ours.
        var voucher = code.Any(char.IsAsciiLetter);
        return new RedemptionBody(voucher ? code : null, voucher ? null : code, line.LastFour, proxy, line.RequestId, line.UnitsAsNumber);
    }
}

/// <summary>One booking as typed at the counter. What it holds is personal, so it goes by form and never by address.</summary>
public sealed class CounterLine
{
    /// <summary>A scanned voucher or a typed booking number.</summary>
    public string? Code { get; set; }

    /// <summary>Last four characters of the booker's card.</summary>
    public string? LastFour { get; set; }

    /// <summary>How many are handed over; nothing for all.</summary>
    public string? Units { get; set; }

    /// <summary>Keeps a form that is sent twice from handing over twice.</summary>
    public string? RequestId { get; set; }

    /// <summary>Whether nothing was typed.</summary>
    public bool IsEmpty => string.IsNullOrWhiteSpace(Code) && string.IsNullOrWhiteSpace(LastFour);

    /// <summary>The units; what is no number is none, which is refused, since taking it for "all" would hand over too many.</summary>
    public int? UnitsAsNumber
    {
        get
        {
            if (string.IsNullOrWhiteSpace(Units)) return null;
            return int.TryParse(Units, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var units) ? units : 0;
        }
    }
}

/// <summary>What came of a form of the counter.</summary>
/// <param name="Refusal">Why the form could not be read, or <see cref="Refusal.None"/>.</param>
/// <param name="RefusedLine">Index of the line that could not be read.</param>
/// <param name="HandedOver">Whether it was to hand over, or only to look.</param>
/// <param name="Lines">The lines, judged.</param>
public sealed record CounterOutcome(Refusal Refusal, int RefusedLine, bool HandedOver, IReadOnlyList<JudgedLine> Lines)
{
    /// <summary>How many got a verdict.</summary>
    public int Count(Verdict verdict) => Lines.Count(l => l.View?.Verdict == verdict);

    /// <summary>What is to be paid for the lines with a verdict.</summary>
    public decimal Amount(Verdict verdict) => Lines.Where(l => l.View?.Verdict == verdict).Sum(l => l.View!.Booking!.Amount);
}

/// <summary>One line and what was found.</summary>
/// <param name="Line">As typed.</param>
/// <param name="Refusal">Why it could not be judged, or <see cref="Refusal.None"/>.</param>
/// <param name="View">The verdict, with the booking once identity holds.</param>
public sealed record JudgedLine(CounterLine Line, Refusal Refusal, RedemptionView? View)
{
    /// <summary>The booking's round.</summary>
    public RoundState? Round { get; init; }

    /// <summary>Units that were booked.</summary>
    public int Booked { get; init; }

    /// <summary>Price of one unit.</summary>
    public int UnitPriceFen { get; init; }

    /// <summary>Whether the clerk may still take the hand-over back.</summary>
    public bool MayVoid { get; init; }

    /// <summary>Index of the earlier line that names the same booking.</summary>
    public int? SameAs { get; init; }

    /// <summary>Whether it is, or may be, handed over.</summary>
    public bool IsGood => View?.Verdict is Verdict.Valid or Verdict.Redeemed;
}
