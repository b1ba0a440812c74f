using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Settings;
using WeChatMask.Sms;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.Architecture;

/// <summary><c>appsettings.sample.json</c> shows every key, starts nothing as it is, and works once its placeholders are replaced.</summary>
public sealed class SampleSettingsTests
{
    internal const string Sample = "appsettings.sample.json";

    internal static IReadOnlyDictionary<string, Type> Sections => SettingNames.Sections;

    [Fact]
    public void It_shows_every_key_and_no_other()
    {
        using var sample = JsonDocument.Parse(Repository.Read(Sample));

        foreach (var (section, type) in Sections)
        {
            var shown = sample.RootElement.GetProperty(section).EnumerateObject().Select(p => p.Name).Where(n => n[0] != '_');
            Assert.Equal(type.GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void It_shows_every_key_of_the_SMS_vendors_and_a_template_for_each_kind_of_message()
    {
        using var sample = JsonDocument.Parse(Repository.Read(Sample));

        foreach (var (vendor, type) in new[] { ("Aliyun", typeof(AliyunSmsSettings)), ("Tencent", typeof(TencentSmsSettings)) })
        {
            var shown = sample.RootElement.GetProperty("Sms").GetProperty(vendor);
            Assert.Equal(type.GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal), shown.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
            Assert.Equal(Enum.GetNames<SmsKind>(), shown.GetProperty("Templates").EnumerateObject().Select(p => p.Name));
        }
    }

    [Fact]
    public void Each_key_has_a_word_beside_it()
    {
        using var sample = JsonDocument.Parse(Repository.Read(Sample));

        Assert.All(Sections.Keys, section =>
        {
            var names = sample.RootElement.GetProperty(section).EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
            Assert.DoesNotContain(names, n => n[0] != '_' && !names.Contains("_" + n));
        });
    }

    [Theory]
    [InlineData("Secrets:EncryptionKeys:k1")]
    [InlineData("Secrets:IdentityHashKey")]
    [InlineData("Secrets:BackupKey")]
    [InlineData("Secrets:VoucherKeys:A")]
    [InlineData("Secrets:LogKeys:L1")]
    [InlineData("WeChat:AppId")]
    [InlineData("WeChat:AppSecret")]
    [InlineData("WeChat:Token")]
    [InlineData("WeChat:EncodingAesKey")]
    public async Task Its_placeholders_stop_the_start_by_name(string key)
    {
        var settings = Replaced();
        settings.Remove(key);
        await using var app = Build(settings);

        var refusal = Assert.Throws<OptionsValidationException>(() => Resolve(app));

        Assert.Contains(refusal.Failures, f => f.StartsWith(key, StringComparison.Ordinal));
        Assert.DoesNotContain(refusal.Failures, f => !f.StartsWith(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_real_secrets_it_is_accepted_and_read()
    {
        await using var app = Build(Replaced());

        Resolve(app);

        Assert.Equal(MessageMode.Safe, app.Services.GetRequiredService<IOptions<WeChatSettings>>().Value.MessageMode);
        Assert.Equal("Asia/Shanghai", app.Services.GetRequiredService<IOptions<SiteSettings>>().Value.TimeZone);
        Assert.Equal(TimeSpan.FromSeconds(5), app.Services.GetRequiredService<IOptions<SmsSettings>>().Value.Timeout);
        Assert.Equal("k1", Assert.Single(app.Services.GetRequiredService<IOptions<SecretSettings>>().Value.EncryptionKeys).Key);
    }

    private static WebApplication Build(Dictionary<string, string?> replaced)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddJsonFile(Path.Combine(Repository.Root, Sample));
        builder.Configuration.AddInMemoryCollection(replaced);
        builder.AddWeChatMask();
        return builder.Build();
    }

    private static void Resolve(WebApplication app)
    {
        _ = app.Services.GetRequiredService<IOptions<DatabaseSettings>>().Value;
        _ = app.Services.GetRequiredService<IOptions<SecretSettings>>().Value;
        _ = app.Services.GetRequiredService<IOptions<WeChatSettings>>().Value;
        _ = app.Services.GetRequiredService<IOptions<SmsSettings>>().Value;
    }

    private static Dictionary<string, string?> Replaced()
    {
        using var voucher = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var log = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(StringComparer.Ordinal)
        {
            ["WeChat:AppId"] = "wx" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
            ["WeChat:AppSecret"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            ["WeChat:Token"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            ["WeChat:EncodingAesKey"] = RandomNumberGenerator.GetString("ABCDEFGHabcdefgh01234567", 43),
            ["Secrets:EncryptionKeys:k1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets:IdentityHashKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets:BackupKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets:LogKeys:L1"] = Convert.ToBase64String(log.ExportPkcs8PrivateKey()),
            ["Secrets:VoucherKeys:A"] = Convert.ToBase64String(voucher.ExportPkcs8PrivateKey()),
        };
    }
}
