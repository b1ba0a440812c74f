using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace WeChatMask.Domain.PublicLog;

/// <summary>The fields of an entry's text, each of the form that its kind asks for. Of an unknown kind there are none to look at.</summary>
public readonly ref struct EntryFields
{
    /// <summary>In bytes, which are characters here.</summary>
    public const int LongestEntry = 1024;

    private const int LongestKind = 16;
    private const int LongestCode = 32;
    private const int LongestToken = 300;
    private const int MostDigits = 15;
    private const int MostPreferences = 3;

    private static readonly SearchValues<char> CodeCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-");

    private readonly ReadOnlySpan<char> text;
    private readonly Bounds bounds;

    private EntryFields(EntryKind kind, ReadOnlySpan<char> text, Bounds bounds)
    {
        Kind = kind;
        this.text = text;
        this.bounds = bounds;
    }

    public EntryKind Kind { get; }

    public ReadOnlySpan<char> this[int field] => text[(bounds[field] + 1)..bounds[field + 1]];

    /// <summary>False where the text is no entry, or one of a known kind with other fields.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out EntryFields fields)
    {
        fields = default;
        if (text.Length is 0 or > LongestEntry || text.ContainsAnyExceptInRange(' ', '~')) return false;
        if (text[^1] == ' ' || text.Contains("  ", StringComparison.Ordinal)) return false;
        var end = EndOfToken(text, 0);
        var word = text[..end];
        if (word.Length is < 2 or > LongestKind || word.ContainsAnyExceptInRange('a', 'z')) return false;
        var kind = EntryShapes.KindOf(word);
        var ends = default(Bounds);
        if (kind != EntryKind.Unknown)
        {
            ends[0] = end;
            var shape = EntryShapes.Of(kind);
            for (var i = 0; i < shape.Length; i++)
            {
                if (end == text.Length) return false;
                var start = end + 1;
                end = EndOfToken(text, start);
                if (!Fits(shape[i], text[start..end])) return false;
                ends[i + 1] = end;
            }

            if (end != text.Length) return false;
        }

        fields = new EntryFields(kind, text, ends);
        return true;
    }

    public long Number(int field) => long.Parse(this[field], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    public DateOnly Day(int field) => TryDay(this[field], out var day) ? day : throw new FormatException();

    public Hash Hash(int field) => PublicLog.Hash.TryParse(this[field], out var hash) ? hash : throw new FormatException();

    /// <summary>0, or at most 15 digits of which the first is none: what a number in a log, a note or a proof looks like.</summary>
    internal static bool IsNumber(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= MostDigits && !text.ContainsAnyExceptInRange('0', '9') && (text[0] != '0' || text.Length == 1);

    private static int EndOfToken(ReadOnlySpan<char> text, int start)
    {
        var length = text[start..].IndexOf(' ');
        return length < 0 ? text.Length : start + length;
    }

    private static bool Fits(EntryField field, ReadOnlySpan<char> text) => field switch
    {
        EntryField.Day => TryDay(text, out _),
        EntryField.Code => IsCode(text),
        EntryField.Int => IsNumber(text),
        EntryField.Signed => text is ['-', not '0', ..] ? IsNumber(text[1..]) : IsNumber(text),
        EntryField.Hash => PublicLog.Hash.TryParse(text, out _),
        EntryField.Token => text.Length is >= 1 and <= LongestToken && !text.ContainsAnyExcept(TokenCharacters),
        EntryField.Preferences => ArePreferences(text),
        EntryField.HashOrNone => text is "-" || PublicLog.Hash.TryParse(text, out _),
        EntryField.Version => text is "1",
        EntryField.KeyChange => text is "add" or "end",
        EntryField.Mode => text is "fcfs" or "draw",
        EntryField.CancelledBy => text is "self" or "registry" or "staff",
        EntryField.EarlyOrLate => text is "early" or "late",
        EntryField.CloseReason => text is "full" or "time" or "annulled",
        _ => false,
    };

    private static bool IsCode(ReadOnlySpan<char> text) => text.Length is >= 1 and <= LongestCode && !text.ContainsAnyExcept(CodeCharacters);

    private static bool ArePreferences(ReadOnlySpan<char> text)
    {
        var found = 0;
        foreach (var range in text.Split(','))
        {
            var code = text[range];
            if (++found > MostPreferences || !IsCode(code)) return false;
            foreach (var before in text[..range.Start.Value].Split(','))
                if (code.SequenceEqual(text[before])) return false;
        }

        return true;
    }

    /// <summary>By hand, since every line has a day and the library's reader of such forms is slow.</summary>
    private static bool TryDay(ReadOnlySpan<char> text, out DateOnly day)
    {
        day = default;
        if (text is not [_, _, _, _, '-', _, _, '-', _, _]) return false;
        if (!TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..], out var of)) return false;
        if (year < 1 || month is < 1 or > 12 || of < 1 || of > DateTime.DaysInMonth(year, month)) return false;
        day = new DateOnly(year, month, of);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Where the kind and each field end.</summary>
    [InlineArray(EntryShapes.MostFields + 1)]
    private struct Bounds
    {
        private int end;
    }
}
