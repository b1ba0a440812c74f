using WeChatMask.Data;
using WeChatMask.Data.Backup;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

/// <summary>One migration text makes the same schema on every engine.</summary>
public sealed class SchemaTests
{
    // What a view's column may be is each engine's guess.
    private const string ServerColumns = """
        SELECT CONCAT(t.table_type, ' ', c.table_name, '.', c.column_name, CASE WHEN t.table_type = 'VIEW' OR c.is_nullable = 'NO' THEN '' ELSE '?' END)
          FROM information_schema.columns c
          JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
         WHERE c.table_schema =
        """;

    private const string FileColumns = """
        SELECT CASE m.type WHEN 'view' THEN 'VIEW' ELSE 'BASE TABLE' END || ' ' || m.name || '.' || c.name
               || CASE WHEN m.type = 'view' OR c."notnull" = 1 THEN '' ELSE '?' END
          FROM sqlite_master m JOIN pragma_table_info(m.name) c
         WHERE m.type IN ('table', 'view')
        """;

    [Fact]
    public async Task Every_engine_gets_the_same_tables_views_and_columns()
    {
        var expected = await ColumnsAsync(DatabaseKind.Sqlite);
        Assert.Contains("VIEW booking_pickup.pickup_date", expected);
        foreach (var engine in Enum.GetValues<DatabaseKind>().Where(e => e != DatabaseKind.Sqlite)) Assert.Equal(expected, await ColumnsAsync(engine));
    }

    [Fact]
    public async Task The_view_of_bookings_leaves_none_of_their_columns_out()
    {
        var columns = await ColumnsAsync(DatabaseKind.Sqlite);
        var inView = columns.Where(c => c.StartsWith("VIEW booking_pickup.", StringComparison.Ordinal)).Select(NameOf).ToHashSet(StringComparer.Ordinal);
        Assert.All(columns.Where(c => c.StartsWith("BASE TABLE booking.", StringComparison.Ordinal)), c => Assert.Contains(NameOf(c), inView));
    }

    [Fact]
    public void A_view_is_no_table_whose_rows_a_backup_holds() =>
        Assert.DoesNotContain(SchemaTables.After([.. Migrator.Files.Select(f => f.Name)]), t => t.Name == "booking_pickup");

    private static string NameOf(string column) => column[(column.IndexOf('.', StringComparison.Ordinal) + 1)..].TrimEnd('?');

    private static async Task<IReadOnlyList<string>> ColumnsAsync(DatabaseKind engine)
    {
        var folder = Directory.CreateTempSubdirectory("wechatmask-schema-");
        await using var home = await TestDatabase.CreateAsync(engine, folder.FullName);
        List<string> columns;
        using (var database = new Database(home.Settings()))
        {
            await new Migrator(database, TimeProvider.System).MigrateAsync(default);
            columns = await database.QueryAsync<string>(engine switch
            {
                DatabaseKind.Sqlite => FileColumns,
                DatabaseKind.PostgreSql => $"{ServerColumns} current_schema()",
                _ => $"{ServerColumns} DATABASE()",
            });
        }

        folder.Delete(recursive: true);
        return [.. columns.Order(StringComparer.Ordinal)];
    }
}
