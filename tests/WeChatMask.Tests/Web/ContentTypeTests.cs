using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Web;

/// <summary>Whatever stands beside a body's type, every route reads the body as it reads one without it.</summary>
public sealed class ContentTypeTests
{
    // Of the same JSON; proxies, old kits and scripts write them all.
    private static readonly string[] Lenient =
    [
        "application/json; charset=utf-8", "application/json; charset=\"utf-8\"", "application/json;charset=\"UTF-8\"", "application/json; charset='utf-8'", "application/json; charset=utf8",
        "application/json; charset=zzz", "application/json; charset=utf-16", "application/json; charset=gb2312", "application/json; charset=", "application/json; charset=\"",
        "application/json;", "application/json ; charset", "APPLICATION/JSON; Charset=UTF-8", "application/json; odata=verbose; charset=\"utf-8\"", "application/json; charset=utf-8; charset=gbk",
        "application/json; =;;",
    ];

    private static readonly string[] Other =
        ["text/plain", "text/json", "nonsense", ";", "application/jsonp", "application/json, text/plain", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\u0001\"", "application/x-www-form-urlencoded; charset=utf-16"];

    [Fact]
    public async Task Every_call_that_takes_a_body_answers_as_to_a_plain_one()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var resident = (await host.NewResidentAsync(7)).Http;
        using var clerk = await host.ClerkAsync("LD01");
        using var lead = await host.StaffAsync("lead-ld01");
        using var supervisor = await host.SupervisorAsync();
        var people = new Dictionary<string, HttpClient>(StringComparer.Ordinal) { ["resident"] = resident, ["clerk"] = clerk, ["lead"] = lead, ["supervisor"] = supervisor, ["nobody"] = host.Http };
        var token = host.Get<IOptions<SecretSettings>>().Value.SmsReceiptToken;
        (string Role, string Method, string Path, string Body)[] open =
        [
            ("nobody", "POST", $"/sms/receipts/aliyun/{token}", """[{"phone_number":"13800138000","success":true,"err_code":"DELIVERED","biz_id":"b1","out_id":"1","report_time":"2020-02-10 19:00:03"}]"""),
            ("nobody", "POST", "/sandbox/faults", """{"target":"sms","mode":"ok"}"""),
            ("nobody", "POST", "/sandbox/phones/oAnna/messages", """{"type":"text","content":"预约"}"""),
            ("nobody", "PUT", "/sandbox/registry/43130219850612987X", """{"name":"张三","eligible":true}"""),
            ("nobody", "POST", "/api/bookings", "{}"),
        ];
        var wrong = new List<string>();

        foreach (var (role, method, path, body) in OddTextTests.Calls.Concat(open))
        {
            var plain = await SendAsync(people[role], method, path, body, "application/json");
            foreach (var type in Lenient)
            {
                var answer = await SendAsync(people[role], method, path, body, type);
                if (answer.Status != plain.Status || answer.Code != plain.Code) wrong.Add($"{path} {type}: {answer} in place of {plain}");
            }

            foreach (var type in Other)
            {
                var answer = await SendAsync(people[role], method, path, body, type);
                if (answer.Status >= 500) wrong.Add($"{path} {type}: {answer}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/x-www-form-urlencoded; charset=\"utf-8\"")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-16")]
    [InlineData("application/x-www-form-urlencoded; charset=latin1")]
    [InlineData("application/x-www-form-urlencoded; charset=zzz")]
    [InlineData("application/x-www-form-urlencoded;")]
    public async Task A_form_is_read_as_browsers_write_it(string type)
    {
        await using var host = await SandboxHost.StartAsync();
        using var browser = host.Browser();
        var token = Phone.FormToken(await browser.GetStringAsync(new Uri("/login/phone", UriKind.Relative)));
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes($"mobile={Uri.EscapeDataString("一三八")}&__RequestVerificationToken={Uri.EscapeDataString(token)}"));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var answer = await browser.PostAsync(new Uri("/login/phone", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("一三八", WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=abc; charset=\"utf-8\"", "multipart/form-data; boundary=abc")]
    [InlineData("Multipart/Form-Data; charset=zzz; boundary=\"a b\"", "multipart/form-data; boundary=\"a b\"")]
    [InlineData("multipart/form-data", null)]
    [InlineData("multipart/form-data; boundary", null)]
    [InlineData("text/xml; charset=gb2312", null)]
    [InlineData("application/json", null)]
    [InlineData("", null)]
    public void Only_what_stands_beside_the_type_is_taken_away(string type, string? plain) => Assert.Equal(plain, ContentTypes.Plain(type));

    private static async Task<(int Status, string? Code)> SendAsync(HttpClient http, string method, string path, string body, string type)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await http.SendAsync(request);
        var isProblem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json";
        return ((int)answer.StatusCode, isProblem ? (await answer.JsonAsync()).Code() : null);
    }
}
