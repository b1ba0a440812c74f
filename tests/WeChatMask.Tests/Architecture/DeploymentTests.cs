using System.Diagnostics;
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
    [InlineData("haproxy.cfg", "/api/board/events")]
    [InlineData("haproxy.cfg", "/health/ready")]
    public async Task The_paths_that_the_fronts_treat_apart_are_routes(string front, string path)
    {
        await using var host = await SandboxHost.StartAsync();

        Assert.Contains(path, Repository.Read($"{Folder}/{front}"), StringComparison.Ordinal);
        Assert.Contains(
            host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>(),
            r => "/" + r.RoutePattern.RawText?.Trim('/') == path);
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

    [GeneratedRegex("[A-Z][A-Za-z]+__[A-Za-z0-9_]+")]
    private static partial Regex SettingNames();
}
