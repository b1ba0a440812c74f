using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Operations;

/// <summary>A newcomer with the package and an empty database goes by the written commands to a booking that was collected.</summary>
/// <remarks>The production program, whose addresses of WeChat and of the SMS gateway point at a sandbox's stand-ins.</remarks>
public sealed partial class PackagedCityTests
{
    private const string AppId = "wx0f1e2d3c4b5a6978";
    private const string AppSecret = "0f1e2d3c4b5a69780f1e2d3c4b5a6978";
    private const string Mobile = "13800000001";
    private const string Password = "a river in spring";

    [EngineTheory]
    public async Task From_an_empty_database_to_a_collected_booking(DatabaseKind engine)
    {
        await using var city = await InstalledCity.UnpackAsync();
        await using var database = await TestDatabase.CreateAsync(engine, city.Data);
        await using var world = await SandboxProcess.StartAsync(
            Path.Combine(city.Root, "world"), settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["WeChat__AppId"] = AppId, ["WeChat__AppSecret"] = AppSecret });
        var port = Shell.FreePort();

        var setup = await SetUpAsync(city, database, world, port);
        Assert.True(setup.Code == 0, setup.Output);
        AssertPrivateFiles(city);
        AssertConsoleValues(city, setup.Output, port);
        Assert.Contains(Mobile, await world.Http.GetStringAsync(new Uri("/sandbox/sms", UriKind.Relative)), StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(city.Root, "city.json"), City());
        Assert.Equal(0, (await city.RunAsync("import", "city.json")).Code);
        var first = await LinkAsync(city, "first-administrator");
        var links = new Dictionary<string, Uri>(StringComparer.Ordinal)
        {
            ["supervisor"] = await LinkAsync(city, "invite", "chief", "--role", "supervisor"),
            ["clerk one"] = await LinkAsync(city, "invite", "clerk-one", "--role", "clerk", "--pharmacy", "ONE"),
            ["clerk two"] = await LinkAsync(city, "invite", "clerk-two", "--role", "clerk", "--pharmacy", "TWO"),
        };

        string number;
        using (var http = await city.ServeAsync(port, "/health/ready"))
        {
            await new Phone("boss").WelcomeAsync(http, first, "boss", Password);
            await new Phone("boss").LogInStaffAsync(http, "boss", Password);
            await new Phone("chief").WelcomeAsync(http, links["supervisor"], "chief", Password);
            await new Phone("chief").LogInStaffAsync(http, "chief", Password);
            foreach (var name in new[] { "one", "two" }) await new Phone(name).WelcomeAsync(http, links[$"clerk {name}"], $"clerk-{name}", Password);

            var resident = new Phone("packaged-resident");
            await resident.JoinAsync(http, 7);
            PhoneReply booked = default;
            await Eventually.UntilAsync(async () => (booked = await resident.BookAsync(http, "ONE", "first")).Status == 201 ? true : booked.Code == "not_open" ? false : throw new InvalidOperationException($"{booked.Status} {booked.Code}"));
            number = booked.Text("number")!;
            Assert.Equal("not_yet", await VerdictAsync(http, "clerk-one", number));

            var healthy = await city.RunAsync("doctor", "--sms", Mobile);
            Assert.True(healthy.Code == 0, healthy.Output);
            Assert.Contains("serves this city", healthy.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("MEND", healthy.Output, StringComparison.Ordinal);
            AssertNoSecrets(city, healthy.Output);
            Assert.Equal(0, await city.StopAsync());
        }

        // Pickup is on the day after. No clock of a server's is moved, so the node is not ready then; it serves all the same.
        using (var http = await city.ServeAsync(port, "/health/live", later: "+24h"))
        {
            Assert.Equal("other_pharmacy", await VerdictAsync(http, "clerk-two", number));
            Assert.Equal("redeemed", await VerdictAsync(http, "clerk-one", number));
            Assert.Equal("already_redeemed", await VerdictAsync(http, "clerk-one", number));
            Assert.Equal(0, await city.StopAsync());
        }

        var verified = await city.RunAsync("verify");
        Assert.True(verified.Code == 0, verified.Output);
    }

    private static async Task<Ended> SetUpAsync(InstalledCity city, TestDatabase database, SandboxProcess world, int port)
    {
        var neighbours = world.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        var answers = Path.Combine(city.Root, "answers");
        await File.WriteAllTextAsync(answers, string.Create(CultureInfo.InvariantCulture, $"""
            Site:PublicBaseUrl=http://127.0.0.1:{port}
            Site:TimeZone={Zone()}
            Database:Engine={database.Engine}
            Database:ConnectionString="{database.ConnectionString.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}"
            WeChat:AppId={AppId}
            WeChat:AppSecret={AppSecret}
            WeChat:ApiBaseUrl={neighbours}/sandbox/wechat
            WeChat:AuthorizeBaseUrl={neighbours}/sandbox
            Sms:GatewayUrl={neighbours}/sandbox/sms/gateway
            Setup:TestNumber={Mobile}

            """));
        return await city.RunAsync("setup", "--answers", answers);
    }

    private static async Task<Uri> LinkAsync(InstalledCity city, params string[] args)
    {
        var printed = await city.RunAsync(["staff", .. args]);
        Assert.True(printed.Code == 0, printed.Output);
        return new Uri(Link().Match(printed.Output).Value);
    }

    private static async Task<string?> VerdictAsync(HttpClient http, string clerk, string number)
    {
        var counter = new Phone(clerk);
        await counter.LogInStaffAsync(http, clerk, Password);
        var reply = await counter.SendAsync(
            http, HttpMethod.Post, "/api/pharmacy/redemptions", new { number, idNumberLast4 = People.IdNumber(7)[^4..], requestId = Guid.NewGuid().ToString("N") });
        return reply.Text("verdict") ?? $"{reply.Status} {reply.Code}";
    }

    private static void AssertPrivateFiles(InstalledCity city) => Assert.All(
        Directory.EnumerateFiles(city.Etc), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));

    // The two values that the console asks for are shown, and nothing else that is secret.
    private static void AssertConsoleValues(InstalledCity city, string output, int port)
    {
        var secrets = Secrets(city);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/wechat"), output, StringComparison.Ordinal);
        foreach (var shown in new[] { "WeChat__Token", "WeChat__EncodingAesKey" })
        {
            Assert.Contains(secrets[shown], output, StringComparison.Ordinal);
            secrets.Remove(shown);
        }

        AssertNone(secrets, output);
    }

    private static void AssertNoSecrets(InstalledCity city, string output) => AssertNone(Secrets(city), output);

    // Short ones, such as an id of a key, stand in any text.
    private static void AssertNone(Dictionary<string, string> secrets, string output) => Assert.DoesNotContain(
        secrets, s => s.Value.Length > 8 && s.Key != "Database__ConnectionString" && output.Contains(s.Value, StringComparison.Ordinal));

    private static Dictionary<string, string> Secrets(InstalledCity city) =>
        WeChatMask.Operations.EnvironmentFile.Read(Path.Combine(city.Etc, "secrets.env")).Values.ToDictionary(StringComparer.Ordinal);

    // One in which it is about noon: the window is open and stays so for the test's time.
    private static string Zone()
    {
        var east = 12 - TimeProvider.System.GetUtcNow().Hour;
        return string.Create(CultureInfo.InvariantCulture, $"Etc/GMT{(east > 0 ? "-" : "+")}{Math.Abs(east)}");
    }

    private static string City() => JsonSerializer.Serialize(new
    {
        city = "packaged", name = "包市", timeZone = Zone(), accountName = "包市预约",
        policies = new[]
        {
            new
            {
                from = "2020-02-01", goods = new { name = "口罩", unit = "只" }, unitsPerBooking = 5, unitPriceFen = 160, cooldownDays = 2, lapseKeepsCooldown = true,
                cancellationLiftsCooldown = true, residentsPerAccount = 3, proxyCap = 3, windows = new[] { new { opens = "00:30", closes = "23:00" } },
                quotas = new Dictionary<string, int[]>(StringComparer.Ordinal) { ["*"] = [20] },
                pickup = new { opens = "06:00", closes = "22:00", slotMinutes = 30 }, cancelUntil = "06:00", eligibility = "identityNumber",
                residentNotice = "atPublishing", identification = "numberAndLastFour", complaints = new[] { "12315" }, retentionDays = 30,
            },
        },
        pharmacies = new[] { "ONE", "TWO" }.Select(code => new
        {
            code, name = $"{code}药房", address = "一路一号", district = "中区", latitude = 27.7, longitude = 112.0, phone = "", contactMobile = "13800000002", quotaGroup = "", joins = "2020-02-01",
        }),
    });

    [GeneratedRegex(@"http://\S+", RegexOptions.None, 1000)]
    private static partial Regex Link();
}
