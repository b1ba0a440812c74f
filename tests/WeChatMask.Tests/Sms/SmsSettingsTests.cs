using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WeChatMask.Sms;

namespace WeChatMask.Tests.Sms;

/// <summary>A vendor that is half configured stops the start, with the key's name and the cure.</summary>
public sealed class SmsSettingsTests
{
    private static readonly string[] Kinds = Enum.GetNames<SmsKind>();

    [Fact]
    public void A_gateway_alone_needs_nothing() => Assert.Empty(Faults(new()));

    [Theory]
    [InlineData("Aliyun")]
    [InlineData("Tencent")]
    [InlineData("Tencent,Aliyun,Gateway")]
    public void A_vendor_that_is_all_there_is_accepted(string providers) => Assert.Empty(Faults(Full(providers)));

    [Theory]
    [InlineData("Sms:Aliyun:AccessKeyId", "")]
    [InlineData("Sms:Aliyun:AccessKeySecret", "<AccessKey secret>")]
    [InlineData("Sms:Aliyun:AccessKeySecret", "sandboxAliyunKeySecret2020")]
    [InlineData("Sms:Aliyun:Endpoint", "http://dysmsapi.aliyuncs.com")]
    [InlineData("Sms:Aliyun:SignName", "")]
    [InlineData("Sms:Aliyun:Templates:SlotAssigned:Id", "")]
    [InlineData("Sms:Aliyun:Templates:LoginCode:Id", "<SMS_…>")]
    [InlineData("Sms:Aliyun:Templates:SlotAssigned:Values", "day,place")]
    [InlineData("Sms:Aliyun:Templates:SlotAssigned:Values", "day,day=slot")]
    [InlineData("Sms:Aliyun:Templates:Slot:Id", "SMS_1")]
    [InlineData("Sms:Aliyun:Templates:BookingMade:Values", "day,record")]
    [InlineData("Sms:Tencent:SecretId", "")]
    [InlineData("Sms:Tencent:SecretKey", "")]
    [InlineData("Sms:Tencent:SmsSdkAppId", "")]
    [InlineData("Sms:Tencent:Templates:PickupChanged:Id", "")]
    [InlineData("Sms:Tencent:Templates:SlotAssigned:Values", "when=day")]
    [InlineData("Sms:Tencent:LongestValue", "0")]
    [InlineData("Sms:Providers", "Aliyun,Aliyun")]
    [InlineData("Sms:Providers", "Huawei")]
    [InlineData("Sms:Providers", "")]
    [InlineData("Sms:DailyCap", "-1")]
    [InlineData("Sms:Timeout", "00:01:00")]
    public void What_is_missing_or_wrong_is_named(string key, string value)
    {
        var settings = Full("Aliyun,Tencent");
        settings[key] = value;

        var fault = Assert.Single(Faults(settings));

        Assert.StartsWith(key.Replace("Templates:Slot:Id", "Templates:Slot", StringComparison.Ordinal), fault, StringComparison.Ordinal);
        Assert.True(value.Length < 5 || !key.Contains("Secret", StringComparison.Ordinal) || !fault.Contains(value, StringComparison.Ordinal), "a secret stands in a fault");
    }

    [Fact]
    public void A_code_of_the_public_log_must_fit_whole()
    {
        var settings = Full("Aliyun,Tencent");
        settings["Sms:Aliyun:Templates:SlotAssigned:Values"] = "day,record";
        Assert.Empty(Faults(settings));

        // Twelve characters are the vendor's default.
        settings["Sms:Tencent:Templates:SlotAssigned:Values"] = "day,record";
        Assert.StartsWith("Sms:Tencent:LongestValue", Assert.Single(Faults(settings)), StringComparison.Ordinal);
        settings["Sms:Tencent:LongestValue"] = "14";
        Assert.Empty(Faults(settings));
    }

    [Fact]
    public void A_kind_that_is_never_sent_may_say_so()
    {
        var settings = Full("Aliyun");
        settings["Sms:Aliyun:Templates:PickupChanged:Id"] = "none";
        settings["Sms:Aliyun:Templates:PickupChanged:Values"] = null;

        Assert.Empty(Faults(settings));
    }

    [Fact]
    public void A_vendor_that_nobody_asks_needs_nothing()
    {
        var settings = Full("Tencent");
        settings["Sms:Aliyun:AccessKeySecret"] = "";

        Assert.Empty(Faults(settings));
    }

    [Fact]
    public void A_message_shows_neither_number_nor_text() =>
        Assert.Equal("SmsMessage 7", new SmsMessage("7", "13800000001", "text", false) { Values = new Dictionary<string, string> { ["code"] = "123456" } }.ToString());

    private static Dictionary<string, string?> Full(string providers)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Sms:Providers"] = providers,
            ["Sms:Aliyun:AccessKeyId"] = "LTAI5tExample", ["Sms:Aliyun:AccessKeySecret"] = "anExampleOfASecret", ["Sms:Aliyun:SignName"] = "便民",
            ["Sms:Tencent:SecretId"] = "AKIDexample", ["Sms:Tencent:SecretKey"] = "anotherExample", ["Sms:Tencent:SmsSdkAppId"] = "1400000000", ["Sms:Tencent:SignName"] = "便民",
        };
        foreach (var kind in Kinds)
        {
            foreach (var vendor in new[] { "Aliyun", "Tencent" })
            {
                settings[$"Sms:{vendor}:Templates:{kind}:Id"] = "1001";
                settings[$"Sms:{vendor}:Templates:{kind}:Values"] = "day,slot";
            }
        }

        return settings;
    }

    private static IReadOnlyList<string> Faults(Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        foreach (var (key, value) in settings) builder.Configuration[key] = value;
        builder.Services.AddSms();
        using var services = builder.Services.BuildServiceProvider();
        try
        {
            _ = services.GetRequiredService<IOptions<SmsSettings>>().Value;
            return [];
        }
        catch (OptionsValidationException e)
        {
            return [.. e.Failures];
        }
    }
}
