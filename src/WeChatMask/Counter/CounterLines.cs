using System.Globalization;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Counter;

/// <summary>Judges what was typed into the counter's pages: one booking, or several that one proxy collects.</summary>
public sealed class CounterLines(RedemptionRequestReader reader, RedemptionStore store, RoundQueries rounds, CityCalendar calendar)
{
    /// <summary>
    /// Judges lines in their order, and hands over what can be or only looks. Nothing is looked up, let alone handed over, before
    /// all of them can be read.
    /// </summary>
    public async Task<CounterOutcome> JudgeAsync(
        Clerk clerk, IReadOnlyList<CounterLine> lines, ProxyBody? proxy, bool handOver, CancellationToken cancellationToken)
    {
        if (lines.Count == 0) return new CounterOutcome(Refusal.InvalidRequest, false, []);
        var requests = new RedemptionRequest[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            var wrong = reader.Read(lines[i], proxy, out var request);
            if (wrong != Refusal.None) return new CounterOutcome(wrong, false, []);
            requests[i] = request!;
        }

        var twice = Enumerable.Range(0, lines.Count).Select(i => FirstOf(requests, i)).ToArray();
        var asked = Enumerable.Range(0, lines.Count).Where(i => twice[i] is null).ToArray();
        var answers = handOver
            ? await HandOverAsync(clerk, [.. asked.Select(i => requests[i])], cancellationToken)
            : await store.CheckAsync(clerk, [.. asked.Select(i => requests[i])], cancellationToken);
        var judged = new JudgedLine[lines.Count];
        for (var i = 0; i < asked.Length; i++) judged[asked[i]] = await JudgedAsync(lines[asked[i]], answers[i], cancellationToken);
        for (var i = 0; i < lines.Count; i++) judged[i] ??= new JudgedLine(lines[i], null, null) { SameAs = twice[i] };
        return new CounterOutcome(Refusal.None, handOver, judged);
    }

    /// <summary>One after another, each under its own request id: what was handed over stays so, and asking again changes nothing.</summary>
    private async Task<List<RedemptionAnswer>> HandOverAsync(
        Clerk clerk, IReadOnlyList<RedemptionRequest> asked, CancellationToken cancellationToken)
    {
        var answers = new List<RedemptionAnswer>(asked.Count);
        foreach (var request in asked) answers.Add(await store.RedeemAsync(clerk, request, cancellationToken));
        return answers;
    }

    private async Task<JudgedLine> JudgedAsync(CounterLine line, RedemptionAnswer answer, CancellationToken cancellationToken) =>
        answer.Refusal != Refusal.None ? new JudgedLine(line, answer, null) : new JudgedLine(line, answer, store.ViewOf(answer))
        {
            Round = answer.Booking is { } booking ? await rounds.FindAsync(booking.RoundDate, cancellationToken) : null,
            MayVoid = answer.Booking?.RedeemedAt is { } at && calendar.Now - at <= RedemptionRules.VoidTime,
        };

    /// <summary>Index of an earlier line that names the same booking.</summary>
    private static int? FirstOf(RedemptionRequest[] requests, int line)
    {
        var first = Array.FindIndex(
            requests, r => (r.Number is not null && r.Number == requests[line].Number) || (r.Holder is not null && r.Holder == requests[line].Holder));
        return first >= 0 && first < line ? first : null;
    }
}

/// <summary>One booking as typed at the counter. What it holds is personal, so it goes by form and never by address.</summary>
public sealed class CounterLine
{
    public string? Code { get; set; }

    /// <summary>Last four characters of the booker's card.</summary>
    public string? LastFour { get; set; }

    /// <summary>How many are handed over; nothing for all.</summary>
    public string? Units { get; set; }

    /// <summary>Keeps a form that is sent twice from handing over twice.</summary>
    public string? RequestId { get; set; }

    public bool IsEmpty => string.IsNullOrWhiteSpace(Code) && string.IsNullOrWhiteSpace(LastFour);

    /// <summary>The units; what is no number is none, which is refused, since taking it for "all" would hand over too many.</summary>
    public int? UnitsAsNumber
    {
        get
        {
            if (string.IsNullOrWhiteSpace(Units)) return null;
            return int.TryParse(Units, NumberStyles.None, CultureInfo.InvariantCulture, out var units) ? units : 0;
        }
    }
}

/// <summary>What came of a form of the counter: why it could not be read, or the lines, judged.</summary>
public sealed record CounterOutcome(Refusal Refusal, bool HandedOver, IReadOnlyList<JudgedLine> Lines)
{
    public int Count(Verdict verdict) => Lines.Count(l => l.View?.Verdict == verdict);

    /// <summary>What is to be paid for the lines with a verdict.</summary>
    public decimal Amount(Verdict verdict) => Lines.Where(l => l.View?.Verdict == verdict).Sum(l => l.View!.Booking!.Amount);
}

/// <summary>One line and what was found: no answer where an earlier line names the same booking, no view where the answer is a refusal.</summary>
public sealed record JudgedLine(CounterLine Line, RedemptionAnswer? Answer, RedemptionView? View)
{
    public RoundState? Round { get; init; }

    /// <summary>Whether the clerk may still take the hand-over back.</summary>
    public bool MayVoid { get; init; }

    /// <summary>Index of the earlier line that names the same booking.</summary>
    public int? SameAs { get; init; }

    public Refusal Refusal => Answer?.Refusal ?? Refusal.None;

    /// <summary>Whether it is, or may be, handed over.</summary>
    public bool IsGood => View?.Verdict is Verdict.Valid or Verdict.Redeemed;
}
