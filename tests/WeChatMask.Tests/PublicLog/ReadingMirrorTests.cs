using Microsoft.Extensions.Options;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

/// <summary>The log as a folder of files, from which a stranger can check it without the city's program.</summary>
public sealed class ReadingMirrorTests
{
    [Fact]
    public async Task A_mirror_holds_every_tile_that_its_checkpoint_covers_and_goes_on_after_a_start()
    {
        await using var city = await DeskCity.CreateAsync(1, [5]);
        var folder = Directory.CreateTempSubdirectory("wechatmask-mirror-").FullName;
        try
        {
            await ReadingTree.GrowAsync(city.Database, 600);
            await new ReadyMarkStore(city.Database, TestLog.Store).MarkAsync(city.Clock.Now, default);
            await new LogTilesJob(new LogTileStore(city.Database), NewMirror()).RunAsync(default);
            await HoldsAsync();
            Assert.Equal(["marks/2020-02-10/ready"], Files("marks"));

            // A file was lost, another was cut short.
            File.Delete(Path.Combine(folder, "tile/entries/001"));
            await File.WriteAllTextAsync(Path.Combine(folder, "tile/0/000"), "");
            await ReadingTree.GrowAsync(city.Database, 500);
            var mirror = NewMirror();
            await new LogTilesJob(new LogTileStore(city.Database), mirror).RunAsync(default);
            await HoldsAsync();

            // Within the minute there are new tiles, and no new checkpoint.
            var note = await File.ReadAllTextAsync(Path.Combine(folder, "checkpoint"));
            await ReadingTree.GrowAsync(city.Database, 300);
            city.Clock.Now = city.Clock.Now.AddSeconds(59);
            await Eventually.UntilAsync(async () =>
            {
                await mirror.WriteAsync(default);
                return File.Exists(Path.Combine(folder, "tile/entries/004"));
            });
            Assert.Equal(note, await File.ReadAllTextAsync(Path.Combine(folder, "checkpoint")));
            city.Clock.Now = city.Clock.Now.AddSeconds(1);
            await mirror.WriteAsync(default);
            Assert.NotEqual(note, await File.ReadAllTextAsync(Path.Combine(folder, "checkpoint")));
            await HoldsAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        LogMirror NewMirror() => new(new LogReader(city.Database), Options.Create(new PublicLogSettings { MirrorPath = folder }), city.Clock);

        IEnumerable<string> Files(string under) => Directory.EnumerateFiles(Path.Combine(folder, under), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal);

        async Task HoldsAsync()
        {
            var note = SignedNote.TryVerify(await File.ReadAllTextAsync(Path.Combine(folder, "checkpoint")), TestLog.Keys.KeysOf("test/log"))!;
            var tree = await ReadingTree.ReadAsync(city.Database);
            Assert.Equal(tree.Size, note.Checkpoint.Size);
            Assert.Equal(tree.Root(tree.Size), note.Checkpoint.Root);
            // Neither a file that is half written nor a part of what is whole by now; parts that earlier checkpoints covered may be left.
            var files = Files("tile").Select(f => Tile.TryParse(f)!.Value).ToHashSet();
            Assert.Empty(Tile.Of(tree.Size).Except(files));
            Assert.DoesNotContain(files, t => t.Width < Tile.Full && files.Contains(t with { Width = Tile.Full }));
            foreach (var tile in files) Assert.Equal(tree.Bytes(tile), await File.ReadAllBytesAsync(Path.Combine(folder, tile.ToString())));
        }
    }

    [Fact]
    public async Task Without_a_folder_nothing_is_written()
    {
        await using var city = await DeskCity.CreateAsync(1, [5]);

        await new LogMirror(new LogReader(city.Database), Options.Create(new PublicLogSettings()), city.Clock).WriteAsync(default);

        Assert.False(File.Exists("checkpoint"));
    }
}
