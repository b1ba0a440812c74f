using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.Architecture;

/// <summary>The files of <c>scripts/deploy</c> name settings and paths that the program has.</summary>
public sealed partial class DeploymentTests
{
    private const string Folder = "scripts/deploy";

    // Not ours: the platform's, and the one that the unit itself reads.
    private static readonly HashSet<string> Others = new(["ASPNETCORE_FORWARDEDHEADERS_ENABLED", "LISTEN"], StringComparer.Ordinal);

    public static TheoryData<string, DatabaseKind> Layouts => new()
    {
        { "one-box", DatabaseKind.Sqlite }, { "postgresql", DatabaseKind.PostgreSql }, { "mysql", DatabaseKind.MySql },
    };

    [Fact]
    public void Each_setting_they_name_is_one_that_the_program_reads()
    {
        var named = Directory.EnumerateFiles(Path.Combine(Repository.Root, Folder), "*", SearchOption.AllDirectories)
            .SelectMany(f => SettingNames().Matches(File.ReadAllText(f)).Select(m => m.Value)).Distinct(StringComparer.Ordinal).ToList();

        Assert.True(named.Count > 10, $"Only {named.Count} settings were found.");
        Assert.DoesNotContain(named, name => !IsKnown(name));
    }

    [Fact]
    public void A_setting_that_is_not_there_is_noticed()
    {
        Assert.False(IsKnown("Database__ConnectString"));
        Assert.False(IsKnown("Sites__TimeZone"));
        Assert.True(IsKnown("Secrets__EncryptionKeys__k1"));
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Each_layout_names_its_engine_and_says_that_a_proxy_is_before_it(string layout, DatabaseKind engine)
    {
        var lines = Lines(Repository.Read($"{Folder}/{layout}.env"));

        Assert.Equal(engine.ToString(), lines["Database__Engine"]);
        Assert.Equal("true", lines["ASPNETCORE_FORWARDEDHEADERS_ENABLED"]);
        Assert.DoesNotContain(lines.Keys, k => !Others.Contains(k) && !IsKnown(k));
        Assert.DoesNotContain(lines.Keys, k => k.StartsWith("Secrets__", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_box_with_fresh_secrets_lacks_only_what_the_console_gives()
    {
        var settings = Lines(Repository.Read($"{Folder}/one-box.env"));
        foreach (var (key, value) in Lines(await FreshSecretsAsync())) settings[key] = value;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key.Replace("__", ":", StringComparison.Ordinal), (string?)s.Value)));
        builder.AddWeChatMask();
        await using var app = builder.Build();

        _ = app.Services.GetRequiredService<IOptions<DatabaseSettings>>().Value;
        _ = app.Services.GetRequiredService<IOptions<SecretSettings>>().Value;
        var refusal = Assert.Throws<OptionsValidationException>(() => app.Services.GetRequiredService<IOptions<WeChatSettings>>().Value);

        Assert.Equal(2, refusal.Failures.Count());
        Assert.Contains(refusal.Failures, f => f.StartsWith("WeChat:AppId", StringComparison.Ordinal));
        Assert.Contains(refusal.Failures, f => f.StartsWith("WeChat:AppSecret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nginx/nginx.conf", "/api/board/events")]
    [InlineData("nginx/nginx.conf", "/api/supervisor/live/events")]
    [InlineData("haproxy.cfg", "/api/board/events")]
    [InlineData("haproxy.cfg", "/api/supervisor/live/events")]
    [InlineData("haproxy.cfg", "/health/ready")]
    public async Task The_paths_that_the_fronts_treat_apart_are_routes(string front, string path)
    {
        await using var host = await SandboxHost.StartAsync();

        Assert.Contains(path, Repository.Read($"{Folder}/{front}"), StringComparison.Ordinal);
        Assert.Contains(
            host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>(),
            r => "/" + r.RoutePattern.RawText?.Trim('/') == path);
    }

    [Fact]
    public void The_unit_its_page_and_the_program_agree_on_exit_codes()
    {
        var unit = Repository.Read($"{Folder}/wechatmask@.service").Split('\n');
        var page = Repository.Read($"{Folder}/README.md");
        var codes = typeof(ExitCodes).GetFields().Select(f => (int)f.GetRawConstantValue()!).Order().ToList();

        Assert.Equal([0, 1, 75], codes);
        Assert.Equal(codes, ExitCodeRows().Matches(page).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).Order());
        // Started again after all but what must be mended first.
        Assert.Contains("Restart=always", unit);
        Assert.Contains($"RestartPreventExitStatus={ExitCodes.Mend}", unit);
        Assert.Contains("StartLimitIntervalSec=0", unit);
    }

    [Fact]
    public async Task The_log_of_nginx_says_what_kind_of_page_and_nothing_that_stands_in_an_address()
    {
        const string secret = "x7Kq-93.secret";
        var conf = Repository.Read($"{Folder}/nginx/nginx.conf");
        var place = new Regex(PlaceRule().Match(conf).Groups[1].Value, RegexOptions.None, TimeSpan.FromSeconds(1));
        await using var host = await SandboxHost.StartAsync();

        Assert.DoesNotContain(LogFormats().Matches(conf), m => Leaks().IsMatch(m.Value));
        // What concerns one request is written with its whole address.
        Assert.All(ErrorLogs().Matches(conf[conf.IndexOf("http {", StringComparison.Ordinal)..]), m => Assert.Equal("emerg", m.Groups[1].Value));
        var routes = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(r => "/" + r.RoutePattern.RawText?.Trim('/')).Where(r => r.Contains('{', StringComparison.Ordinal)).ToList();
        Assert.True(routes.Count > 20, $"Only {routes.Count} routes have values.");
        foreach (var route in routes)
        {
            var logged = place.Match(RouteValues().Replace(route, secret));
            Assert.DoesNotContain(secret, logged.Success ? logged.Groups["called"].Value : "/", StringComparison.Ordinal);
        }

        Assert.Equal("/sms", place.Match($"/sms/receipts/aliyun/{secret}").Groups["called"].Value);
        Assert.Equal("/api/bookings", place.Match("/api/bookings/12345").Groups["called"].Value);
    }

    private static bool IsKnown(string name)
    {
        var parts = name.Split("__");
        return SampleSettingsTests.Sections.TryGetValue(parts[0], out var section)
            && section.GetProperty(parts[1]) is { } property
            && parts.Length == (property.PropertyType == typeof(Dictionary<string, string>) ? 3 : 2);
    }

    // As systemd reads them: KEY=VALUE, quotes around a value taken off, whole-line comments.
    private static Dictionary<string, string> Lines(string text) => text.Split('\n')
        .Where(l => l.Length > 0 && l[0] != '#')
        .Select(l => l.Split('=', 2))
        .ToDictionary(l => l[0], l => l[1].Trim('"'), StringComparer.Ordinal);

    private static async Task<string> FreshSecretsAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, Folder, "make-secrets")) { RedirectStandardOutput = true, UseShellExecute = false };
        using var script = Process.Start(start)!;
        var printed = await script.StandardOutput.ReadToEndAsync();
        await script.WaitForExitAsync();
        Assert.Equal(0, script.ExitCode);
        return printed;
    }

    [GeneratedRegex(@"^\| (?<code>\d+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ExitCodeRows();

    [GeneratedRegex(@"map \$uri \$place \{\s*~(\S+) \$called;")]
    private static partial Regex PlaceRule();

    [GeneratedRegex(@"log_format [^;]*;")]
    private static partial Regex LogFormats();

    [GeneratedRegex(@"\$(request|request_uri|uri|document_uri|args|query_string|arg_\w+|http_\w+|cookie_\w+|sent_http_\w+)\b")]
    private static partial Regex Leaks();

    [GeneratedRegex(@"error_log \S+ (\w+);")]
    private static partial Regex ErrorLogs();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex RouteValues();

    [GeneratedRegex("[A-Z][A-Za-z]+__[A-Za-z0-9_]+")]
    private static partial Regex SettingNames();
}
