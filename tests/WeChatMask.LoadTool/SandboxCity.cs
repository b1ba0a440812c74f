using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.PublicLog;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool;

/// <summary>Puts a city of one's own into the database of a sandbox that is not running yet: it leaves one alone that has its city already.</summary>
internal static class SandboxCity
{
    /// <summary>Makes the schema and writes the city.</summary>
    /// <param name="to">Of an empty database.</param>
    /// <param name="sandbox">The sandbox's program, beside which its settings lie.</param>
    /// <param name="city">The city's file as text; its name must be that of the city the sandbox is started with.</param>
    /// <param name="now">When this is.</param>
    public static async Task FillAsync(DatabaseSettings to, string sandbox, string city, DateTimeOffset now)
    {
        var settings = Settings(sandbox);
        var clock = new FakeClock(now);
        var secrets = Secrets(sandbox);
        using var personal = new PersonalData(secrets);
        using var keys = new LogKeys(
            secrets, Microsoft.Extensions.Options.Options.Create(settings.GetSection("Log").Get<PublicLogSettings>()!), Microsoft.Extensions.Options.Options.Create(new SiteSettings()));
        using var database = new Database(Microsoft.Extensions.Options.Options.Create(to), publicLog: new LogStore(keys));
        await new Migrator(database, clock).MigrateAsync(CancellationToken.None);
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(city));
        await new CityImport(database, new CityStore(personal, clock)).ImportAsync(CityImport.Read(file), "load-tool", CancellationToken.None);
    }

    /// <summary>The keys that every sandbox has.</summary>
    public static IOptions<SecretSettings> Secrets(string sandbox) =>
        Microsoft.Extensions.Options.Options.Create(Settings(sandbox).GetSection("Secrets").Get<SecretSettings>()!);

    private static IConfigurationRoot Settings(string sandbox) =>
        new ConfigurationBuilder().AddJsonFile(Path.Combine(Path.GetDirectoryName(sandbox)!, "sandbox-settings.json")).Build();
}
