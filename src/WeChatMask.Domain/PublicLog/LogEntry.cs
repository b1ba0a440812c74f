using System.Globalization;
using System.Runtime.CompilerServices;

namespace WeChatMask.Domain.PublicLog;

public enum CancelledBy
{
    Self,

    /// <summary>The population registry did not know the person.</summary>
    Registry,
    Staff,
}

public enum CloseReason
{
    Full,
    Time,

    /// <summary>The round is over: live bookings count as cancelled late.</summary>
    Annulled,
}

/// <summary>
/// A line of the public log: printable ASCII that names nobody. One can only be had by reading it or from its kind's method, which
/// throws where the line would be none. Times are seconds since 1970; codes are pharmacies'.
/// </summary>
public sealed class LogEntry
{
    private LogEntry(string text, in EntryFields fields)
    {
        Text = text;
        Kind = fields.Kind;
        RoundDay = fields.Kind switch
        {
            EntryKind.Unknown or EntryKind.Log or EntryKind.Key or EntryKind.Policy or EntryKind.Audit or EntryKind.Fork => null,
            EntryKind.Carry => fields.Day(1),
            _ => fields.Day(0),
        };
        Leaf = MerkleTree.Leaf(text);
    }

    public string Text { get; }

    public EntryKind Kind { get; }

    /// <summary>The day of the round that it tells of; of places that are carried, the round that gets them. Null for what belongs to none.</summary>
    public DateOnly? RoundDay { get; }

    public Hash Leaf { get; }

    public static LogEntry? TryParse(string text) => EntryFields.TryRead(text, out var fields) ? new LogEntry(text, fields) : null;

    /// <summary>Line 0.</summary>
    public static LogEntry Log(string origin, long at, string keyId) => Line($"log 1 {origin} {at} {keyId}");

    public static LogEntry KeyAdded(string keyId, in Hash publicKey, long at) => Line($"key add {keyId} {publicKey} {at}");

    public static LogEntry KeyEnded(string keyId, in Hash publicKey, long at) => Line($"key end {keyId} {publicKey} {at}");

    /// <summary>A version of the rules, by its document's hash, for rounds from a day on.</summary>
    public static LogEntry Policy(DateOnly from, in Hash document, long at) => Line($"policy {from:O} {document} {at}");

    /// <summary>The units are those of one booking.</summary>
    public static LogEntry Round(DateOnly day, DateOnly pickup, bool isDraw, int units, in Hash policy, in Hash roundKey, long at) =>
        Line($"round {day:O} {pickup:O} {(isDraw ? "draw" : "fcfs")} {units} {policy} {roundKey} {at}");

    public static LogEntry Window(DateOnly day, int window, long opensAt, long closesAt, long at) =>
        Line($"window {day:O} {window} {opensAt} {closesAt} {at}");

    /// <summary>Places of a pharmacy in a window; the newest line holds.</summary>
    public static LogEntry Quota(DateOnly day, string code, int window, int planned, int carried, long at) =>
        Line($"quota {day:O} {code} {window} {planned} {carried} {at}");

    /// <summary>Places that a round gives to a later one, by where they come from.</summary>
    public static LogEntry Carry(DateOnly from, DateOnly to, string code, int left, int lapsed, int cancelled, int difference) =>
        Line($"carry {from:O} {to:O} {code} {left} {lapsed} {cancelled} {difference}");

    public static LogEntry Book(DateOnly day, string code, int window, int serial, long at, in Hash who) =>
        Line($"book {day:O} {code} {window} {serial} {at} {who}");

    /// <summary>Late is after the close: the place does not come free.</summary>
    public static LogEntry Cancel(DateOnly day, string code, int serial, CancelledBy by, bool late, long at) =>
        Line($"cancel {day:O} {code} {serial} {Word(by)} {(late ? "late" : "early")} {at}");

    public static LogEntry Close(DateOnly day, CloseReason reason, long at) => Line($"close {day:O} {Word(reason)} {at}");

    /// <summary>The frozen list of a pharmacy, by the root over its rows.</summary>
    public static LogEntry List(DateOnly day, string code, int rows, in Hash root) => Line($"list {day:O} {code} {rows} {root}");

    public static LogEntry Publish(DateOnly day, long at) => Line($"publish {day:O} {at}");

    public static LogEntry Deliver(DateOnly day, string code, int units) => Line($"deliver {day:O} {code} {units}");

    public static LogEntry Give(DateOnly day, string code, int serial, int units) => Line($"give {day:O} {code} {serial} {units}");

    /// <summary>A hand-over is taken back.</summary>
    public static LogEntry Void(DateOnly day, string code, int serial) => Line($"void {day:O} {code} {serial}");

    /// <summary>A booking goes to another pharmacy, whose quota lines stand before.</summary>
    public static LogEntry Transfer(DateOnly day, string code, int serial, string toCode, int toSerial) =>
        Line($"transfer {day:O} {code} {serial} {toCode} {toSerial}");

    /// <summary>A booking's pickup goes to another day.</summary>
    public static LogEntry Move(DateOnly day, string code, int serial, DateOnly newDay) => Line($"move {day:O} {code} {serial} {newDay:O}");

    /// <summary>A booking whose pickup was moved was not collected; the others lapse with the round's end.</summary>
    public static LogEntry Lapse(DateOnly day, string code, int serial) => Line($"lapse {day:O} {code} {serial}");

    public static LogEntry End(DateOnly day, long at) => Line($"end {day:O} {at}");

    /// <summary>The round's key is destroyed; copies in backups are kept until a day.</summary>
    public static LogEntry Shred(DateOnly day, in Hash roundKey, long at, DateOnly backupsUntil) =>
        Line($"shred {day:O} {roundKey} {at} {backupsUntil:O}");

    /// <summary>How long an office's chain of audit lines is, and the hash of its last.</summary>
    public static LogEntry Audit(string office, long lines, in Hash head) => Line($"audit {office} {lines} {head}");

    /// <summary>Line 1 of a log that goes on in place of another.</summary>
    public static LogEntry Fork(string origin, long size, in Hash root, long at) => Line($"fork {origin} {size} {root} {at}");

    public override string ToString() => Text;

    private static string Word(Enum value) => value.ToString().ToLowerInvariant();

    private static LogEntry Line(InvariantText text) => TryParse(text.ToString()) ?? throw new ArgumentException("A field is not of its form.", nameof(text));

    /// <summary>Writes numbers and days as they are written in no country.</summary>
    [InterpolatedStringHandler]
    private ref struct InvariantText(int literalLength, int formattedCount)
    {
        private DefaultInterpolatedStringHandler text = new(literalLength, formattedCount, CultureInfo.InvariantCulture);

        public void AppendLiteral(string value) => text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

        public void AppendFormatted<T>(T value, string format) => text.AppendFormatted(value, format);

        public override string ToString() => text.ToStringAndClear();
    }
}
