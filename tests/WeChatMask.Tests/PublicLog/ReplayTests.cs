using System.Globalization;
using System.Text.Json;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

public sealed class ReplayTests
{
    private const long PlannedAt = 1581325200;
    private const long Opens = 1581332400;
    private const long Turns = 1581336000;
    private const long Closes = 1581343200;

    private static readonly Hash Rules = Hash.Of("rules"u8);
    private static readonly Hash OtherRules = Hash.Of("other rules"u8);
    private static readonly Hash Key = Hash.Of("key"u8);
    private static readonly Hash Who = Hash.Of("who"u8);
    private static readonly Hash Empty = MerkleTree.EmptyRoot;

    /// <summary>Lines 0 to 7: two pharmacies with two windows, three places and one.</summary>
    private static readonly string[] Planned =
    [
        "log 1 loudi.example/log 1581242400 878ad6e9",
        $"policy 2020-02-01 {Rules} 1581246000",
        Round("2020-02-10", "2020-02-11"),
        $"window 2020-02-10 1 {Opens} {Turns} {PlannedAt}",
        $"window 2020-02-10 2 {Turns} {Closes} {PlannedAt}",
        Quota("LD01", 1, 2),
        Quota("LD01", 2, 1),
        Quota("LD02", 1, 1),
    ];

    /// <summary>Lines 8 to 14: two bookings at the first pharmacy, published.</summary>
    private static readonly string[] Published =
    [
        .. Planned, Book(1), Book(2), $"close 2020-02-10 time {Closes}", List("LD01", 2), List("LD02", 0), "key add k2 " + Key + " 1581343200", $"publish 2020-02-10 {Closes + 5}",
    ];

    private static readonly string[] Ended = [.. Published, "give 2020-02-10 LD01 1 5", "end 2020-02-10 1581415200"];

    public static TheoryData<string> Vectors => LogVectors.Of("replay");

    public static TheoryData<string> Cases => new(Logs.Select(l => l.What));

    /// <summary>What the lines after a log's beginning bring to light, as line and code.</summary>
    private static readonly (string What, string[] Lines, string Expected)[] Logs =
    [
        ("nothing", [.. Ended, "carry 2020-02-10 2020-02-11 LD01 1 1 0 0", $"shred 2020-02-10 {Key} 1581415300 2020-03-12"], ""),
        ("a word", [.. Planned, "BOOK"], "8:F01"),
        ("a field of another form", [.. Planned, Book(1).Replace(" LD01 ", " ld01 ", StringComparison.Ordinal)], "8:F01"),
        ("a first line of another kind", ["publish 2020-02-10 1"], "0:F02 0:F06"),
        ("a first line of no known kind", ["future 1"], "0:F02 0:N01"),
        ("a first line that is none", ["1"], "0:F01"),
        ("a second log", [.. Planned, Planned[0]], "8:F02"),
        ("rules before the opening", [.. Planned, $"policy 2020-02-10 {Rules} {PlannedAt}", Book(1)], ""),
        ("rules of a begun round", [.. Planned, Book(1), $"policy 2020-02-10 {OtherRules} {Opens}"], "9:F03"),
        ("rules of an earlier day that reach a begun round", [.. Planned, Book(1), $"policy 2020-02-02 {OtherRules} {Opens}"], "9:F03"),
        ("rules of later rounds", [.. Planned, Book(1), $"policy 2020-02-11 {OtherRules} {Opens}"], ""),
        ("a round planned anew before the opening", [.. Planned, Planned[2], .. Planned[3..], Book(1)], ""),
        ("a round planned anew without windows", [.. Planned, Planned[2], Quota("LD01", 1, 2), Book(1)], "9:F06 10:F06"),
        ("a round planned anew after the opening", [.. Planned, Book(1), Planned[2].Replace($" {PlannedAt}", $" {Opens + 1}", StringComparison.Ordinal), Book(2)], "9:F04"),
        ("a window after the opening", [.. Planned, Book(1), $"window 2020-02-10 2 {Turns} {Closes + 1} {Opens}"], "9:F04"),
        ("a window that ends before it opens", [.. Planned, $"window 2020-02-10 3 {Closes} {Closes} {PlannedAt}"], "8:F06"),
        ("old rules when it was planned", [Planned[0], Planned[1], $"policy 2020-02-02 {OtherRules} 1581246000", .. Planned[2..], Book(1)], "3:F05"),
        ("old rules when it opened", [.. Planned, $"policy 2020-02-10 {OtherRules} {PlannedAt}", Book(1), Book(2)], "9:F05"),
        ("of one day the rules that came last", [Planned[0], $"policy 2020-02-01 {OtherRules} 1581246000", Planned[1], .. Planned[2..], Book(1)], ""),
        ("rules that hold later", [.. Planned, $"policy 2020-02-11 {OtherRules} {PlannedAt}", Book(1)], ""),
        ("no rules", [Planned[0], Planned[2]], "1:F05"),
        ("a pickup on the day itself", [.. Planned, Round("2020-02-12", "2020-02-12")], "8:F06"),
        ("a round of no units", [.. Planned, Round("2020-02-12", "2020-02-13").Replace(" 5 ", " 0 ", StringComparison.Ordinal)], "8:F06"),
        ("an unknown round", [.. Planned, Book(1).Replace("02-10", "02-12", StringComparison.Ordinal), "give 2020-02-12 LD01 1 5"], "8:F06 9:F06"),
        ("a round that only has postings", [.. Planned, "carry 2020-02-09 2020-02-12 LD01 1 0 0 0", "end 2020-02-12 1581325200"], "9:F06"),
        ("an unknown pharmacy", [.. Planned, Book(1, code: "LD03")], "8:F06"),
        ("a window that the pharmacy has no places in", [.. Planned, Book(1, Turns, window: 2, code: "LD02")], "8:F06"),
        ("a quota of an unknown window", [.. Planned, Quota("LD01", 3, 2)], "8:F06"),
        ("fewer places than none", [.. Planned, Quota("LD01", 1, 2, -3)], "8:F06"),
        ("an unknown serial", [.. Planned, Book(1), Cancel(2)], "9:F06"),
        ("a booking after the close", [.. Planned, Book(1), $"close 2020-02-10 annulled {Opens + 5}", Book(2, Opens + 6)], "10:F07"),
        ("a booking before its window", [.. Planned, Book(1, Opens - 1)], "8:F08"),
        ("a booking as its window opens", [.. Planned, Book(1, Opens)], ""),
        ("a booking as its window closes", [.. Planned, Book(1, Turns - 1), Book(2, Turns)], "9:F08"),
        ("a serial left out", [.. Planned, Book(2), Book(2)], "8:F09"),
        ("a serial twice", [.. Planned, Book(1), Book(1)], "9:F09"),
        ("a serial 0", [.. Planned, Book(0), Book(1), Book(2)], "8:F09 9:F09 10:F09 10:F10"),
        ("one too many in a window", [.. Planned, Book(1), Book(2), Book(3)], "10:F10"),
        ("places that rolled on", [.. Planned, Book(1), Book(2, Turns, window: 2), Book(3, Turns, window: 2)], ""),
        ("one too many over both windows", [.. Planned, Book(1), Book(2, Turns, window: 2), Book(3, Turns, window: 2), Book(4, Turns, window: 2)], "11:F10"),
        ("a place that was given back early", [.. Planned, Book(1), Book(2), Cancel(1), Book(3)], ""),
        ("places taken away from those who have them", [.. Planned, Book(1), Book(2), Quota("LD01", 1, 1, at: Opens + 1)], "10:N03 10:F10"),
        ("carried places that were posted in two lines", [.. Planned, Posted(1, 1), Posted(0, -1), Quota("LD01", 1, 2, 1), Book(1)], ""),
        ("carried places that nobody posted", [.. Planned, Quota("LD01", 1, 2, 1), Book(1)], "9:F11"),
        ("postings that no place came of", [.. Planned, Posted(1, 0), "carry 2020-02-08 2020-02-10 LD03 0 2 0 0", Book(1)], "10:F11 10:F11"),
        ("postings that came before the round was planned", [.. Planned[..2], Posted(1, 0), .. Planned[2..], Quota("LD01", 1, 2, 1), Book(1)], ""),
        ("carried places spread over windows", [.. Planned, Posted(2, 0), Quota("LD01", 1, 2, 1), Quota("LD01", 2, 1, 1), Book(1)], ""),
        ("a booking of a draw", [.. Planned, Round("2020-02-12", "2020-02-13", "draw"), $"window 2020-02-12 1 {Opens} {Closes} {PlannedAt}", Book(1).Replace("02-10", "02-12", StringComparison.Ordinal)], "10:F12"),
        ("an application of a first-come round", [.. Planned, $"apply 2020-02-10 1 LD01 1 {Opens} {Who}", $"policy 2020-02-10 {OtherRules} {Opens}"], "8:F12 9:F03"),
        ("cancelled twice", [.. Planned, Book(1), Cancel(1), Cancel(1)], "10:F13"),
        ("handed over twice", [.. Published, "give 2020-02-10 LD01 1 5", "give 2020-02-10 LD01 1 5"], "16:F13"),
        ("handed over after it was cancelled", [.. Published, Cancel(1, late: true), "give 2020-02-10 LD01 1 5"], "16:F13"),
        ("cancelled after it was handed over", [.. Published, "give 2020-02-10 LD01 1 5", Cancel(1, late: true)], "16:F13"),
        ("taken back what was not handed over", [.. Published, "void 2020-02-10 LD01 1"], "15:F13"),
        ("moved to the pickup day", [.. Published, "move 2020-02-10 LD01 1 2020-02-11", "move 2020-02-10 LD01 1 2020-02-12", "move 2020-02-10 LD01 1 2020-02-11"], "15:F13"),
        ("a moved one cancelled", [.. Published, "move 2020-02-10 LD01 1 2020-02-12", Cancel(1, late: true)], "16:F13"),
        ("lapsed before the end", [.. Published, "move 2020-02-10 LD01 1 2020-02-12", "lapse 2020-02-10 LD01 1"], "16:F13"),
        ("lapsed though it was not moved", [.. Ended, "lapse 2020-02-10 LD01 2"], "17:F13"),
        ("a moved one that outlives the end", [.. Published, "move 2020-02-10 LD01 1 2020-02-12", "end 2020-02-10 1581415200", "lapse 2020-02-10 LD01 1", "lapse 2020-02-10 LD01 1"], "18:F13"),
        ("closed twice", [.. Published[..11], $"close 2020-02-10 time {Closes}"], "11:F13"),
        ("annulled after the close", [.. Published[..11], $"close 2020-02-10 annulled {Closes}", Cancel(1, late: true)], "12:F13"),
        ("annulled after publishing", [.. Published, $"close 2020-02-10 annulled {Closes + 5}"], "15:F13"),
        ("late before the close", [.. Planned, Book(1), Cancel(1, late: true)], "9:F14"),
        ("early after the close", [.. Published, Cancel(1).Replace($" {Opens + 2}", $" {Closes + 5}", StringComparison.Ordinal)], "15:F14"),
        ("closed by time too early", [.. Planned, $"close 2020-02-10 time {Closes - 1}"], "8:F14"),
        ("closed by time without a window", [.. Planned[..3], $"close 2020-02-10 time {Closes}"], "3:F14"),
        ("closed as full with places left", [.. Planned, Book(1), Book(2), Book(3, Turns, window: 2), $"close 2020-02-10 full {Turns}"], "11:F14"),
        ("closed as full", [.. Planned, Book(1), Book(2), Book(1, code: "LD02"), Book(3, Turns, window: 2), $"close 2020-02-10 full {Turns}"], ""),
        ("handed over before publishing", [.. Published[..11], "give 2020-02-10 LD01 1 5"], "11:F15"),
        ("listed before the close", [.. Planned, Book(1), List("LD01", 1)], "9:F16"),
        ("listed twice", [.. Published[..12], List("LD01", 2)], "12:F16"),
        ("listed after publishing", [.. Published, List("LD01", 2)], "15:F16"),
        ("a list of an unknown pharmacy", [.. Published[..13], List("LD03", 0), Published[14]], "13:F16 14:F16"),
        ("a list missing", [.. Published[..12], Published[14]], "12:F16"),
        ("published before the close", [.. Planned, $"publish 2020-02-10 {PlannedAt}"], "8:F16 8:F16"),
        ("published twice", [.. Published, $"publish 2020-02-10 {Closes + 5}"], "15:F16"),
        ("ended before publishing", [.. Planned, $"end 2020-02-10 {PlannedAt}"], "8:F16"),
        ("ended twice", [.. Ended, "end 2020-02-10 1581415200"], "17:F16"),
        ("a list with a row too few", [.. Published[..11], List("LD01", 1)], "11:F17"),
        ("a list with a row that nobody has", [.. Published[..12], List("LD02", 1)], "12:F17"),
        ("an empty list with a root of rows", [.. Published[..12], $"list 2020-02-10 LD02 0 {Who}"], "12:F17"),
        ("another key destroyed", [.. Ended, $"shred 2020-02-10 {Who} 1581415300 2020-03-12"], "17:F18"),
        ("the key destroyed before the end", [.. Published, $"shred 2020-02-10 {Key} 1581415300 2020-03-12"], "15:F18"),
        ("another key before the end", [.. Published, $"shred 2020-02-10 {Who} 1581415300 2020-03-12"], "15:F18 15:F18"),
        ("more units than a booking has", [.. Published, "give 2020-02-10 LD01 1 6", "give 2020-02-10 LD01 2 0"], "15:F25 16:F25"),
        ("a kind of a later version", [.. Planned, "future 1 2"], "8:N01"),
        ("a clock put back", [.. Planned, Book(1, Opens + 16), Book(2, Opens), Book(3, Opens + 1)], "9:N02 10:F10"),
        ("a clock put back a little", [.. Planned, Book(1, Opens + 15), Book(2, Opens)], ""),
        ("a clock that stays back", [.. Planned, Book(1, Opens + 30), Book(2, Opens), Cancel(1), Cancel(2)], "9:N02 10:N02 11:N02"),
        ("times of lines that are not to run forward", [.. Planned, "key end k1 " + Key + " 1", $"fork loudi.example/log 1 {Key} 1", "audit bureau 1 " + Key], ""),
        ("places changed after the opening", [.. Planned, Book(1), Quota("LD01", 1, 4, at: Opens + 1)], "9:N03"),
        ("places changed at the hour of the opening", [.. Planned, $"quota 2020-02-10 LD01 1 4 0 {Opens}"], "8:N03"),
        ("places changed before the opening", [.. Planned, $"quota 2020-02-10 LD01 1 4 0 {Opens - 1}"], ""),
        ("handed over after the end", [.. Ended, "give 2020-02-10 LD01 2 5"], "17:N04"),
        ("a hand-over taken back", [.. Published, "give 2020-02-10 LD01 1 5", "void 2020-02-10 LD01 1", "give 2020-02-10 LD01 1 5"], "16:N05"),
        ("a hand-over taken back after the end", [.. Ended, "void 2020-02-10 LD01 1", "give 2020-02-10 LD01 1 5"], "17:N05 18:N04"),
        ("a booking that went to another pharmacy", [.. Published, Transfer(1, "LD02", 1), "give 2020-02-10 LD02 1 5"], "15:N06"),
        ("a booking that went where no place is", [.. Published, Transfer(1, "LD02", 1), Transfer(2, "LD02", 2)], "15:N06 16:N06 16:F10"),
        ("a booking that went to a serial that is not next", [.. Published, Transfer(1, "LD02", 2)], "15:F13"),
        ("a booking that went twice", [.. Published, Transfer(1, "LD02", 1), Transfer(1, "LD02", 2)], "15:N06 16:F13"),
        ("a booking that was handed over and went", [.. Published, "give 2020-02-10 LD01 1 5", Transfer(1, "LD02", 1)], "16:F13"),
        ("what was left was not given on", [.. Ended, .. NextRound, Book(1, day: "2020-02-12")], "20:N08 20:N08"),
        ("what was left was given on", [.. Ended, "carry 2020-02-10 2020-02-12 LD01 1 1 0 0", "carry 2020-02-10 2020-02-12 LD02 1 0 0 0", .. NextRound[..2], "quota 2020-02-12 LD01 1 2 2 1581415199", "quota 2020-02-12 LD02 1 0 1 1581415199", Book(1, day: "2020-02-12")], ""),
        ("the round after that does not ask again", [.. Ended, .. NextRound, Book(1, day: "2020-02-12"), Book(2, day: "2020-02-12")], "20:N08 20:N08"),
        ("a round that has not ended is not asked", [.. Published, .. NextRound, Book(1, day: "2020-02-12")], ""),
    ];

    private static string[] NextRound =>
    [
        Round("2020-02-12", "2020-02-13").Replace($" {PlannedAt}", " 1581415200", StringComparison.Ordinal),
        "window 2020-02-12 1 1581415200 1581425200 1581415200",
        "quota 2020-02-12 LD01 1 2 0 1581415199",
    ];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Every_vector_is_answered_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);
        var expected = answer!.Value;

        var replay = new Replay(input.TryGetProperty("rules", out var rules) ? DrawTests.Rules(rules) : null);
        foreach (var entry in input.Texts("entries")) replay.Add(entry);

        Assert.Equal(
            expected.GetProperty("findings").EnumerateArray().Select(f => $"{f[0].GetInt64()}:{f[1].GetString()}"),
            replay.Findings.Select(f => $"{f.Line}:{f.Code}"));
        var figures = replay.Figures().ToDictionary(r => r.Key.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), r => r.Value);
        Assert.True(JsonElement.DeepEquals(expected.GetProperty("figures"), JsonSerializer.SerializeToElement(figures, JsonSerializerOptions.Web)));
        Assert.Equal(input.Texts("entries").Length, replay.Size);
        Assert.Equal(MerkleTree.Root([.. input.Texts("entries").Select(e => MerkleTree.Leaf(e))]), replay.Root());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_finds(string what)
    {
        var log = Logs.Single(l => l.What == what);

        Assert.Equal(log.Expected, string.Join(' ', Read(log.Lines).Findings.Select(f => $"{f.Line}:{f.Code}")));
    }

    [Fact]
    public void Every_code_of_a_first_come_round_has_a_log_that_brings_it_to_light() => Assert.Equal(
        Enum.GetNames<FindingCode>().Except(["F19", "F20", "F21", "F22", "F23", "F24", "N07"], StringComparer.Ordinal),
        Logs.SelectMany(l => l.Expected.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(f => f.Split(':')[1]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Fact]
    public void The_figures_are_those_of_the_last_line()
    {
        string[] lines =
        [
            .. Planned, Book(1), Book(2), Cancel(1), Book(3), Book(4, Turns, window: 2), $"close 2020-02-10 time {Closes}", List("LD01", 4), List("LD02", 0), $"publish 2020-02-10 {Closes}",
            Cancel(2, late: true), "give 2020-02-10 LD01 3 5", "end 2020-02-10 1581415200",
        ];

        var figures = Read(lines).Figures()[new DateOnly(2020, 2, 10)];

        Assert.Equal(new PharmacyFigures(Places: 3, Left: 0, Booked: 0, Redeemed: 1, Lapsed: 1, CancelledEarly: 1, CancelledLate: 1, Serials: 4), figures["LD01"]);
        Assert.Equal(new PharmacyFigures(Places: 1, Left: 1, Booked: 0, Redeemed: 0, Lapsed: 0, CancelledEarly: 0, CancelledLate: 0, Serials: 0), figures["LD02"]);
    }

    [Fact]
    public void An_annulled_round_has_no_live_booking()
    {
        var replay = Read([.. Planned, Book(1), Book(2), Cancel(1), $"close 2020-02-10 annulled {Opens + 60}", List("LD01", 2), List("LD02", 0), $"publish 2020-02-10 {Closes}"]);

        Assert.Empty(replay.Findings);
        Assert.Equal(new PharmacyFigures(Places: 3, Left: 2, Booked: 0, Redeemed: 0, Lapsed: 0, CancelledEarly: 1, CancelledLate: 1, Serials: 2), replay.Figures()[new DateOnly(2020, 2, 10)]["LD01"]);
    }

    [Fact]
    public void Figures_that_no_number_holds_are_no_way_out()
    {
        const long most = 999_999_999_999_999;
        // Ten thousand of them make more than 64 bits.
        var replay = Read([.. Planned, .. Enumerable.Repeat($"carry 2020-02-09 2020-02-10 LD01 {most} {most} {most} {most}", 4700), Book(1)]);

        Assert.Equal(new Finding(4708, FindingCode.F11), replay.Findings.Single());
    }

    private static Replay Read(IEnumerable<string> lines)
    {
        var replay = new Replay();
        foreach (var line in lines) replay.Add(line);
        return replay;
    }

    private static string Round(string day, string pickup, string mode = "fcfs") => $"round {day} {pickup} {mode} 5 {Rules} {Key} {PlannedAt}";

    private static string Quota(string code, int window, int planned, int carried = 0, long at = PlannedAt) => $"quota 2020-02-10 {code} {window} {planned} {carried} {at}";

    private static string Posted(int left, int lapsed) => $"carry 2020-02-09 2020-02-10 LD01 {left} {lapsed} 0 0";

    private static string Book(int serial, long? at = null, int window = 1, string code = "LD01", string day = "2020-02-10") =>
        $"book {day} {code} {window} {serial} {at ?? (day == "2020-02-10" ? Opens + 1 : 1581415201)} {Who}";

    private static string Cancel(int serial, bool late = false) => $"cancel 2020-02-10 LD01 {serial} self {(late ? "late" : "early")} {(late ? Closes : Opens + 2)}";

    private static string List(string code, int rows) => $"list 2020-02-10 {code} {rows} {(rows == 0 ? Empty : Who)}";

    private static string Transfer(int serial, string toCode, int toSerial) => $"transfer 2020-02-10 LD01 {serial} {toCode} {toSerial}";
}
