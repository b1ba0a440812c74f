using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using Options = Microsoft.Extensions.Options.Options;

namespace WeChatMask.Tests.PublicLog;

/// <summary>Sizes of the log that have names.</summary>
public sealed class ReadingMarkTests
{
    [EngineTheory]
    public async Task Ten_minutes_before_the_opening_the_size_gets_its_name_once(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        var reader = new LogReader(city.Database);
        var jobs = new[] { city.Database, city.AddNode().Database }
            .Select(d => new ReadyMarkJob(new ReadyMarkStore(d, TestLog.Store), new CityCalendar(Options.Create(new SiteSettings()), city.Clock))).ToList();

        city.Clock.Now = DeskCity.Opening.AddMinutes(-10).AddMilliseconds(-1);
        Assert.Equal(0, await jobs[0].RunAsync(default));
        Assert.Empty(await reader.MarksAsync(DeskCity.Day, default));

        city.Clock.Now = DeskCity.Opening.AddMinutes(-10);
        var before = await ReadingTree.ReadAsync(city.Database);
        await Task.WhenAll(jobs.Select(j => Task.Run(() => j.RunAsync(default))));
        await ReadingTree.GrowAsync(city.Database, 3);
        Assert.Equal(0, await jobs[1].RunAsync(default));

        var mark = Assert.Single(await reader.MarksAsync(DeskCity.Day, default));
        Assert.Equal((DeskCity.Day, LogMarkKind.Ready, city.Clock.Now), (mark.Round, mark.Kind, mark.At));
        Assert.Equal(new Checkpoint("test/log", before.Size, before.Root(before.Size)), mark.Note.Checkpoint);
        Assert.NotNull(SignedNote.TryVerify(mark.Note.Text, TestLog.Keys.KeysOf("test/log")));
    }

    [EngineTheory]
    public async Task A_round_that_is_over_is_not_made_ready_any_more(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        await city.Database.WriteAsync(t => t.ExecuteAsync("UPDATE round SET closed_at = opens_at + 1"), default);

        Assert.Equal(0, await new ReadyMarkStore(city.Database, TestLog.Store).MarkAsync(city.Clock.Now, default));
    }

    [EngineTheory]
    public async Task The_latest_rounds_marks_come_first(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        await city.Database.WriteAsync(
            async transaction =>
            {
                var head = await LogStore.LockAsync(transaction);
                foreach (var day in new[] { 1, 0, 2 })
                    foreach (var kind in new[] { LogMarkKind.Published, LogMarkKind.Ready }) await TestLog.Store.MarkAsync(transaction, head, DeskCity.Day.AddDays(day), kind);
            },
            default);
        var reader = new LogReader(city.Database);

        Assert.Equal(["12 Published", "11 Published"], (await reader.NewestMarksAsync(LogMarkKind.Published, 2, default)).Select(Words));
        Assert.Equal(["12 Ready", "12 Published", "11 Ready"], (await reader.NewestMarksAsync(3, default)).Select(Words));
        Assert.Equal(["11 Ready", "11 Published"], (await reader.MarksAsync(DeskCity.Day.AddDays(1), default)).Select(Words));

        static string Words(LogMark mark) => $"{mark.Round.Day} {mark.Kind}";
    }
}
