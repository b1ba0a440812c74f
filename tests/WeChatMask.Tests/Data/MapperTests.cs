using Dapper;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

/// <summary>What the mapper compiles for a statement.</summary>
public sealed class MapperTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-mapper-").FullName;

    [EngineTheory]
    public async Task What_is_compiled_for_one_database_serves_every_other_of_its_engine(DatabaseKind engine)
    {
        var sql = $"SELECT @number AS number, '{engine}' AS name";
        for (var number = 1L; number <= 2; number++)
        {
            await using var home = await TestDatabase.CreateAsync(engine, Directory.CreateDirectory(Path.Combine(folder, $"{number}")).FullName);
            using var database = new Database(home.Settings());
            Assert.Equal((number, $"{engine}"), await database.QueryOneAsync<(long, string)>(sql, new { number }));
        }

        Assert.Single(SqlMapper.GetCachedSQL(), kept => kept.Item2 == sql);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
