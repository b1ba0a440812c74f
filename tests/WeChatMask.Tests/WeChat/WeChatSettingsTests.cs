using WeChatMask.WeChat;

namespace WeChatMask.Tests.WeChat;

public sealed class WeChatSettingsTests
{
    [Theory]
    [InlineData(MessageMode.Plain, "")]
    [InlineData(MessageMode.Compatible, "TWFza0Jvb2tpbmdUZXN0S2V5MDEyMzQ1Njc4OUFCQ0Q")]
    [InlineData(MessageMode.Safe, "TWFza0Jvb2tpbmdUZXN0S2V5MDEyMzQ1Njc4OUFCQ0Q")]
    public void Good_settings_pass(MessageMode mode, string key)
    {
        var settings = Good();
        settings.MessageMode = mode;
        settings.EncodingAesKey = key;
        Assert.True(new WeChatSettingsValidator().Validate(null, settings).Succeeded);
    }

    [Theory]
    [InlineData("WeChat:AppId", "")]
    [InlineData("WeChat:AppSecret", " ")]
    [InlineData("WeChat:Token", "")]
    [InlineData("WeChat:Token", null)]
    [InlineData("WeChat:EncodingAesKey", null)]
    [InlineData("WeChat:ApiBaseUrl", null)]
    [InlineData("WeChat:Token", "ab")]
    [InlineData("WeChat:Token", "abcdefghijklmnopqrstuvwxyz0123456")]
    [InlineData("WeChat:Token", "to ken")]
    [InlineData("WeChat:Token", "口罩预约")]
    [InlineData("WeChat:EncodingAesKey", "")]
    [InlineData("WeChat:EncodingAesKey", "TWFza0Jvb2tpbmdUZXN0S2V5MDEyMzQ1Njc4OUFCQ0Q=")]
    [InlineData("WeChat:EncodingAesKey", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("WeChat:EncodingAesKeyNext", "TWFza0Jvb2tpbmdUZXN0S2V5MDEyMzQ1Njc4OUFCQ0Q=")]
    [InlineData("WeChat:EncodingAesKeyNext", "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB")]
    [InlineData("WeChat:MessageMode", "7")]
    [InlineData("WeChat:ApiBaseUrl", "api.weixin.qq.com")]
    [InlineData("WeChat:AuthorizeBaseUrl", "file:///etc")]
    public void A_bad_value_stops_the_start_and_is_named_with_its_cure(string key, string? value)
    {
        var settings = Good();
        var property = typeof(WeChatSettings).GetProperty(key.Split(':')[1])!;
        property.SetValue(settings, property.PropertyType == typeof(MessageMode) ? (MessageMode)7 : value);
        var failure = Assert.Single(new WeChatSettingsValidator().Validate(null, settings).Failures!);
        Assert.StartsWith(key + " ", failure, StringComparison.Ordinal);
        if (value?.Trim().Length > 1) Assert.DoesNotContain(value, failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_weak_key_stops_the_start_in_plain_mode_too_since_encrypted_calls_are_read_with_it(string key)
    {
        var settings = Good();
        settings.MessageMode = MessageMode.Plain;
        settings.EncodingAesKey = key;
        var failure = Assert.Single(new WeChatSettingsValidator().Validate(null, settings).Failures!);
        Assert.StartsWith("WeChat:EncodingAesKey ", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Untouched_settings_want_safe_mode_and_WeChat_itself()
    {
        var settings = new WeChatSettings();
        Assert.Equal((MessageMode.Safe, "https://api.weixin.qq.com", "https://open.weixin.qq.com"), (settings.MessageMode, settings.ApiBaseUrl, settings.AuthorizeBaseUrl));
    }

    private static WeChatSettings Good() => new()
    {
        AppId = "wx1234567890abcdef",
        AppSecret = "secret",
        Token = "MaskBooking2020",
        EncodingAesKey = "TWFza0Jvb2tpbmdUZXN0S2V5MDEyMzQ1Njc4OUFCQ0Q",
    };
}
