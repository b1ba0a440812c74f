using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using WeChatMask.Operations;
using WeChatMask.Settings;

namespace WeChatMask.Tests.Operations;

/// <summary>A city's files of settings: written whole or not at all, with fresh keys, and never over a key that is there.</summary>
public sealed class SetupTests : IDisposable
{
    private const string Good = """
        Site:PublicBaseUrl=https://mask.example.gov.cn
        WeChat:AppId=wx0f1e2d3c4b5a6978
        WeChat:AppSecret=0f1e2d3c4b5a69780f1e2d3c4b5a6978

        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("wechatmask-setup-");
    private readonly StringWriter output = new();

    public void Dispose()
    {
        folder.Delete(recursive: true);
        output.Dispose();
    }

    public static TheoryData<string> EverySetting => [.. SettingNames.Sections.SelectMany(s => Leaves(s.Key, s.Value))];

    [Fact]
    public async Task Three_answers_make_a_city_that_would_start()
    {
        Assert.Equal(ExitCodes.Stopped, await RunAsync(Good));

        var settings = Read("settings.env");
        var secrets = Read("secrets.env");
        Assert.Equal(("Sqlite", "Asia/Shanghai", "Safe", "127.0.0.1"), (settings["Database__Engine"], settings["Site__TimeZone"], settings["WeChat__MessageMode"], settings["LISTEN"]));
        Assert.DoesNotContain(settings.Keys, k => k.StartsWith("Secrets__", StringComparison.Ordinal) || k is "WeChat__AppSecret" or "WeChat__Token" or "Database__ConnectionString");
        Assert.Equal((32, 43), (secrets["WeChat__Token"].Length, secrets["WeChat__EncodingAesKey"].Length));
        foreach (var key in new[] { "Secrets__EncryptionKeys__k1", "Secrets__IdentityHashKey", "Secrets__VoucherKeys__A", "Secrets__LogKeys__L1", "Secrets__BackupKey" }) Assert.True(secrets[key].Length > 40);
        Assert.All(Directory.EnumerateFiles(folder.FullName, "*.env"), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
        Assert.All(secrets.Values.Where(v => v.Length > 20), v => Assert.DoesNotContain(v, output.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_two_cities_get_the_same_key()
    {
        await RunAsync(Good);
        var first = Read("secrets.env");
        foreach (var file in folder.EnumerateFiles()) file.Delete();
        await RunAsync(Good);

        Assert.DoesNotContain(Read("secrets.env"), s => s.Value.Length > 20 && !s.Key.StartsWith("WeChat__App", StringComparison.Ordinal) && s.Key != "Database__ConnectionString" && first[s.Key] == s.Value);
    }

    [Theory]
    [InlineData("Secrets__BackupKey")]
    [InlineData("Secrets__IdentityHashKey")]
    [InlineData("WeChat__Token")]
    public async Task Started_again_it_makes_what_is_missing_and_changes_no_key(string missing)
    {
        await RunAsync(Good);
        var before = Read("secrets.env");
        var path = Path.Combine(folder.FullName, "secrets.env");
        await File.WriteAllLinesAsync(path, (await File.ReadAllLinesAsync(path)).Where(l => !l.StartsWith(missing, StringComparison.Ordinal)));

        Assert.Equal(ExitCodes.Stopped, await RunAsync(Good.Replace("mask.", "masks.", StringComparison.Ordinal)));

        var after = Read("secrets.env");
        Assert.NotEqual(before[missing], after[missing]);
        foreach (var (key, value) in before.Where(b => b.Key != missing)) Assert.Equal(value, after[key]);
        Assert.Equal("https://masks.example.gov.cn", Read("settings.env")["Site__PublicBaseUrl"]);
        before = after;
        Assert.Equal(ExitCodes.Stopped, await RunAsync(""));
        Assert.Equal(before, Read("secrets.env"));
    }

    [Fact]
    public async Task Another_encryption_key_in_use_brings_no_first_one()
    {
        await RunAsync(Good + "Secrets:EncryptionKeys:k7=OUdxbjl4NXRwQVlYWlhyaDljaFZiajBwUHZMbzZEdWU=\nSecrets:EncryptionKeyId=k7\n");

        var keys = Read("secrets.env").Keys.Where(k => k.StartsWith("Secrets__EncryptionKeys__", StringComparison.Ordinal));
        Assert.Equal("Secrets__EncryptionKeys__k7", Assert.Single(keys));
    }

    [Theory]
    [InlineData("No:Such=1", "No:Such")]
    [InlineData("Site:Nope=1", "Site:Nope")]
    [InlineData("Site=1", "Site")]
    [InlineData("Site:PublicBaseUrl:More=1", "Site:PublicBaseUrl:More")]
    [InlineData("Sms:Aliyun:Templates:LoginCode:Nope=1", "Sms:Aliyun:Templates:LoginCode:Nope")]
    [InlineData("PATH=/tmp", "PATH")]
    [InlineData("Secrets__EncryptionKeys=1", "Secrets__EncryptionKeys")]
    public async Task An_answer_to_what_is_no_setting_is_refused(string line, string named)
    {
        var refusal = await Assert.ThrowsAsync<StartFaultException>(() => RunAsync($"{Good}{line}\n"));

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder.FullName, "*.env"));
    }

    [Theory]
    [MemberData(nameof(EverySetting))]
    public void Each_setting_may_be_answered_in_either_writing_and_in_any_case(string name)
    {
        var known = SettingNames.InEnvironment(name);

        Assert.Equal(name.Replace(":", "__", StringComparison.Ordinal), known);
        Assert.Equal(known, SettingNames.InEnvironment(known!));
        if (!name.Contains(":x", StringComparison.Ordinal)) Assert.Equal(known, SettingNames.InEnvironment(name.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("Site:PublicBaseUrl=http://mask.example.gov.cn", "Site:PublicBaseUrl")]
    [InlineData("Site:DeskBatch=many", "Site:DeskBatch")]
    [InlineData("Database:Engine=Oracle", "Database:Engine")]
    [InlineData("Database:Engine=PostgreSql", "Database:ConnectionString")]
    [InlineData("WeChat:Token=sandboxToken2020", "WeChat:Token")]
    [InlineData("WeChat:AppSecret=", "WeChat:AppSecret")]
    [InlineData("Sms:Providers=Aliyun", "Sms:Aliyun")]
    [InlineData("Secrets:IdentityHashKey=c2FuZGJveC1pZGVudGl0eS1oYXNoLWtleS05ODc2NTQ=", "Secrets:IdentityHashKey")]
    public async Task Answers_that_no_node_would_start_on_are_said_and_not_written(string line, string named)
    {
        Assert.Equal(ExitCodes.Mend, await RunAsync($"{Good}{line}\n"));

        Assert.Contains($"MEND     {named}", output.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder.FullName, "*.env"));
    }

    [Theory]
    [InlineData("Host=db;Username=u;Password=a\\\"b'c d$e`f#;Database=w", "Host=db;Username=u;Password=a\"b'c d$e`f#;Database=w")]
    public async Task A_password_of_any_characters_is_kept_as_it_is(string written, string meant)
    {
        Assert.Equal(ExitCodes.Stopped, await RunAsync($"{Good}Database:Engine=PostgreSql\nDatabase:ConnectionString=\"{written}\"\n"));

        Assert.Equal(meant, Read("secrets.env")["Database__ConnectionString"]);
    }

    [Fact]
    public async Task It_asks_what_cannot_be_guessed_and_offers_what_it_knows()
    {
        Assert.Equal(ExitCodes.Stopped, await AskAsync("https://mask.example.gov.cn\n\n\nwx0f1e2d3c4b5a6978\n0f1e2d3c4b5a69780f1e2d3c4b5a6978\n\n"));
        var secrets = Read("secrets.env");
        Assert.Equal(("wx0f1e2d3c4b5a6978", "Gateway"), (secrets["WeChat__AppId"], Read("settings.env")["Sms__Providers"]));

        output.GetStringBuilder().Clear();
        Assert.Equal(ExitCodes.Stopped, await AskAsync("\nnone\nsqlite\n\n\n\nGateway\nhttp://10.0.0.9/sms\n138 0013 8000\n"));
        Assert.Contains("[https://mask.example.gov.cn]", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secrets["WeChat__AppSecret"], output.ToString(), StringComparison.Ordinal);
        Assert.Equal("http://10.0.0.9/sms", Read("secrets.env")["Sms__GatewayUrl"]);
        foreach (var (key, value) in secrets) Assert.Equal(value, Read("secrets.env")[key]);
    }

    [Fact]
    public async Task Input_that_ends_too_early_writes_nothing()
    {
        await Assert.ThrowsAsync<StartFaultException>(() => AskAsync("https://mask.example.gov.cn\n\n"));

        Assert.Empty(Directory.EnumerateFiles(folder.FullName));
    }

    private static IEnumerable<string> Leaves(string name, Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>)) return Leaves($"{name}:x1", type.GetGenericArguments()[1]);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>)) return name.Split(":0").Length > 2 ? [] : Leaves($"{name}:0", type.GetGenericArguments()[0]);
        return type == typeof(string) || type.IsValueType ? [name] : type.GetProperties().SelectMany(p => Leaves($"{name}:{p.Name}", p.PropertyType));
    }

    private Dictionary<string, string> Read(string name) => EnvironmentFile.Read(Path.Combine(folder.FullName, name)).Values.ToDictionary(StringComparer.Ordinal);

    private async Task<int> RunAsync(string answers)
    {
        var file = Path.Combine(folder.FullName, "answers");
        await File.WriteAllTextAsync(file, answers);
        try
        {
            return await Command("").RunAsync(["setup", "--answers", file], default);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private Task<int> AskAsync(string input) => Command(input).RunAsync(["setup"], default);

    private SetupCommand Command(string input) =>
        new(Judge, name => name is "WECHATMASK_ETC" or "WECHATMASK_DATA" ? folder.FullName : null, new StringReader(input), output);

    private static IHost Judge(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        ((IConfigurationBuilder)builder.Configuration).Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddWeChatMask();
        return builder.Build();
    }
}
