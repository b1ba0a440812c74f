using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Operations;

/// <summary>What is wrong with a city is said in one line with the cure, and looking changes nothing.</summary>
public sealed class DoctorTests : IAsyncLifetime
{
    private const string Mobile = "13800138000";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("wechatmask-doctor-");
    private readonly Dictionary<string, string?> settings = new(StringComparer.Ordinal);
    private readonly List<string> sent = [];
    private WebApplication world = null!;
    private string token = """{"access_token":"t","expires_in":7200}""";
    private int sms = 200;
    private long? version;

    public async Task InitializeAsync()
    {
        world = await WorldAsync(null);
        foreach (var (key, value) in ProgramProcess.Good) settings[key] = value.Replace("{folder}", folder.FullName, StringComparison.Ordinal);
        settings["Database:ConnectionString"] = $"Data Source={folder.FullName}/data/city.db";
        settings["Site:PublicBaseUrl"] = settings["WeChat:ApiBaseUrl"] = world.Urls.First();
        settings["Sms:GatewayUrl"] = $"{world.Urls.First()}/sms";
    }

    public async Task DisposeAsync()
    {
        await world.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_city_that_lacks_nothing_is_ok_in_every_line()
    {
        await FillAsync();

        var (code, lines) = await ExamineAsync("--sms", Mobile);

        Assert.True(code == ExitCodes.Stopped, string.Join('\n', lines));
        Assert.DoesNotContain(lines, l => l.StartsWith("MEND", StringComparison.Ordinal));
        foreach (var subject in new[] { "settings", "disk", "database", "schema", "keys", "clock", "city", "staff", "city at the address", "WeChat", "SMS by Gateway" })
            Assert.Contains(lines, l => l.StartsWith($"ok       {subject}:", StringComparison.Ordinal));
        Assert.Contains(Mobile, Assert.Single(sent), StringComparison.Ordinal);
        AssertSilent(lines);
    }

    [Theory]
    [InlineData(40125, "AppSecret")]
    [InlineData(40001, "AppSecret")]
    [InlineData(40013, "AppID")]
    [InlineData(40164, "IP whitelist")]
    [InlineData(40243, "frozen")]
    [InlineData(45009, "used up")]
    [InlineData(89503, "owner")]
    [InlineData(50002, "blocked")]
    [InlineData(-1, "busy")]
    [InlineData(12345, "12345")]
    public async Task What_WeChat_refuses_is_told_with_its_cure(int code, string words)
    {
        await FillAsync();
        token = string.Create(CultureInfo.InvariantCulture, $$"""{"errcode":{{code}},"errmsg":"hint"}""");

        var (exit, lines) = await ExamineAsync();

        Assert.Equal(ExitCodes.Mend, exit);
        Assert.Contains(words, Assert.Single(lines, l => l.StartsWith("MEND", StringComparison.Ordinal)), StringComparison.Ordinal);
        AssertSilent(lines);
    }

    [Fact]
    public async Task Nothing_is_there_yet_and_then_more_and_more()
    {
        Assert.Contains("MEND     database: The database that Database:ConnectionString names is not there", await WorstAsync(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.FullName, "data")));
        var first = await ExamineAsync("--first");
        Assert.True(first.Code == ExitCodes.Stopped, string.Join('\n', first.Lines));
        Assert.Contains(settings["WeChat:Token"]!, string.Join('\n', first.Lines), StringComparison.Ordinal);

        await using (var app = Build()) await app.Services.GetRequiredService<Startup>().StartingAsync(default);
        Assert.Contains("MEND     city:", await WorstAsync(), StringComparison.Ordinal);
        Assert.Contains("staff first-administrator", await WorstAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_another_city_are_named_and_nothing_is_noted()
    {
        await FillAsync();
        settings["Secrets:IdentityHashKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        settings["Secrets:EncryptionKeys:new"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var before = await SettingsStoredAsync();

        Assert.Contains("MEND     keys: Secrets:IdentityHashKey", await WorstAsync(), StringComparison.Ordinal);
        settings["Secrets:IdentityHashKey"] = ProgramProcess.Good["Secrets:IdentityHashKey"];
        Assert.Equal("", await WorstAsync());

        Assert.Equal(before, await SettingsStoredAsync());
    }

    [Fact]
    public async Task A_newer_schema_is_told()
    {
        await FillAsync();
        await using (var app = Build())
            await app.Services.GetRequiredService<Database>().WriteAsync(t => t.ExecuteAsync("INSERT INTO schema_migration (name, checksum, applied_at) VALUES ('9999_later.sql', 'x', 1)"), default);

        Assert.Contains("MEND     schema: a newer build", await WorstAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5L)]
    [InlineData(-1L)]
    [InlineData(null)]
    public async Task Another_city_at_the_address_is_told(long? ahead)
    {
        await FillAsync();
        version = ahead is { } some ? version + (some < 0 ? -5 : some) : null;

        Assert.Contains("MEND     city at the address:", await WorstAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(422, "sign and template")]
    [InlineData(429, "limit")]
    [InlineData(500, "cannot be reached")]
    public async Task An_SMS_that_is_not_taken_is_told(int status, string words)
    {
        await FillAsync();
        sms = status;

        var (code, lines) = await ExamineAsync("--sms", Mobile);

        Assert.Equal(ExitCodes.Mend, code);
        Assert.Contains(words, Assert.Single(lines, l => l.StartsWith("MEND", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_that_is_none_and_a_mistyped_option_are_told()
    {
        await FillAsync();

        Assert.Contains(" SMS: ", Assert.Single((await ExamineAsync("--sms", "12345")).Lines, l => l.StartsWith("MEND", StringComparison.Ordinal)), StringComparison.Ordinal);
        await Assert.ThrowsAsync<StartFaultException>(() => ExamineAsync("--sm", Mobile));
    }

    [Fact]
    public async Task Settings_that_cannot_be_used_are_told_alone()
    {
        settings["Site:DeskBatch"] = "0";
        settings["WeChat:Token"] = "";

        var (code, lines) = await ExamineAsync();

        Assert.Equal(ExitCodes.Mend, code);
        Assert.Equal(2, lines.Count(l => l.StartsWith("MEND     settings: ", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count);
    }

    [Theory]
    [InlineData("localhost", 90, "browsers trust")]
    [InlineData("elsewhere.example", 90, "not for localhost")]
    [InlineData("localhost", -3, "over since")]
    public async Task A_certificate_that_browsers_would_refuse_is_told(string name, int days, string words)
    {
        await FillAsync();
        using var certificate = Certificate(name, days);
        await using var front = await WorldAsync(certificate);
        settings["Site:PublicBaseUrl"] = front.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

        Assert.Contains(words, await WorstAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_told_but_not_before_the_first_start()
    {
        await FillAsync();
        settings["Site:PublicBaseUrl"] = FormattableString.Invariant($"https://localhost:{Shell.FreePort()}");

        Assert.Contains("MEND     certificate: nothing answers", await WorstAsync(), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Stopped, (await ExamineAsync("--first")).Code);
    }

    private static X509Certificate2 Certificate(string name, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-30), now.AddDays(days));
    }

    // WeChat, the gateway and, as if by a node, the board.
    private async Task<WebApplication> WorldAsync(X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(o => o.ListenLocalhostAny(certificate));
        var app = builder.Build();
        app.MapPost("/cgi-bin/stable_token", () => Results.Text(token, "application/json"));
        app.MapPost("/sms", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            sent.Add(await reader.ReadToEndAsync());
            return sms == 200 ? Results.Text("""{"id":"1"}""", "application/json") : Results.StatusCode(sms);
        });
        app.MapGet("/api/board", () => version is { } known ? Results.Json(new { version = known }) : Results.NotFound());
        await app.StartAsync();
        return app;
    }

    private async Task FillAsync()
    {
        await using var app = Build();
        await app.Services.GetRequiredService<Startup>().StartingAsync(default);
        await using (var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Cities", "loudi.json")))
            await app.Services.GetRequiredService<CityImport>().ImportAsync(CityImport.Read(stream), "operator", default);
        await app.Services.GetRequiredService<Database>().WriteAsync(t => StaffStore.AddAsync(t, [new NewStaff("root", StaffStore.Hash("a river in spring"), StaffRole.Administrator)]), default);
        version = await app.Services.GetRequiredService<BoardQueries>().VersionAsync(default);
    }

    private async Task<List<string>> SettingsStoredAsync()
    {
        await using var app = Build();
        return await app.Services.GetRequiredService<Database>().QueryAsync<string>("SELECT name || '=' || value FROM setting ORDER BY name");
    }

    private async Task<string> WorstAsync() => string.Join('\n', (await ExamineAsync()).Lines.Where(l => l.StartsWith("MEND", StringComparison.Ordinal)));

    private async Task<(int Code, List<string> Lines)> ExamineAsync(params string[] args)
    {
        await using var app = Build();
        await using var output = new StringWriter();
        var code = await DoctorCommand.RunAsync(app.Services, ["doctor", .. args], output, default);
        return (code, [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.EndsWith("wechatmask doctor", StringComparison.Ordinal) || !l.Contains("to mend", StringComparison.Ordinal))]);
    }

    private void AssertSilent(IEnumerable<string> lines)
    {
        var all = string.Join('\n', lines);
        Assert.DoesNotContain(settings.Where(s => s.Key.StartsWith("Secrets:", StringComparison.Ordinal) || s.Key is "WeChat:AppSecret" or "WeChat:Token" or "WeChat:EncodingAesKey"), s => s.Value!.Length > 8 && all.Contains(s.Value!, StringComparison.Ordinal));
        Assert.DoesNotContain(Mobile, all, StringComparison.Ordinal);
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.AddWeChatMask();
        return builder.Build();
    }
}

/// <summary>Listening for the doctor's tests.</summary>
internal static class DoctorListening
{
    public static void ListenLocalhostAny(this Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions options, X509Certificate2? certificate) =>
        options.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null) listen.UseHttps(certificate);
        });
}
