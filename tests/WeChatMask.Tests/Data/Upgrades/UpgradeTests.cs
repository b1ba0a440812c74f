using System.Text;
using WeChatMask.Data;
using WeChatMask.Data.Backup;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data.Upgrades;

/// <summary>
/// A city that an older version has kept goes on in this one. The city is a backup that the first release made of two days
/// with a row in every table; tables that came later get a row of their own before the migrations after them run.
/// </summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-upgrade-").FullName;

    private const string LastWithSharedSchedule = "0007_sms.sql";

    // As the scheduler of that time made them, each after what it refers to.
    private static readonly (string Table, string? RefersTo)[] SharedSchedule =
    [
        ("JOB_DETAILS", null), ("TRIGGERS", "JOB_DETAILS"), ("SIMPLE_TRIGGERS", "TRIGGERS"), ("CRON_TRIGGERS", "TRIGGERS"), ("SIMPROP_TRIGGERS", "TRIGGERS"),
        ("BLOB_TRIGGERS", "TRIGGERS"), ("CALENDARS", null), ("EXECUTION_HISTORY", null), ("FIRED_TRIGGERS", null), ("JOB_STATUS", null), ("LOCKS", null),
        ("MISFIRE_HISTORY", null), ("PAUSED_JOB_GRPS", null), ("PAUSED_TRIGGER_GRPS", null), ("SCHEDULER_STATE", null),
    ];

    internal static string FirstRelease => Path.Combine(AppContext.BaseDirectory, "Data", "Upgrades", "0001_initial.zip");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [EngineTheory]
    public async Task A_city_at_each_released_schema_keeps_its_rows_and_its_promises_on_the_way_to_this_one(DatabaseKind engine)
    {
        foreach (var released in Migrator.Files.Select(f => f.Name)) await UpgradeAsync(engine, released);
    }

    [EngineTheory]
    public async Task The_first_releases_residents_find_their_bookings_and_book_again(DatabaseKind engine)
    {
        await using var home = await TestDatabase.CreateAsync(engine, folder);
        using (var database = new Database(home.Settings()))
        using (var city = await CityBackup.OpenAsync(FirstRelease, key: null, sealedOnly: false, default))
            Assert.All(await new CityRestore(database, new Migrator(database, TimeProvider.System)).FillAsync(city, default), t => Assert.True(t.Agrees, t.Name));

        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-11T19:10:00+08:00", configure: builder =>
        {
            foreach (var (key, value) in home.Configuration()) builder.Configuration[key] = value;
        });

        using var phone = await host.PhoneAsync("o-up-2");
        Assert.Equal("36221232596", (await phone.GetJsonAsync("/api/bookings")).GetProperty("bookings")[0].GetProperty("number").GetString());
        using var neighbour = await host.NewResidentAsync(100);
        Assert.Equal(2, (await neighbour.BookAsync("LD03", "after")).Body.GetProperty("serial").GetInt32());
        Assert.DoesNotContain(await host.Get<InvariantQueries>().RunAsync(default), r => r.Broken > 0);
    }

    [EngineTheory]
    public async Task A_schedule_that_nodes_shared_goes_and_its_city_stays(DatabaseKind engine)
    {
        await using var home = await TestDatabase.CreateAsync(engine, folder);
        using (var database = new Database(home.Settings()))
        using (var city = await CityBackup.OpenAsync(FirstRelease, key: null, sealedOnly: false, default))
        {
            var migrator = new Migrator(database, TimeProvider.System);
            await migrator.MigrateAsync(name => city.Manifest.Migrations.Any(m => m.Name == name), default);
            await database.WriteAsync(transaction => FillAsync(transaction, city), default);
            await migrator.MigrateAsync(name => string.CompareOrdinal(name, LastWithSharedSchedule) <= 0, default);
            foreach (var (table, refersTo) in SharedSchedule) await database.WriteAsync(transaction => ScheduleAsync(transaction, table, refersTo), default);
            Assert.Equal(SharedSchedule.Length, (await ScheduleTablesAsync(database)).Count());
        }

        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-11T19:10:00+08:00", configure: builder =>
        {
            foreach (var (key, value) in home.Configuration()) builder.Configuration[key] = value;
        });

        Assert.Empty(await ScheduleTablesAsync(host.Get<Database>()));
        using var phone = await host.PhoneAsync("o-up-2");
        Assert.Equal("36221232596", (await phone.GetJsonAsync("/api/bookings")).GetProperty("bookings")[0].GetProperty("number").GetString());
        Assert.DoesNotContain(await host.Get<InvariantQueries>().RunAsync(default), r => r.Broken > 0);
    }

    private async Task UpgradeAsync(DatabaseKind engine, string released)
    {
        await using var home = await TestDatabase.CreateAsync(engine, Directory.CreateDirectory(Path.Combine(folder, released)).FullName);
        using var database = new Database(home.Settings());
        var migrator = new Migrator(database, TimeProvider.System);
        using var city = await CityBackup.OpenAsync(FirstRelease, key: null, sealedOnly: false, default);
        await migrator.MigrateAsync(name => city.Manifest.Migrations.Any(m => m.Name == name), default);
        await database.WriteAsync(transaction => FillAsync(transaction, city), default);
        await migrator.MigrateAsync(name => string.CompareOrdinal(name, released) <= 0, default);
        var tables = SchemaTables.After([.. Migrator.Files.Select(f => f.Name).Where(n => string.CompareOrdinal(n, released) <= 0)]);
        foreach (var table in tables) await database.WriteAsync(transaction => GiveARowAsync(transaction, table), default);
        var before = await KeysAsync(database, tables);
        Assert.All(before, keys => Assert.True(keys.Value.Count > 0, $"{keys.Key} is empty at {released}"));

        await migrator.MigrateAsync(default);

        var now = SchemaTables.After([.. Migrator.Files.Select(f => f.Name)]);
        var after = await KeysAsync(database, [.. now.Where(t => tables.Any(old => old.Name == t.Name && old.Key.SequenceEqual(t.Key)))]);
        Assert.All(after, keys => Assert.Subset(keys.Value, before[keys.Key]));
        Assert.All(await new InvariantQueries(database).RunAsync(default), r => Assert.True(r.Broken == 0, $"{r.Name}, from {released}"));
    }

    private static async Task<bool> ScheduleAsync(WriteTransaction transaction, string table, string? refersTo)
    {
        var reference = refersTo is null ? "" : $", FOREIGN KEY (SCHED_NAME, ITEM_NAME) REFERENCES QRTZ_{refersTo} (SCHED_NAME, ITEM_NAME)";
        await transaction.ExecuteAsync($"CREATE TABLE QRTZ_{table} (SCHED_NAME VARCHAR(120) NOT NULL, ITEM_NAME VARCHAR(150) NOT NULL, PRIMARY KEY (SCHED_NAME, ITEM_NAME){reference})");
        return await transaction.ExecuteAsync($"INSERT INTO QRTZ_{table} (SCHED_NAME, ITEM_NAME) VALUES ('city', 'PlanRounds')") == 1;
    }

    private static async Task<IEnumerable<string>> ScheduleTablesAsync(Database database) =>
        (await database.ReadAsync(connection => database.Engine.TablesAsync(connection, null), default)).Where(t => t.StartsWith("qrtz_", StringComparison.OrdinalIgnoreCase));

    internal static async Task<bool> FillAsync(WriteTransaction transaction, CityBackup city)
    {
        var schema = SchemaTables.After([.. city.Manifest.Migrations.Select(m => m.Name)]);
        foreach (var (table, archived) in schema.Zip(city.Manifest.Tables))
        {
            if (table.Seeded) await TableQueries.ClearAsync(transaction, table);
            var rows = new List<object?[]>();
            await foreach (var row in city.RowsAsync(archived)) rows.Add(row);
            await transaction.InsertManyAsync(table.Name, archived.Columns, rows);
        }

        return true;
    }

    // The least that the columns take. What is told of nobody breaks no promise to anybody.
    private static async Task<bool> GiveARowAsync(WriteTransaction transaction, SchemaTable table)
    {
        if (await transaction.ScalarAsync<long>($"SELECT COUNT(*) FROM {table.Name}") > 0) return false;
        List<(string Name, Type Type)> columns = [];
        await using (var command = transaction.Connection.CreateCommand())
        {
            command.Transaction = transaction.Transaction;
            command.CommandText = $"SELECT * FROM {table.Name} WHERE 1 = 0";
            await using var reader = await command.ExecuteReaderAsync();
            columns.AddRange(Enumerable.Range(0, reader.FieldCount).Select(i => (reader.GetName(i), reader.GetFieldType(i))));
        }

        // A lever has been carried out, and a shelf counted, at a pharmacy that has part in its round.
        var pharmacy = table.Name is "lever_step" or "shelf_count" ? await transaction.ScalarAsync<long>("SELECT MIN(pharmacy_id) FROM pharmacy_round WHERE round_date = '2020-02-10'") : 1L;
        await transaction.InsertManyAsync(table.Name, [.. columns.Select(c => c.Name)], [[.. columns.Select(c => c.Name == "pharmacy_id" && pharmacy != 1 ? pharmacy : Value(c.Name, c.Type))]]);
        return true;
    }

    private static object Value(string column, Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.String when column.EndsWith("date", StringComparison.Ordinal) || column is "day" || column.EndsWith("_day", StringComparison.Ordinal) => "2020-02-10",
        TypeCode.String => "old",
        TypeCode.Double => 1.0,
        _ => 1L,
    };

    private static async Task<IReadOnlyDictionary<string, HashSet<string>>> KeysAsync(Database database, IReadOnlyCollection<SchemaTable> tables)
    {
        await using var snapshot = await database.Engine.BeginSnapshotAsync(alone: false, default);
        var keys = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            using var lines = new MemoryStream();
            await TableQueries.ReadAsync(snapshot.Connection, snapshot.Transaction, table, [.. table.Key], lines, default);
            keys[table.Name] = Encoding.UTF8.GetString(lines.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        }

        return keys;
    }
}
