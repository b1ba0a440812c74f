using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data.Backup;

/// <summary>A folder for a backup, and the operator's commands over it.</summary>
public abstract class BackupTests : IAsyncLifetime
{
    protected static byte[] Key { get; } = SHA256.HashData("backup"u8);

    protected string Folder { get; } = Directory.CreateTempSubdirectory("wechatmask-copy-").FullName;

    protected string Archive => Path.Combine(Folder, "city.zip");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    private protected static Task<(int Code, string Said)> RunAsync(Database database, TimeProvider time, params string[] args) =>
        RunAsync(database, time, new DatabaseSettings(), args);

    private protected static Task<(int Code, string Said)> RunAsync(Database database, TimeProvider time, DatabaseSettings target, params string[] args) =>
        RunAsync(Convert.ToBase64String(Key), database, time, target, args);

    private protected static async Task<(int Code, string Said)> RunAsync(string backupKey, Database database, TimeProvider time, DatabaseSettings target, params string[] args)
    {
        await using var said = new StringWriter();
        var commands = new BackupCommands(database, new Migrator(database, time), new InvariantQueries(database), backupKey, time, said);
        return (await commands.RunAsync(args, () => target, default), said.ToString());
    }

    private protected static async Task<IReadOnlyList<string>> BookAsync(DeskNode desk, DeskCity city, IEnumerable<Registered> people)
    {
        var answers = await Task.WhenAll(people.Select((p, i) => desk.BookAsync(p, city.Codes[i % city.Codes.Count])));
        Assert.All(answers, a => Assert.Equal(Refusal.None, a.Refusal));
        return [.. answers.Select(a => a.Booking!.Number)];
    }

    private protected async Task<Opened> OpenAsync(DatabaseKind engine)
    {
        var place = Directory.CreateDirectory(Path.Combine(Folder, Guid.NewGuid().ToString("N"))).FullName;
        return new Opened(await TestDatabase.CreateAsync(engine, place), Path.Combine(place, "wechatmask.db"));
    }

    private protected async Task BackUpSmallCityAsync()
    {
        await using var city = await DeskCity.CreateAsync(2, [5]);
        var desk = await city.AddNode().StartAsync();
        await BookAsync(desk, city, await city.RegisterAsync(6));
        Assert.Equal(0, (await RunAsync(city.Database, TimeProvider.System, "backup", Archive)).Code);
    }

    private protected sealed class Opened(TestDatabase database, string file) : IAsyncDisposable
    {
        public Database Database { get; } = new(database.Settings());

        public string File { get; } = file;

        public ValueTask DisposeAsync()
        {
            Database.Dispose();
            return database.DisposeAsync();
        }
    }
}
