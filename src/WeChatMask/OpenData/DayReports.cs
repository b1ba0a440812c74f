using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace WeChatMask.OpenData;

/// <summary>Turns a round's books into its daily report, and says what has changed since it was made last.</summary>
/// <remarks>The report is a document of its own, so that what supervisors were told on a day can be shown as it was told, with every correction.</remarks>
public sealed class DayReports(IOptions<JsonOptions> json)
{
    /// <summary>The name of the one figure that is of the city and of no pharmacy.</summary>
    internal const string VisitsFigure = "visits";

    /// <summary>The first report of a round.</summary>
    public string First(RoundBooks books, DateTimeOffset now) => Write(books with { Report = new ReportState(1, now, null, []) });

    /// <summary>The next report of a round: all figures anew, and one correction that names each that differs. Null when the same figures stand.</summary>
    /// <remarks>The books have the state of the report so far, <paramref name="before"/> is its document.</remarks>
    public string? Next(RoundBooks books, string before, DateTimeOffset now)
    {
        var changes = Changes(Read(before), books);
        if (changes.Count == 0 || books.Report is not { } state) return null;
        var correction = new ReportCorrection(state.Revision + 1, now, changes);
        return Write(books with { Report = new ReportState(correction.Revision, state.ReportedAt, now, [.. state.Corrections, correction]) });
    }

    public static DayReport Read(string document) => JsonSerializer.Deserialize<DayReport>(document, JsonSerializerOptions.Web)!;

    private string Write(RoundBooks books) => JsonSerializer.Serialize(books, json.Value.SerializerOptions);

    private static List<FigureChange> Changes(DayReport before, RoundBooks now)
    {
        var known = before.Pharmacies.ToDictionary(p => p.Code, StringComparer.Ordinal);
        List<FigureChange> changes = before.Visits == now.Visits ? [] : [new FigureChange(null, VisitsFigure, before.Visits, now.Visits)];
        foreach (var p in now.Pharmacies)
        {
            var old = known.GetValueOrDefault(p.Code);
            changes.AddRange(PharmacyBooks.Figures
                .Select(f => new FigureChange(p.Code, f.Name, old is null ? 0 : f.Of(old), f.Of(p)))
                .Where(c => c.Before != c.After));
        }

        return changes;
    }
}

/// <summary>A stored report: figures of each pharmacy and of the city, revision and corrections. One from before there were corrections has no state.</summary>
public sealed record DayReport(IReadOnlyList<PharmacyBooks> Pharmacies, long Visits, ReportState? Report = null);

/// <summary>Which report of a round the supervisors have: the first is revision 1, and each later one corrects the one before.</summary>
/// <remarks>It was reported when the first was made; corrections stand oldest first.</remarks>
public sealed record ReportState(int Revision, DateTimeOffset ReportedAt, DateTimeOffset? CorrectedAt, IReadOnlyList<ReportCorrection> Corrections);

/// <summary>One correction: something of the round was settled after its report.</summary>
public sealed record ReportCorrection(int Revision, DateTimeOffset At, IReadOnlyList<FigureChange> Changes);

/// <summary>A figure that a correction changed, of one pharmacy or, without a code, of the city. Named as in the books.</summary>
public sealed record FigureChange(string? Code, string Figure, long Before, long After);
