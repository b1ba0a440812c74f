using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>Who cheats really changes the city's database, is found by exactly those whom the page names, and can be put right to the byte.</summary>
public sealed class CheatTests(StagedCity city) : IClassFixture<StagedCity>
{
    private const string Nobody = "phone - door - journalist - night -";

    // What the program counts of its own work, at times of its own.
    private const string OwnCounts = "live_second";

    // What cheats that leave the log alone do not touch.
    private static readonly string[] LogTables = ["log_batch", "log_tile", "log_mark", "board_version"];

    [Theory]
    [InlineData("friend", "phone found door found journalist found night -", "booking person_hold published_entry pharmacy_round quota carry_over log_batch log_mark board_version")]
    [InlineData("swap", "phone found door - journalist found night found", "booking person_hold published_entry")]
    [InlineData("drop", "phone found door - journalist found night found", "booking person_hold published_entry")]
    [InlineData("places", "phone - door - journalist found night found", "quota booking log_batch board_version")]
    [InlineData("records", "phone found door found journalist - night -", "other_log")]
    [InlineData("yesterday", "phone found door - journalist found night -", "booking person_hold quota log_batch board_version")]
    public async Task A_cheat_changes_the_database_is_found_by_those_who_can_and_goes_without_a_trace(string kind, string found, string changed)
    {
        var cheats = await city.HonestAsync();
        var before = await cheats.TablesAsync();

        var state = await cheats.DoAsync(kind);
        var during = await cheats.TablesAsync();
        var undone = await cheats.UndoAsync();
        var after = await cheats.TablesAsync();

        Assert.Equal((kind, found), (state.Kind(), state.Found()));
        var touched = during.Where(t => before.GetValueOrDefault(t.Key) != t.Value).Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        Assert.Subset(touched, changed.Split(' ').ToHashSet(StringComparer.Ordinal));
        if (kind is "swap" or "drop" or "records") Assert.Empty(touched.Intersect(LogTables, StringComparer.Ordinal));
        Assert.Equal([], before.Keys.Union(after.Keys).Where(t => t != OwnCounts && before.GetValueOrDefault(t) != after.GetValueOrDefault(t)));
        Assert.Equal((null, Nobody), (undone.Kind(), undone.Found()));
    }

    [Fact]
    public async Task Where_nobody_cheats_no_witness_finds_anything_and_the_log_holds()
    {
        var cheats = await city.HonestAsync();

        var state = await cheats.LookAsync();

        Assert.Equal(Nobody, state.Found());
        Assert.Equal(state.Witness("door").GetProperty("printed").GetString(), state.Witness("door").GetProperty("shown").GetString());
        await CityLog.HoldsAsync(cheats.Get<Database>());
    }

    [Fact]
    public async Task All_six_can_be_tried_one_after_the_other_each_in_the_honest_city()
    {
        var cheats = await city.HonestAsync();

        foreach (var kind in (string[])["drop", "friend", "yesterday", "swap", "places", "records", "friend", "drop"])
        {
            var state = await cheats.DoAsync(kind);
            Assert.Equal(kind, state.Kind());
            Assert.Contains("found", state.Found(), StringComparison.Ordinal);
        }

        Assert.Equal(Nobody, (await cheats.UndoAsync()).Found());
        await CityLog.HoldsAsync(cheats.Get<Database>());
    }

    [Fact]
    public async Task A_record_that_was_written_anew_fits_itself_so_that_only_those_who_remember_notice()
    {
        var cheats = await city.HonestAsync();
        var door = (await cheats.DoAsync("friend")).Witness("door");
        await CityLog.HoldsAsync(cheats.Get<Database>());

        var stage = await cheats.StageAsync();
        var journalist = cheats.Get<Journalist>();
        var kept = await journalist.KeepAsync(stage.Key, CancellationToken.None);
        var stranger = await journalist.LookAsync(stage with { Note = kept!.Value.Note, Lines = kept.Value.Lines }, CancellationToken.None);

        Assert.False(stranger.Found, stranger.Sentence);
        Assert.NotEqual(door.GetProperty("printed").GetString(), door.GetProperty("shown").GetString());
    }

    [Fact]
    public async Task Two_records_are_of_one_size_truly_signed_and_differ_in_one_line()
    {
        var cheats = await city.HonestAsync();
        await cheats.DoAsync("records");
        var stage = await cheats.StageAsync();
        var site = cheats.Get<PublicSite>();

        var (one, two) = (site.Log(PublicSite.First, stage.Key), site.Log(PublicSite.Other, stage.Key));
        var (first, second) = (await NewestAsync(one), await NewestAsync(two));
        var lines = (await one.LinesAsync(0, first!.Size, CancellationToken.None)).Zip(await two.LinesAsync(0, second!.Size, CancellationToken.None));

        Assert.Equal((first.Origin, first.Size), (second.Origin, second.Size));
        Assert.NotEqual(first.Code, second.Code);
        Assert.Single(lines, l => l.First != l.Second);
        Assert.False(await two.HasOnlyGrownAsync((await one.MarksAsync(stage.Listed, CancellationToken.None))["published"], second, CancellationToken.None));
        await cheats.UndoAsync();
        Assert.Null(await NewestAsync(two));
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("friend", 1)]
    [InlineData("swap", 1)]
    [InlineData("drop", 1)]
    [InlineData("places", 1)]
    [InlineData("records", 1)]
    [InlineData("yesterday", 1)]
    public async Task The_command_that_is_shown_finds_the_same(string? kind, int exit)
    {
        var cheats = await city.HonestAsync();

        var state = kind is null ? await cheats.LookAsync() : await cheats.DoAsync(kind);

        var said = await CheckProgram.RunAsync(state.Command());
        Assert.True(said.Exit == exit, $"{kind} {said.Exit}: {said.Text}");
    }

    private static async Task<Checkpoint?> NewestAsync(PublicLogSite log) => (await log.NewestAsync(CancellationToken.None))?.Checkpoint;
}
