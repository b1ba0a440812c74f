using System.IO.Compression;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Data.Backup;
using WeChatMask.Domain;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data.Backup;

/// <summary>Backing a city up, restoring it, and moving it to another engine.</summary>
public sealed class CopyTests : BackupTests
{
    [EngineTheory]
    public async Task A_backup_in_the_middle_of_a_rush_is_one_state_that_holds_everything_committed_before_it(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 4, [2000]);
        var desk = await city.AddNode().StartAsync();
        var people = await city.RegisterAsync(4000);
        var before = await BookAsync(desk, city, people.Take(200));
        using var over = new CancellationTokenSource();
        var rush = RushAsync(desk, city, people.Skip(400), over.Token);
        var late = new List<string>();
        // The backup asks the time right after it has fixed what it sees; whoever books now must not be in it.
        var clock = new TellingClock(() => late.AddRange(BookAsync(desk, city, people.Skip(200).Take(200)).GetAwaiter().GetResult()));

        var (code, said) = await RunAsync(city.Database, clock, "backup", Archive);
        await over.CancelAsync();
        var booked = await rush;

        Assert.True(code == 0, said);
        await using var copy = await OpenAsync(DatabaseKind.Sqlite);
        (code, said) = await RunAsync(copy.Database, TimeProvider.System, "restore", Archive);
        Assert.True(code == 0, said);
        Assert.DoesNotContain("BROKEN", said, StringComparison.Ordinal);
        var found = (await copy.Database.QueryAsync<string>("SELECT number FROM booking")).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(before.ToHashSet(StringComparer.Ordinal), found);
        Assert.Equal(200, late.Count);
        Assert.DoesNotContain(late, found.Contains);
        Assert.Subset(before.Concat(booked).ToHashSet(StringComparer.Ordinal), found);
        Assert.Equal(before.Count + late.Count + booked.Count, await city.Database.ScalarAsync<int>("SELECT COUNT(*) FROM booking"));
    }

    [EngineTheory]
    public async Task No_table_of_the_schema_is_left_out(DatabaseKind engine)
    {
        await using var target = await OpenAsync(engine);
        await new Migrator(target.Database, TimeProvider.System).MigrateAsync(default);
        await using var connection = await target.Database.Engine.OpenAsync(default);

        var there = await target.Database.Engine.TablesAsync(connection, null);

        Assert.Equal(
            there.Where(t => t != "schema_migration").Order(StringComparer.Ordinal),
            SchemaTables.After([.. Migrator.Files.Select(f => f.Name)]).Select(t => t.Name));
    }

    [EngineTheory]
    public async Task Every_value_is_the_same_on_every_engine_and_back(DatabaseKind engine)
    {
        await using var first = await OpenAsync(DatabaseKind.Sqlite);
        await new Migrator(first.Database, TimeProvider.System).MigrateAsync(default);
        await first.Database.WriteAsync(
            async t =>
            {
                await t.InsertManyAsync(
                    "pharmacy",
                    ["id", "code", "name", "address", "district", "latitude", "longitude", "phone", "contact_mobile", "quota_group", "joins_on", "status"],
                    [
                        [long.MaxValue, "b", "娄底\u2028大药房 😀", "\"1\"\\n\r\n\t<&'>", "", 27.0, 0.1 + 0.2, "", null, "大", "2020-02-10", 0],
                        [long.MinValue, "B", "é e\u0301", " ", "", -1e-300, 111.99999999999999, "", "", "ß", "2020-02-11", int.MaxValue],
                    ]);
                return true;
            },
            default);
        await using var second = await OpenAsync(engine);
        await using var third = await OpenAsync(DatabaseKind.Sqlite);
        var again = Path.Combine(Folder, "again.zip");

        Assert.Equal(0, (await RunAsync(first.Database, TimeProvider.System, "backup", Archive)).Code);
        Assert.Equal(0, (await RunAsync(second.Database, TimeProvider.System, "restore", Archive)).Code);
        Assert.Equal(0, (await RunAsync(second.Database, TimeProvider.System, "backup", again)).Code);
        Assert.Equal(0, (await RunAsync(third.Database, TimeProvider.System, "restore", again)).Code);

        Assert.Equal("娄底\u2028大药房 😀", await third.Database.ScalarAsync<string>("SELECT name FROM pharmacy WHERE code = 'b'"));
        Assert.Equal(0.1 + 0.2, await third.Database.ScalarAsync<double>("SELECT longitude FROM pharmacy WHERE code = 'b'"));
        Assert.Equal(long.MinValue, await third.Database.ScalarAsync<long>("SELECT id FROM pharmacy WHERE code = 'B'"));
        using var one = await CityBackup.OpenAsync(Archive, Key, sealedOnly: true, default);
        using var two = await CityBackup.OpenAsync(again, Key, sealedOnly: true, default);
        Assert.Equal(one.Manifest.Tables.Select(t => t.Content), two.Manifest.Tables.Select(t => t.Content));
        Assert.Equal(2, one.Manifest.Tables.Single(t => t.Name == "pharmacy").Content.Rows);
    }

    [EngineTheory]
    public async Task A_database_with_anything_in_it_is_refused_and_stays_as_it_was(DatabaseKind engine)
    {
        await BackUpSmallCityAsync();
        await using var target = await OpenAsync(engine);
        await new Migrator(target.Database, TimeProvider.System).MigrateAsync(default);
        await target.Database.WriteAsync(t => t.ExecuteAsync("INSERT INTO setting (name, value) VALUES ('a', 'b')"), default);

        var (code, said) = await RunAsync(target.Database, TimeProvider.System, "restore", Archive);

        Assert.Equal(1, code);
        Assert.Contains("not empty (setting)", said, StringComparison.Ordinal);
        Assert.Equal(0, await target.Database.ScalarAsync<int>("SELECT COUNT(*) FROM pharmacy"));
        Assert.Equal("b", await target.Database.ScalarAsync<string>("SELECT value FROM setting"));
    }

    [Fact]
    public async Task A_target_that_changes_a_row_is_found_by_its_checksum_and_stays_empty()
    {
        await BackUpSmallCityAsync();
        await using var target = await OpenAsync(DatabaseKind.Sqlite);
        await new Migrator(target.Database, TimeProvider.System).MigrateAsync(default);
        await target.Database.WriteAsync(
            t => t.ExecuteAsync("CREATE TRIGGER spoil AFTER INSERT ON quota BEGIN UPDATE quota SET planned = planned + 1; END"), default);

        var (code, said) = await RunAsync(target.Database, TimeProvider.System, "restore", Archive);

        Assert.Equal(1, code);
        Assert.Contains("1 of ", said, StringComparison.Ordinal);
        Assert.Contains("tables differ", said, StringComparison.Ordinal);
        Assert.Equal(0, await target.Database.ScalarAsync<int>("SELECT COUNT(*) FROM quota"));
        Assert.Equal(0, await target.Database.ScalarAsync<int>("SELECT COUNT(*) FROM pharmacy"));
    }

    [Fact]
    public async Task A_backup_is_never_written_over_another_and_a_failed_one_leaves_nothing()
    {
        await BackUpSmallCityAsync();
        var written = await File.ReadAllBytesAsync(Archive);
        await using var empty = await OpenAsync(DatabaseKind.Sqlite);

        var (code, said) = await RunAsync(empty.Database, TimeProvider.System, "backup", Archive);
        Assert.Equal(1, code);
        Assert.Contains("there already", said, StringComparison.Ordinal);
        (code, said) = await RunAsync(empty.Database, TimeProvider.System, "backup", Path.Combine(Folder, "other.zip"));
        Assert.Equal(1, code);
        Assert.Contains("holds no city", said, StringComparison.Ordinal);

        Assert.Equal(written, await File.ReadAllBytesAsync(Archive));
        Assert.Equal([Archive], Directory.GetFiles(Folder, "*.zip*"));
    }

    [Fact]
    public async Task The_last_reading_of_a_file_is_refused_beside_another_program_and_keeps_it_out()
    {
        await using var source = await OpenAsync(DatabaseKind.Sqlite);
        var unpooled = $"Data Source={source.File};Pooling=false;Default Timeout=1";
        await using (var other = new SqliteConnection(unpooled))
        {
            await other.OpenAsync();
            await new SqliteCommand("PRAGMA journal_mode = WAL; CREATE TABLE a (b INTEGER)", other).ExecuteNonQueryAsync();

            await Assert.ThrowsAsync<IOException>(async () => await source.Database.Engine.BeginSnapshotAsync(alone: true, default));
        }

        await using (await source.Database.Engine.BeginSnapshotAsync(alone: true, default))
        {
            await using var other = new SqliteConnection(unpooled);
            var refused = await Assert.ThrowsAsync<SqliteException>(async () =>
            {
                await other.OpenAsync();
                await new SqliteCommand("SELECT * FROM a", other).ExecuteNonQueryAsync();
            });
            Assert.Equal(5, refused.SqliteErrorCode);
        }

        await using var after = new SqliteConnection(unpooled);
        await after.OpenAsync();
        await new SqliteCommand("INSERT INTO a VALUES (1)", after).ExecuteNonQueryAsync();
    }

    [EngineTheory]
    public async Task A_moved_city_goes_on_at_its_new_database(DatabaseKind engine)
    {
        await using var target = await TestDatabase.CreateAsync(engine, Directory.CreateDirectory(Path.Combine(Folder, "moved")).FullName);
        var moved = false;
        await using var host = await SandboxHost.StartAsync(clock: "2020-02-10T19:00:00+08:00", configure: builder =>
        {
            if (!moved) return;
            builder.Configuration["Database:Engine"] = target.Engine.ToString();
            builder.Configuration["Database:ConnectionString"] = target.ConnectionString;
        });
        var phone = new Phone("oMover");
        await phone.JoinAsync(host.Http, 7);
        var booked = await phone.BookAsync(host.Http, "LD01", "moving-1");
        Assert.Equal(201, booked.Status);

        var (code, said) = await RunAsync(host.Get<Database>(), TimeProvider.System, target.Settings().Value, "move");
        Assert.True(code == 0, said);
        Assert.Contains("every count and checksum equal", said, StringComparison.Ordinal);
        moved = true;
        await host.RestartAsync("2020-02-10T19:01:00+08:00");

        Assert.Equal(target.Engine == DatabaseKind.Sqlite, host.Get<Database>().Engine is SqliteEngine);
        var again = await phone.BookAsync(host.Http, "LD01", "moving-1");
        Assert.Equal((200, booked.Text("number")), (again.Status, again.Text("number")));
        var neighbour = new Phone("oNeighbour");
        await neighbour.JoinAsync(host.Http, 8);
        var next = await neighbour.BookAsync(host.Http, "LD01", "moving-2");
        Assert.Equal((201, booked.Body.GetProperty("serial").GetInt32() + 1), (next.Status, next.Body.GetProperty("serial").GetInt32()));
        Assert.DoesNotContain(await host.Get<InvariantQueries>().RunAsync(default), r => r.Broken > 0);
    }

    private static async Task<IReadOnlyList<string>> RushAsync(DeskNode desk, DeskCity city, IEnumerable<Registered> people, CancellationToken over)
    {
        var booked = new List<string>();
        foreach (var wave in people.Chunk(40))
        {
            booked.AddRange(await BookAsync(desk, city, wave));
            if (over.IsCancellationRequested) break;
        }

        return booked;
    }

    private sealed class TellingClock(Action told) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            told();
            return System.GetUtcNow();
        }
    }
}
