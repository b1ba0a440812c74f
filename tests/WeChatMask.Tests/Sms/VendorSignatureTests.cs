using System.Text;
using System.Text.Json;
using WeChatMask.Sms;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sms;

/// <summary>Both vendors' signatures, part by part, as worked through by hand in the vector files.</summary>
public sealed class VendorSignatureTests
{
    private const string TencentFile = "12_tencent_tc3.json";
    private const string AliyunFile = "13_aliyun_sign.json";

    public static TheoryData<string> Tencent() => VectorFile.Ids(TencentFile);

    public static TheoryData<string> Aliyun() => VectorFile.Ids(AliyunFile);

    [Theory]
    [MemberData(nameof(Tencent))]
    public void A_call_to_Tencent_Cloud_is_signed_as_worked_out(string id)
    {
        var vector = VectorFile.Case(TencentFile, id);
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["content-type"] = vector.Text("content_type"), ["host"] = vector.Text("host"), ["x-tc-action"] = vector.Text("action"),
        };

        var signed = TencentSignature.Sign(
            vector.Text("signed_headers").Split(';').ToDictionary(n => n, n => headers[n], StringComparer.Ordinal),
            Encoding.UTF8.GetBytes(vector.Text("payload")), vector.Text("service"), vector.GetProperty("timestamp").GetInt64(),
            vector.Text("secret_id"), vector.Text("secret_key"));

        var expected = vector.GetProperty("expected");
        Assert.Equal(expected.Text("canonical_request"), signed.CanonicalRequest);
        Assert.Equal(expected.Text("string_to_sign"), signed.StringToSign);
        Assert.Equal(expected.Text("signature"), signed.Signature);
        Assert.Equal(expected.Text("authorization"), signed.Authorization);
    }

    [Theory]
    [MemberData(nameof(Aliyun))]
    public void A_call_to_Alibaba_Cloud_is_signed_as_worked_out(string id)
    {
        var vector = VectorFile.Case(AliyunFile, id);
        var expected = vector.GetProperty("expected");

        var signed = AliyunSignature.Sign(
            vector.Text("method"), Pairs(vector.GetProperty("query")), new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["host"] = vector.Text("host"), ["x-acs-action"] = vector.Text("action"), ["x-acs-version"] = vector.Text("version"),
                ["x-acs-date"] = vector.Text("x_acs_date"), ["x-acs-signature-nonce"] = vector.Text("nonce"),
            },
            Encoding.UTF8.GetBytes(vector.Text("body")), vector.Text("access_key_id"), vector.Text("access_key_secret"));

        Assert.Equal(expected.Text("canonical_query"), AliyunSignature.Query(Pairs(vector.GetProperty("query"))));
        Assert.Equal(expected.Text("canonical_request"), signed.CanonicalRequest);
        Assert.Equal(expected.Text("string_to_sign"), signed.StringToSign);
        Assert.Equal(expected.Text("signature"), signed.Signature);
        Assert.Equal(expected.Text("authorization"), signed.Authorization);
        Assert.Equal(Pairs(expected.GetProperty("headers")).OrderBy(h => h.Key, StringComparer.Ordinal), signed.Headers);
    }

    [Fact]
    public void The_older_signature_escapes_what_a_form_would_not()
    {
        var toSign = AliyunSignature.RpcStringToSign("POST", [new("b", "a+b *~"), new("B", "1"), new("a", "娄")]);

        // Twice encoded: once in the query, once as a whole. Capitals come first.
        Assert.Equal("POST&%2F&B%3D1%26a%3D%25E5%25A8%2584%26b%3Da%252Bb%2520%252A~", toSign);
    }

    [Fact]
    public void Before_eight_in_China_Tencents_day_is_still_yesterday()
    {
        var morning = new DateTimeOffset(2020, 2, 11, 7, 59, 59, TimeSpan.FromHours(8));
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = "application/json; charset=utf-8", ["host"] = "sms.tencentcloudapi.com" };

        string Scope(DateTimeOffset at) => TencentSignature.Sign(headers, "{}"u8, "sms", at.ToUnixTimeSeconds(), "id", "key").StringToSign.Split('\n')[2];

        Assert.Equal("2020-02-10/sms/tc3_request", Scope(morning));
        Assert.Equal("2020-02-11/sms/tc3_request", Scope(morning.AddSeconds(1)));
    }

    private static List<KeyValuePair<string, string>> Pairs(JsonElement map) =>
        [.. map.EnumerateObject().Select(p => new KeyValuePair<string, string>(p.Name, p.Value.GetString()!))];
}
