using System.Runtime.InteropServices;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Operations;

/// <summary>A booking as its line tells it.</summary>
internal readonly record struct LoggedBookingLine(string Code, long Window, long Serial, long At, Hash Who, long Index, long Batch);

/// <summary>Places that a round gave to another, as the lines add up.</summary>
internal readonly record struct CarriedPlaces(long Left, long Lapsed, long Cancelled, long Difference)
{
    public CarriedPlaces Plus(CarriedPlaces more) => new(Left + more.Left, Lapsed + more.Lapsed, Cancelled + more.Cancelled, Difference + more.Difference);
}

/// <summary>What lines say of rows beyond what a replay keeps. Of the many only what is unlike the others, so that years fit into memory.</summary>
/// <param name="bookings">Of which rounds bookings are kept, until somebody takes them.</param>
internal sealed class LoggedDetails(Func<DateOnly, bool> bookings)
{
    // Lines name some hundred codes millions of times.
    private readonly HashSet<string> codes = new(StringComparer.Ordinal);
    private readonly Dictionary<DateOnly, List<LoggedBookingLine>> books = [];
    private readonly Dictionary<DateOnly, long> units = [];
    private readonly Dictionary<(DateOnly Round, string Code, long Serial), LoggedHandOvers> handOvers = [];
    private readonly Dictionary<(DateOnly Round, string Code, long Serial), DateOnly> moved = [];
    private readonly Dictionary<(DateOnly From, DateOnly To, string Code), CarriedPlaces> carried = [];

    public IReadOnlyDictionary<(DateOnly From, DateOnly To, string Code), CarriedPlaces> Carried => carried;

    public Dictionary<(DateOnly Round, string Code), (long Rows, Hash Root)> Lists { get; } = [];

    /// <summary>Versions of the rules, in the order of their lines.</summary>
    public List<(DateOnly From, Hash Document)> Policies { get; } = [];

    /// <summary>Keys that sign, by id; of the one that line 0 names it does not say more.</summary>
    public Dictionary<string, Hash?> Keys { get; } = new(StringComparer.Ordinal);

    /// <summary>Rounds whose bookings nobody has taken.</summary>
    public IEnumerable<DateOnly> Open => books.Keys.Order();

    /// <summary>The bookings of a round, which are forgotten then.</summary>
    public List<LoggedBookingLine> Take(DateOnly round) => books.Remove(round, out var lines) ? lines : [];

    /// <summary>The day to which a pickup was moved last; null where it was not.</summary>
    public DateOnly? MovedTo(DateOnly round, string code, long serial) => moved.TryGetValue((round, code, serial), out var day) ? day : null;

    /// <summary>What was handed over for a booking; null where it was nothing, or once what every booking of the round gets.</summary>
    public LoggedHandOvers? HandOvers(DateOnly round, string code, long serial) => handOvers.GetValueOrDefault((round, code, serial));

    public void Read(in EntryFields line, long index, long batch)
    {
        switch (line.Kind)
        {
            case EntryKind.Log:
                Keys[line[3].ToString()] = null;
                break;
            case EntryKind.Key when line[0] is "add":
                Keys[line[1].ToString()] = line.Hash(2);
                break;
            case EntryKind.Key:
                Keys.Remove(line[1].ToString());
                break;
            case EntryKind.Policy:
                Policies.Add((line.Day(0), line.Hash(1)));
                break;
            case EntryKind.Round:
                units[line.Day(0)] = line.Number(3);
                break;
            case EntryKind.Carry:
                ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(carried, (line.Day(0), line.Day(1), Code(line[2])), out _);
                sum = sum.Plus(new CarriedPlaces(line.Number(3), line.Number(4), line.Number(5), line.Number(6)));
                break;
            case EntryKind.Book when bookings(line.Day(0)):
                if (!books.TryGetValue(line.Day(0), out var made)) books.Add(line.Day(0), made = []);
                made.Add(new LoggedBookingLine(Code(line[1]), line.Number(2), line.Number(3), line.Number(4), line.Hash(5), index, batch));
                break;
            case EntryKind.List:
                Lists[(line.Day(0), Code(line[1]))] = (line.Number(2), line.Hash(3));
                break;
            case EntryKind.Give or EntryKind.Void or EntryKind.Move or EntryKind.Transfer:
                ReadChange(line);
                break;
        }
    }

    private void ReadChange(in EntryFields line)
    {
        var (round, code, serial) = (line.Day(0), Code(line[1]), line.Number(2));
        switch (line.Kind)
        {
            case EntryKind.Give:
                if (handOvers.TryGetValue((round, code, serial), out var before)) before.Units.Add(line.Number(3));
                else if (line.Number(3) != units.GetValueOrDefault(round)) handOvers.Add((round, code, serial), new LoggedHandOvers([line.Number(3)]));
                break;
            case EntryKind.Void:
                if (!handOvers.TryGetValue((round, code, serial), out var made)) handOvers.Add((round, code, serial), made = new LoggedHandOvers([units.GetValueOrDefault(round)]));
                made.Voids++;
                break;
            case EntryKind.Move:
                moved[(round, code, serial)] = line.Day(3);
                break;
            default:
                var to = (round, Code(line[3]), line.Number(4));
                if (handOvers.Remove((round, code, serial), out var taken)) handOvers[to] = taken;
                if (moved.Remove((round, code, serial), out var day)) moved[to] = day;
                break;
        }
    }

    private string Code(ReadOnlySpan<char> text)
    {
        var known = codes.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(text, out var code)) return code;
        codes.Add(code = text.ToString());
        return code;
    }
}

/// <summary>Units handed over for a booking, one after another, and how often one was taken back.</summary>
internal sealed class LoggedHandOvers(List<long> units)
{
    public List<long> Units { get; } = units;

    public int Voids { get; set; }
}
