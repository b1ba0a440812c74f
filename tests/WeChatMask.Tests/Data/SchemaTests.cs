using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

/// <summary>One migration text makes the same schema on every engine.</summary>
public sealed class SchemaTests
{
    private const string Columns =
        "SELECT CONCAT(table_name, '.', column_name, CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END) FROM information_schema.columns WHERE table_schema";

    [Fact]
    public async Task Every_engine_gets_the_same_tables_and_columns()
    {
        var expected = await ColumnsAsync(DatabaseKind.Sqlite);
        Assert.NotEmpty(expected);
        foreach (var engine in Enum.GetValues<DatabaseKind>().Where(e => e != DatabaseKind.Sqlite)) Assert.Equal(expected, await ColumnsAsync(engine));
    }

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
                DatabaseKind.Sqlite =>
                    "SELECT m.name || '.' || c.name || CASE c.\"notnull\" WHEN 1 THEN '' ELSE '?' END FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
                DatabaseKind.PostgreSql => $"{Columns} = current_schema()",
                _ => $"{Columns} = DATABASE()",
            });
        }

        folder.Delete(recursive: true);
        return [.. columns.Order(StringComparer.Ordinal)];
    }
}
