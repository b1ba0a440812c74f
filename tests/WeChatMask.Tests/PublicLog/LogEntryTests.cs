using WeChatMask.Domain.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

public sealed class LogEntryTests
{
    private static readonly DateOnly Day = new(2020, 2, 10);
    private static readonly DateOnly Next = new(2020, 2, 11);
    private static readonly Hash Some = Hash.Of([1]);
    private static readonly string Base = Some.ToString();

    /// <summary>One of each kind, with the text that it has.</summary>
    private static readonly (LogEntry Entry, string Text)[] Written =
    [
        (LogEntry.Log("loudi.example/log", 1581242400, "878ad6e9"), "log 1 loudi.example/log 1581242400 878ad6e9"),
        (LogEntry.KeyAdded("878ad6e9", Some, 1581242400), $"key add 878ad6e9 {Base} 1581242400"),
        (LogEntry.KeyEnded("878ad6e9", Some, 1581242400), $"key end 878ad6e9 {Base} 1581242400"),
        (LogEntry.Policy(Day, Some, 1581246000), $"policy 2020-02-10 {Base} 1581246000"),
        (LogEntry.Round(Day, Next, isDraw: false, 5, Some, Some, 1581325200), $"round 2020-02-10 2020-02-11 fcfs 5 {Base} {Base} 1581325200"),
        (LogEntry.Round(Day, Next, isDraw: true, 5, Some, Some, 1581325200), $"round 2020-02-10 2020-02-11 draw 5 {Base} {Base} 1581325200"),
        (LogEntry.Window(Day, 1, 1581332400, 1581343200, 1581325200), "window 2020-02-10 1 1581332400 1581343200 1581325200"),
        (LogEntry.Quota(Day, "LD01", 1, 160, -3, 1581325200), "quota 2020-02-10 LD01 1 160 -3 1581325200"),
        (LogEntry.Carry(Day, Next, "LD01", 1, 2, -3, 0), "carry 2020-02-10 2020-02-11 LD01 1 2 -3 0"),
        (LogEntry.Book(Day, "LD01", 1, 17, 1581332403, Some), $"book 2020-02-10 LD01 1 17 1581332403 {Base}"),
        (LogEntry.Cancel(Day, "LD01", 17, CancelledBy.Self, late: false, 1581332600), "cancel 2020-02-10 LD01 17 self early 1581332600"),
        (LogEntry.Cancel(Day, "LD01", 17, CancelledBy.Registry, late: true, 1581332600), "cancel 2020-02-10 LD01 17 registry late 1581332600"),
        (LogEntry.Cancel(Day, "LD01", 17, CancelledBy.Staff, late: true, 1581332600), "cancel 2020-02-10 LD01 17 staff late 1581332600"),
        (LogEntry.Close(Day, CloseReason.Full, 1581332600), "close 2020-02-10 full 1581332600"),
        (LogEntry.Close(Day, CloseReason.Time, 1581343200), "close 2020-02-10 time 1581343200"),
        (LogEntry.Close(Day, CloseReason.Annulled, 1581343200), "close 2020-02-10 annulled 1581343200"),
        (LogEntry.List(Day, "LD01", 160, Some), $"list 2020-02-10 LD01 160 {Base}"),
        (LogEntry.Publish(Day, 1581343205), "publish 2020-02-10 1581343205"),
        (LogEntry.Deliver(Day, "LD01", 800), "deliver 2020-02-10 LD01 800"),
        (LogEntry.Give(Day, "LD01", 17, 5), "give 2020-02-10 LD01 17 5"),
        (LogEntry.Void(Day, "LD01", 17), "void 2020-02-10 LD01 17"),
        (LogEntry.Move(Day, "LD01", 17, Next), "move 2020-02-10 LD01 17 2020-02-11"),
        (LogEntry.Lapse(Day, "LD01", 17), "lapse 2020-02-10 LD01 17"),
        (LogEntry.Transfer(Day, "LD01", 17, "LD-02", 1), "transfer 2020-02-10 LD01 17 LD-02 1"),
        (LogEntry.End(Day, 1581415200), "end 2020-02-10 1581415200"),
        (LogEntry.Shred(Day, Some, 1581415200, Next), $"shred 2020-02-10 {Base} 1581415200 2020-02-11"),
        (LogEntry.Audit("bureau", 12, Some), $"audit bureau 12 {Base}"),
        (LogEntry.Fork("loudi.example/log", 12, Some, 1581415200), $"fork loudi.example/log 12 {Base} 1581415200"),
    ];

    /// <summary>The kinds that only a draw has.</summary>
    private static readonly string[] OfDraws =
    [
        $"commit 2020-02-10 notary {Base} c2ln",
        $"apply 2020-02-10 3 LD01,LD-02,LD03 1 1581332403 {Base}",
        "withdraw 2020-02-10 48213",
        "reject 2020-02-10 48213",
        "seal 2020-02-10 12 1581343200",
        $"reveal 2020-02-10 notary {Base}",
        "beacon 2020-02-10 dice 3.1.6",
        "attest 2020-02-10 notary c2ln",
        $"draw 2020-02-10 {Base}",
        "win 2020-02-10 48213 LD01 1",
        $"cut 2020-02-10 LD01 1 {Base}",
        "cut 2020-02-10 LD01 1 -",
    ];

    /// <summary>What fits no field, or only one of another form.</summary>
    private static readonly string[] Wrong =
    [
        "", "00", "01", "-0", "-01", "+1", "1.0", "0x1", "1e3", "1000000000000000", "-1000000000000000", "\u0661", "ld01", "LD_01", "LD01,", ",LD01", "LD01,LD01",
        "LD01,LD02,LD03,LD04", new string('A', 33), new string('a', 301), "2020-02-30", "2019-02-29", "2020-2-10", "20-02-10", "0000-01-01", "2020-02-10T", "2020/02/10",
        "FCFS", "Self", "Late", "Add", "Full", Base[..^1], Base + "A", Base[..^1] + "B", Base + "=", Base[..^1] + "+", "--", "a+b", "a,b", "\u00e9", "a\tb", "a\r",
    ];

    private static readonly string[] Texts = [.. Written.Select(w => w.Text), .. OfDraws];

    private static readonly string[] FreeWords = ["loudi.example/log", "878ad6e9", "bureau", "notary", "c2ln", "dice", "3.1.6"];

    public static TheoryData<string> Vectors => LogVectors.Of("entry");

    public static TheoryData<string> Lines => new(Texts);

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Every_vector_is_answered_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);

        var entry = LogEntry.TryParse(input.Text("entry"));

        Assert.Equal(answer is null, entry is null);
        if (answer is not { } expected) return;
        var tokens = entry!.Text.Split(' ');
        Assert.True(EntryFields.TryRead(entry.Text, out var fields));
        Assert.Equal(expected.Hash("leaf"), entry.Leaf);
        Assert.Equal(expected.Text("kind"), fields.Kind == EntryKind.Unknown ? "?" : tokens[0]);
        Assert.Equal(expected.Texts("fields"), tokens[(fields.Kind == EntryKind.Unknown ? 0 : 1)..]);
    }

    [Fact]
    public void Each_kind_has_its_text() => Assert.All(Written, w => Assert.Equal(w.Text, w.Entry.Text));

    [Fact]
    public void Each_kind_is_written_or_of_a_draw() => Assert.Equal(
        Enum.GetNames<EntryKind>().Where(n => n != nameof(EntryKind.Unknown)).Select(n => n.ToLowerInvariant()).Order(StringComparer.Ordinal),
        Texts.Select(text => text.Split(' ')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Lines))]
    public void Its_fields_are_read_as_they_stand(string text)
    {
        var tokens = text.Split(' ');

        Assert.True(EntryFields.TryRead(text, out var fields));

        Assert.Equal(tokens[0], fields.Kind.ToString(), ignoreCase: true);
        for (var i = 1; i < tokens.Length; i++) Assert.Equal(tokens[i], fields[i - 1]);
        Assert.Equal(text, LogEntry.TryParse(text)!.ToString());
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_field_of_another_form_is_refused(string text)
    {
        var tokens = text.Split(' ');
        for (var i = 1; i < tokens.Length; i++)
        {
            var before = tokens[i];
            var refused = 0;
            foreach (var wrong in Wrong)
            {
                tokens[i] = wrong;
                if (LogEntry.TryParse(string.Join(' ', tokens)) is null) refused++;
                else Assert.True(MayBe(before, wrong), $"{before} was taken as {wrong}.");
            }

            Assert.True(refused > 10);
            tokens[i] = before;
        }
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_field_more_or_less_is_refused(string text)
    {
        Assert.Null(LogEntry.TryParse(text + " 1"));
        Assert.Null(LogEntry.TryParse(text[..text.LastIndexOf(' ')]));
        Assert.Null(LogEntry.TryParse(text.Split(' ')[0]));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void Blanks_stand_only_between_fields(string text)
    {
        Assert.Null(LogEntry.TryParse(" " + text));
        Assert.Null(LogEntry.TryParse(text + " "));
        Assert.Null(LogEntry.TryParse(text.Replace(" ", "  ", StringComparison.Ordinal)));
        Assert.Null(LogEntry.TryParse(text.Replace(' ', '\t')));
        Assert.Null(LogEntry.TryParse(text + "\n"));
        Assert.Null(LogEntry.TryParse(text + "\r"));
    }

    [Theory]
    [InlineData("future", true)]
    [InlineData("future 1 !~ \"quoted\"", true)]
    [InlineData("ab", true)]
    [InlineData("abcdefghijklmnop x", true)]
    [InlineData("a 1", false)]
    [InlineData("abcdefghijklmnopq x", false)]
    [InlineData("Book 1", false)]
    [InlineData("book2 1", false)]
    [InlineData("", false)]
    [InlineData("future \u00e9", false)]
    [InlineData("future \u007f", false)]
    public void An_unknown_kind_is_an_entry_when_it_looks_like_one(string text, bool isEntry) => Assert.Equal(isEntry, LogEntry.TryParse(text) is not null);

    [Fact]
    public void An_entry_has_at_most_1024_bytes()
    {
        Assert.NotNull(LogEntry.TryParse("future " + new string('x', 1017)));
        Assert.Null(LogEntry.TryParse("future " + new string('x', 1018)));
    }

    [Fact]
    public void The_longest_fields_are_taken()
    {
        Assert.NotNull(LogEntry.TryParse($"quota 2020-02-29 {new string('Z', 32)} 999999999999999 0 -999999999999999 0"));
        Assert.NotNull(LogEntry.TryParse($"audit {new string('/', 300)} 0 {Base}"));
    }

    [Fact]
    public void No_entry_can_be_made_that_is_none()
    {
        Assert.Throws<ArgumentException>(() => LogEntry.Book(Day, "LD01 1", 1, 1, 1, Some));
        Assert.Throws<ArgumentException>(() => LogEntry.Book(Day, "ld01", 1, 1, 1, Some));
        Assert.Throws<ArgumentException>(() => LogEntry.Book(Day, "LD01", 1, -1, 1, Some));
        Assert.Throws<ArgumentException>(() => LogEntry.Book(Day, "LD01", 1, 1, 1_000_000_000_000_000, Some));
        Assert.Throws<ArgumentException>(() => LogEntry.Log("loudi.example/log\nlog", 1, "a"));
        Assert.Throws<ArgumentException>(() => LogEntry.Audit("", 1, Some));
    }

    [Fact]
    public void A_hash_has_one_text()
    {
        const string characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

        var taken = characters.Where(c => Hash.TryParse(Base[..^1] + c, out var hash) && hash.ToString() == Base[..^1] + c);

        Assert.Equal(characters.Where((_, i) => i % 4 == 0), taken);
        Assert.Equal(16, characters.Count(c => Hash.TryParse(Base[..^1] + c, out _)));
        Assert.False(Hash.TryParse(Base[..20] + " " + Base[21..], out _));
        Assert.False(Hash.TryParse(Base[..20] + "\n" + Base[20..], out _));
    }

    /// <summary>Whether a text may stand where another did: codes and free words have no more than their characters.</summary>
    private static bool MayBe(string before, string wrong) =>
        before.StartsWith("LD", StringComparison.Ordinal) ? wrong.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterUpper(c) || c == '-')
        : FreeWords.Contains(before, StringComparer.Ordinal) && wrong.All(c => char.IsAsciiLetterOrDigit(c) || "._:/-".Contains(c, StringComparison.Ordinal));
}
