using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>A journalist's cron job has nothing to say while the city is honest, and says in one sentence what is wrong when it is not.</summary>
public sealed class MonitorDaysTests(MonitoredCity city) : IClassFixture<MonitoredCity>
{
    // The lines tell of the places that were sold too many; the city's own page tells that it counts places which no line has.
    private const string BesideTheLines =
        @"^The public figures of 2020-02-12 LD01 differ from the record: places is shown as \d+, the record gives \d+; left is shown as 0, the record gives -\d+\.$";

    [Fact]
    public void Three_honest_days_are_good()
    {
        Assert.Equal(3, city.Days.Count);
        foreach (var (i, said) in city.Days.Index())
        {
            Assert.True(said.Exit == 0, said.Text);
            Assert.Empty(said.Findings);
            Assert.Matches($@"(?m)^good   2020-02-{10 + i} \(lines ", said.Text);
            // Only what is new was fetched.
            Assert.Matches(@"^good   \d+ lines \([1-9]\d* new\)", said.Text);
        }
    }

    [Theory]
    [InlineData("friend", @"^Line \d+ was changed afterwards: serial 1 of 2020-02-11 LD01 is somebody else's now and \d+ people were moved back \(it was “book ")]
    [InlineData("swap", @"^The published list of 2020-02-11 LD01 does not fit line \d+ of the record: the list was changed\.$")]
    [InlineData("drop", @"^The published list of 2020-02-11 LD01 lacks 1 of its people, the first is serial \d+: it has \d+ rows, the record says \d+\.$")]
    [InlineData("places", @"^2020-02-12 LD01 serial \d+ \(line \d+, 02-12 21:.*\): oversold from here on: LD01 had \d+ places .* \d+ were taken\.$", BesideTheLines)]
    [InlineData("records", @"^One log, two records: two signed notes of \d+ lines contradict each other, codes [A-Z2-7-]{14} and [A-Z2-7-]{14}\.$")]
    [InlineData("yesterday", @"^The record had \d+ lines at the last look and has \d+ now: at least \d+ lines were cut off or an old record was restored; ")]
    public async Task Each_cheat_is_found_at_the_next_look_and_said_in_one_sentence(string kind, string sentence, string? beside = null)
    {
        await city.Cheats.UndoAsync();
        var state = await city.Cheats.DoAsync(kind);

        // Who is shown one of two records alone sees nothing wrong; two who were shown different ones do.
        var said = await city.LookOnCopyAsync();
        if (kind == "records")
        {
            Assert.True(said.Exit == 0, said.Text);
            said = await CheckProgram.RunAsync([.. state.Command(), "--lang", "en"]);
        }

        Assert.True(said.Exit == 1, said.Text);
        Assert.Equal(beside is null ? 1 : 2, said.Findings.Count);
        Assert.Matches(sentence, said.Findings[0]);
        if (beside is not null) Assert.Matches(beside, said.Findings[1]);

        await city.Cheats.UndoAsync();
        var honest = await city.LookOnCopyAsync();
        Assert.True(honest.Exit == 0, honest.Text);
    }
}
