using System.Text;
using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.PublicLog;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>Reads what a day's notice, its sheet for the door and the page of checks tell of one round in the public log.</summary>
public sealed class NoticeLogReader(LogReader log, LogStateQueries state, ILogChecks checks, AuditSampleQueries samples)
{
    /// <summary>Of a round that there is.</summary>
    public async Task<NoticeLog> OfAsync(DateOnly round, CancellationToken cancellationToken)
    {
        var marks = await log.MarksAsync(round, cancellationToken);
        if (marks.Shown() is not { } mark)
        {
            var head = await state.HeadAsync(cancellationToken);
            return new NoticeLog(round) { IsOutside = head.LogFrom is not { } from || round < from };
        }

        return new NoticeLog(round)
        {
            Mark = mark,
            Lines = marks.LinesTo(mark),
            Witnesses = await state.LinesAsync(mark.Note.Checkpoint.Size, cancellationToken),
            WrongRows = await checks.WrongRowsAsync(round, cancellationToken),
            Sample = await samples.OfAsync(round, cancellationToken),
        };
    }

    /// <summary>The shown mark's note with the lines of its witnesses, to be kept.</summary>
    internal static async Task<IResult> NoteAsync(string date, LogReader log, LogStateQueries state, RefusalResults refusals, HttpContext context, CancellationToken cancellationToken)
    {
        if (RouteDay.Read(date) is not { } day || (await log.MarksAsync(day, cancellationToken)).Shown() is not { } mark) return refusals.Result(Refusal.UnknownRound);
        var witnesses = await state.LinesAsync(mark.Note.Checkpoint.Size, cancellationToken);
        var note = string.Concat(witnesses.Select(w => w.Line).Prepend(mark.Note.Text));
        context.Response.Headers.CacheControl = "public, max-age=2";
        return TypedResults.Bytes(Encoding.UTF8.GetBytes(note), "text/plain; charset=utf-8", $"{CityFormatter.Date(day)}-{mark.Note.Checkpoint.Code}.txt");
    }
}

/// <summary>A round in the public log.</summary>
public sealed record NoticeLog(DateOnly Round)
{
    /// <summary>Whether the log does not tell of the round, which had begun before it.</summary>
    public bool IsOutside { get; init; }

    /// <summary>The published mark, before it the newest; null before the first.</summary>
    public LogMark? Mark { get; init; }

    /// <summary>The lines that are the round's own evening, among them those of others that were written then.</summary>
    public (long First, long Last)? Lines { get; init; }

    /// <summary>Who signed the mark's note besides the log.</summary>
    public IReadOnlyList<WitnessLine> Witnesses { get; init; } = [];

    /// <summary>How many rows of its lists the last nightly look found to be other than the log says.</summary>
    public long WrongRows { get; init; }

    /// <summary>Whom auditors ask; none before the lists are out.</summary>
    public IReadOnlyList<SampledBooking> Sample { get; init; } = [];
}
