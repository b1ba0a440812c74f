using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using WeChatMask.Sms;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sms;

/// <summary>The vendors' stand-ins refuse what the vendors would, with their codes, so that a wrong call fails here and not in the city.</summary>
public sealed class VendorStandInTests
{
    private const string KeyId = "sandboxAliyunKeyId";
    private const string KeySecret = "sandboxAliyunKeySecret2020";
    private const string SecretId = "sandboxTencentSecretId";
    private const string SecretKey = "sandboxTencentSecretKey2020";
    private const string Mobile = "13800000001";

    [Fact]
    public async Task Alibaba_Clouds_front_checks_key_time_nonce_and_signature()
    {
        await using var host = await SandboxHost.StartAsync("loudi", VendorCity.Evening);
        var now = await host.NowAsync();

        Assert.Equal((200, "OK"), await AliyunAsync(host, now, nonce: "n1"));
        Assert.Equal((400, "SignatureNonceUsed"), await AliyunAsync(host, now, nonce: "n1"));
        Assert.Equal((404, "InvalidAccessKeyId.NotFound"), await AliyunAsync(host, now, keyId: "somebody"));
        Assert.Equal((400, "SignatureDoesNotMatch"), await AliyunAsync(host, now, secret: "wrong"));
        Assert.Equal((400, "SignatureDoesNotMatch"), await AliyunAsync(host, now, tamper: true));
        Assert.Equal((400, "InvalidTimeStamp.Expired"), await AliyunAsync(host, now.AddMinutes(-16)));
        Assert.Equal((400, "InvalidTimeStamp.Expired"), await AliyunAsync(host, now.AddMinutes(16)));
        Assert.Equal((400, "InvalidVersion"), await AliyunAsync(host, now, version: "2017-05-26"));
        Assert.Single(await host.SmsAsync());
    }

    [Theory]
    [InlineData("SignName", "别的", "isv.SMS_SIGNATURE_ILLEGAL")]
    [InlineData("TemplateCode", "SMS_1", "isv.SMS_TEMPLATE_ILLEGAL")]
    [InlineData("PhoneNumbers", "12800000001", "isv.MOBILE_NUMBER_ILLEGAL")]
    [InlineData("TemplateParam", "{", "isv.INVALID_JSON_PARAM")]
    [InlineData("TemplateParam", "{}", "isv.TEMPLATE_MISSING_PARAMETERS")]
    [InlineData("TemplateParam", "{\"code\":\"123456789012345678901\"}", "isv.PARAM_LENGTH_LIMIT")]
    [InlineData("TemplateParam", "{\"code\":\"www.a.cn\"}", "isv.PARAM_NOT_SUPPORT_URL")]
    public async Task Alibaba_Cloud_refuses_a_message_with_the_right_code(string parameter, string value, string code)
    {
        await using var host = await SandboxHost.StartAsync("loudi", VendorCity.Evening);

        Assert.Equal((200, code), await AliyunAsync(host, await host.NowAsync(), changed: (parameter, value)));
        Assert.Empty(await host.SmsAsync());
    }

    [Fact]
    public async Task Alibaba_Cloud_counts_codes_by_minute_hour_and_day_of_the_first()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:10+08:00");
        Assert.Equal("OK", (await AliyunAsync(host, await host.NowAsync())).Code);
        Assert.Equal("isv.BUSINESS_LIMIT_CONTROL", (await AliyunAsync(host, await host.NowAsync())).Code);
        for (var i = 0; i < 4; i++)
        {
            await host.AdvanceAsync("PT1M");
            Assert.Equal("OK", (await AliyunAsync(host, await host.NowAsync())).Code);
        }

        await host.AdvanceAsync("PT1M");
        Assert.Equal("isv.BUSINESS_LIMIT_CONTROL", (await AliyunAsync(host, await host.NowAsync())).Code);
        await host.SetClockAsync("2020-02-10T20:00:00+08:00");
        Assert.Equal("OK", (await AliyunAsync(host, await host.NowAsync())).Code);
    }

    [Fact]
    public async Task Tencent_Clouds_front_checks_key_time_and_signature()
    {
        await using var host = await SandboxHost.StartAsync("loudi", VendorCity.Evening);
        var now = await host.NowAsync();

        Assert.Equal("Ok", await TencentAsync(host, now));
        Assert.Equal("LimitExceeded.PhoneNumberThirtySecondLimit", await TencentAsync(host, now));
        Assert.Equal("AuthFailure.SignatureExpire", await TencentAsync(host, now.AddMinutes(-6)));
        Assert.Equal("AuthFailure.SecretIdNotFound", await TencentAsync(host, now, secretId: "somebody"));
        Assert.Equal("AuthFailure.SignatureFailure", await TencentAsync(host, now, secretKey: "wrong"));
        Assert.Equal("AuthFailure.SignatureFailure", await TencentAsync(host, now, tamper: true));
        Assert.Single(await host.SmsAsync());
    }

    [Theory]
    [InlineData("SignName", "别的", "FailedOperation.SignatureIncorrectOrUnapproved")]
    [InlineData("TemplateId", "1", "FailedOperation.TemplateIncorrectOrUnapproved")]
    [InlineData("PhoneNumberSet", "13800000001", "InvalidParameterValue.IncorrectPhoneNumber")]
    [InlineData("SmsSdkAppId", "1", "UnauthorizedOperation.SmsSdkAppIdVerifyFail")]
    [InlineData("TemplateParamSet", "1234567", "InvalidParameterValue.TemplateParameterFormatError")]
    [InlineData("TemplateParamSet", "www.a.cn", "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter")]
    public async Task Tencent_Cloud_refuses_a_message_with_the_right_code(string member, string value, string code)
    {
        await using var host = await SandboxHost.StartAsync("loudi", VendorCity.Evening);

        Assert.Equal(code, await TencentAsync(host, await host.NowAsync(), changed: (member, value)));
        Assert.Empty(await host.SmsAsync());
    }

    private static async Task<(int Status, string Code)> AliyunAsync(
        SandboxHost host, DateTimeOffset at, string keyId = KeyId, string secret = KeySecret, string? nonce = null, string version = "2017-05-25",
        bool tamper = false, (string Name, string Value)? changed = null)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PhoneNumbers"] = Mobile, ["SignName"] = "便民预约", ["TemplateCode"] = "SMS_200210004", ["TemplateParam"] = "{\"code\":\"1234\"}", ["OutId"] = "7",
        };
        if (changed is { } change) parameters[change.Name] = change.Value;
        var body = Encoding.UTF8.GetBytes(AliyunSignature.Query(parameters));
        const string form = "application/x-www-form-urlencoded";
        var signed = AliyunSignature.Sign(
            "POST", [], new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["host"] = host.Address.Authority, ["content-type"] = form, ["x-acs-action"] = "SendSms", ["x-acs-version"] = version,
                ["x-acs-date"] = at.UtcDateTime.ToString(AliyunSignature.TimeFormat, System.Globalization.CultureInfo.InvariantCulture),
                ["x-acs-signature-nonce"] = nonce ?? Guid.NewGuid().ToString("N"),
            },
            body, keyId, secret);
        if (tamper) body = Encoding.UTF8.GetBytes(AliyunSignature.Query(parameters).Replace(Mobile, "13800000002", StringComparison.Ordinal));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sandbox/sms/aliyun") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", form);
        foreach (var (name, value) in signed.Headers.Where(h => h.Key.StartsWith("x-", StringComparison.Ordinal))) request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation("Authorization", signed.Authorization);
        using var answer = await host.Http.SendAsync(request);
        return ((int)answer.StatusCode, (await answer.JsonAsync()).GetProperty("Code").GetString()!);
    }

    private static async Task<string> TencentAsync(
        SandboxHost host, DateTimeOffset at, string secretId = SecretId, string secretKey = SecretKey, bool tamper = false, (string Name, string Value)? changed = null)
    {
        var message = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["PhoneNumberSet"] = new[] { "+86" + Mobile }, ["SmsSdkAppId"] = "1400002020", ["SignName"] = "便民预约", ["TemplateId"] = "2002104",
            ["TemplateParamSet"] = new[] { "1234" }, ["SessionContext"] = "7",
        };
        if (changed is { } change) message[change.Name] = change.Name.EndsWith("Set", StringComparison.Ordinal) ? new[] { change.Value } : change.Value;
        var body = JsonSerializer.SerializeToUtf8Bytes(message);
        const string json = "application/json; charset=utf-8";
        var signed = TencentSignature.Sign(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = json, ["host"] = host.Address.Authority },
            body, "sms", at.ToUnixTimeSeconds(), secretId, secretKey);
        if (tamper) body = [.. body, (byte)' '];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sandbox/sms/tencent") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(json);
        request.Headers.TryAddWithoutValidation("Authorization", signed.Authorization);
        request.Headers.TryAddWithoutValidation("X-TC-Action", "SendSms");
        request.Headers.TryAddWithoutValidation("X-TC-Version", "2021-01-11");
        request.Headers.TryAddWithoutValidation("X-TC-Region", "ap-guangzhou");
        request.Headers.TryAddWithoutValidation("X-TC-Timestamp", $"{at.ToUnixTimeSeconds()}");
        using var answer = await host.Http.SendAsync(request);
        var response = (await answer.JsonAsync()).GetProperty("Response");
        return response.TryGetProperty("Error", out var error)
            ? error.GetProperty("Code").GetString()!
            : response.GetProperty("SendStatusSet")[0].GetProperty("Code").GetString()!;
    }
}
