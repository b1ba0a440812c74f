using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Operations;

/// <summary>Holds a round's bookings against the lines by which they were made: when, where, and for whom.</summary>
/// <remarks>
/// A row is known by whom its line is for, so that one which was given another's place is seen as that. Where the key is gone, or the
/// person, it is known by its place.
/// </remarks>
internal sealed class BookingLineCheck(LogCheckQueries queries, LogFindings findings, Replay replay, LoggedDetails details, Func<DateOnly, RoundKey?> keys)
{
    private const string Table = "booking";

    // Of bookings that are missing, so many are looked for in other rounds.
    private const int MostLookedFor = 100;

    private int lookedFor;

    /// <summary>Places at which no row, or a wrong one, stands: what has become of it is no further question.</summary>
    public HashSet<(DateOnly Round, string Code, long Serial)> Misplaced { get; } = [];

    public async Task RunAsync(DateOnly round)
    {
        var lines = details.Take(round);
        var known = new Known(lines, keys(round));
        // The first of several goings is the one from where it was booked.
        var made = new Dictionary<long, (string Code, long Serial)>();
        foreach (var (booking, code, serial) in await queries.LeftAsync(round)) made.TryAdd(booking, (code, serial));
        var met = new bool[lines.Count];
        List<(string Code, long Serial)> strangers = [];
        await foreach (var row in queries.BookingsAsync(round))
        {
            var place = made.TryGetValue(row.Id, out var first) ? first : (row.Code, row.Serial);
            var (found, isByPerson) = known.Find(row, place);
            if (found < 0)
            {
                strangers.Add((row.Code, row.Serial));
                continue;
            }

            met[found] = true;
            Compare(round, lines[found], row, place, made.ContainsKey(row.Id));
            if (!isByPerson && known.IsOfAnother(row, lines[found])) Add(round, lines[found], "resident_id or number", known.WhoOf(row)?.ToString() ?? $"of {row.ResidentId}, who is not there", lines[found].Who);
        }

        foreach (var (code, serial) in strangers) AddRow(round, code, serial, "there", "nothing of it");
        for (var i = 0; i < met.Length; i++)
            if (!met[i]) await MissAsync(round, lines[i]);
    }

    private void Compare(DateOnly round, LoggedBookingLine line, BookingLineRow row, (string Code, long Serial) place, bool hasLeft)
    {
        if (place.Code != line.Code) AddPlace("pharmacy_id", place.Code, line.Code);
        if (place.Serial != line.Serial) AddPlace("serial", place.Serial, line.Serial);
        // The pharmacy to which it went may have no places in its window.
        if (row.WindowIndex != line.Window && !(hasLeft && replay.Round(round)?.Pharmacy(row.Code)?.HasPlacesIn(line.Window) != true))
            Add(round, line, "window_index", row.WindowIndex, line.Window);
        var second = Math.DivRem(row.CreatedAt, 1000).Quotient;
        if (second != line.At) Add(round, line, "created_at", $"second {second}", $"second {line.At}");
        if (row.LogBatch != line.Batch) Add(round, line, "log_batch", row.LogBatch, line.Batch);

        void AddPlace(string column, object has, object says)
        {
            Misplaced.Add((round, row.Code, row.Serial));
            Misplaced.Add((round, line.Code, line.Serial));
            Add(round, line, column, has, says);
        }
    }

    private async Task MissAsync(DateOnly round, LoggedBookingLine line)
    {
        if (lookedFor++ < MostLookedFor && await queries.ElsewhereAsync(round, line.Code, line.Serial, line.At) is { } day)
        {
            Misplaced.Add((round, line.Code, line.Serial));
            Add(round, line, "round_date", day, round);
        }
        else
        {
            AddRow(round, line.Code, line.Serial, "missing", $"that it was made, in line {line.Index}");
        }
    }

    private void AddRow(DateOnly round, string code, long serial, string row, string log)
    {
        Misplaced.Add((round, code, serial));
        findings.AddOf(Table, round, code, serial, LogFinding.WholeRow, row, log);
    }

    private void Add(DateOnly round, LoggedBookingLine line, string column, object? row, object? log) => findings.AddOf(Table, round, line.Code, line.Serial, column, row, log);

    /// <summary>The lines of a round by whom they are for and by their places.</summary>
    private sealed class Known
    {
        private readonly RoundKey? key;
        private readonly Dictionary<Hash, int> byPerson = [];
        private readonly Dictionary<(string Code, long Serial), int> byPlace = [];

        public Known(List<LoggedBookingLine> lines, RoundKey? key)
        {
            this.key = key;
            for (var i = 0; i < lines.Count; i++)
            {
                if (key is not null) byPerson.TryAdd(lines[i].Who, i);
                byPlace.TryAdd((lines[i].Code, lines[i].Serial), i);
            }
        }

        /// <summary>Below zero where no line is the row's.</summary>
        public (int Line, bool IsByPerson) Find(BookingLineRow row, (string Code, long Serial) place)
        {
            if (key is not null)
            {
                var salt = key.Salt(row.Number);
                // Who was registered before persons had commitments has none in their line, and may have one now.
                if ((ProofOf(row) is { } proof && byPerson.TryGetValue(Who.Of(salt, proof), out var line)) || byPerson.TryGetValue(Who.Of(salt), out line)) return (line, true);
            }

            return (byPlace.GetValueOrDefault(place, -1), false);
        }

        public Hash? WhoOf(BookingLineRow row) =>
            key is null || row.KnownResident is null ? null : ProofOf(row) is { } proof ? Who.Of(key.Salt(row.Number), proof) : Who.Of(key.Salt(row.Number));

        /// <summary>Whether a row that stands at a line's place is somebody else's, as far as can be told.</summary>
        public bool IsOfAnother(BookingLineRow row, in LoggedBookingLine line)
        {
            if (key is null) return false;
            if (row.KnownResident is null) return true;
            // What was destroyed cannot be worked out again, and who registered again since may have done so under another name.
            var isGone = row.Proof is null && row.IsErased;
            var cameBack = row.RegisteredAt <= row.CreatedAt && row.ConsentAt > row.CreatedAt;
            return !isGone && !cameBack && WhoOf(row) != line.Who;
        }

        private static Hash? ProofOf(BookingLineRow row) => Hash.TryParse(row.Proof, out var proof) ? proof : null;
    }
}
