using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Web;

/// <summary>Whatever is sent, the answer is a clear refusal with a code, and nothing changes.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private SandboxHost host = null!;
    private HttpClient phone = null!;

    public async Task InitializeAsync()
    {
        host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        phone = await host.PhoneAsync("o-bad");
    }

    public async Task DisposeAsync()
    {
        phone.Dispose();
        await host.DisposeAsync();
    }

    [Theory]
    [InlineData("a[b")]
    [InlineData("[")]
    [InlineData("]")]
    [InlineData("a[]b[")]
    [InlineData("Mobile[0")]
    [InlineData("<![CDATA[x")]
    [InlineData("a.b[c].d[")]
    public async Task A_field_of_any_name_is_no_failure_of_ours(string name)
    {
        const string path = "/login/phone";
        using var browser = host.Browser();
        using var asked = await browser.GetAsync(new Uri($"{path}?{Uri.EscapeDataString(name)}=1", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        var token = Regex.Match(await asked.Content.ReadAsStringAsync(), "name=\"__RequestVerificationToken\"[^>]*value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture).Groups["token"].Value;

        using var form = new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token), KeyValuePair.Create(name, "1")]);
        using var answer = await browser.PostAsync(new Uri(path, UriKind.Relative), form);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    public static TheoryData<string, int, string> Bodies() => new()
    {
        { "{", 400, "malformed_json" },
        { "", 400, "bad_request" },
        { "null", 400, "bad_request" },
        { "[]", 400, "malformed_json" },
        { "\"text\"", 400, "malformed_json" },
        { "{\"residentId\":1,\"pharmacyCode\":\"LD01\",\"requestId\":\"a\"}", 400, "malformed_json" },
        { "{\"residentId\":\"1\",\"pharmacyCode\":{},\"requestId\":\"a\"}", 400, "malformed_json" },
        { "{\"residentId\":\"1\",\"pharmacyCode\":\"LD01\",\"requestId\":\"a\",\"extra\":1}", 400, "malformed_json" },
        { "{\"residentId\":\"1\",\"residentId\":\"2\",\"pharmacyCode\":\"LD01\",\"requestId\":\"a\"}", 400, "malformed_json" },
        { "{\"residentId\":\"1\",\"pharmacyCode\":\"LD01\"}", 422, "invalid_request_id" },
        { "{\"residentId\":\"1\",\"pharmacyCode\":\"LD01\",\"requestId\":\"\"}", 422, "invalid_request_id" },
        { "{\"pharmacyCode\":\"LD01\",\"requestId\":\"a\"}", 422, "invalid_request" },
        { "{\"residentId\":\"x\",\"pharmacyCode\":\"LD01\",\"requestId\":\"a\"}", 404, "unknown_resident" },
        { "{\"residentId\":\"-1\",\"pharmacyCode\":\"LD01\",\"requestId\":\"a\"}", 404, "unknown_resident" },
        { "{\"residentId\":\"99999999999999999999\",\"pharmacyCode\":\"LD01\",\"requestId\":\"a\"}", 404, "unknown_resident" },
        { new string('[', 2_000), 400, "malformed_json" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_booking_gets_a_code_and_makes_nothing(string body, int status, string code)
    {
        using var answer = await SendAsync("/api/bookings", body);

        await AssertProblemAsync(answer, status, code);
        Assert.Empty((await phone.GetJsonAsync("/api/bookings")).GetProperty("bookings").EnumerateArray());
    }

    [Theory]
    [InlineData("张三", "431302198506129879", "13800138000", true, "invalid_id_number")] // right length, wrong check
    [InlineData("张三", "43130220300612987X", "13800138000", true, "invalid_id_number")] // born in the future
    [InlineData("张三", "431302850612987", "13800138000", true, "invalid_id_number")]
    [InlineData("张三", null, "13800138000", true, "invalid_id_number")]
    [InlineData("张三", "43130219850612987X", "1380013800a", true, "invalid_mobile")]
    [InlineData("张三", "43130219850612987X", "", true, "invalid_mobile")]
    [InlineData("<script>alert(1)</script>", "43130219850612987X", "13800138000", true, "invalid_name")]
    [InlineData("张\u0000三", "43130219850612987X", "13800138000", true, "invalid_name")]
    [InlineData(null, "43130219850612987X", "13800138000", true, "invalid_name")]
    [InlineData("张三", "43130219850612987X", "13800138000", false, "consent_required")]
    public async Task A_bad_registration_gets_its_reason_and_registers_nobody(string? name, string? idNumber, string? mobile, bool consent, string code)
    {
        using var answer = await SendAsync("/api/residents", JsonSerializer.Serialize(new { name, idNumber, mobile, consent }));

        await AssertProblemAsync(answer, 422, code);
        Assert.Empty((await phone.GetJsonAsync("/api/me")).GetProperty("residents").EnumerateArray());
    }

    [Fact]
    public async Task A_megabyte_is_too_large_with_and_without_a_length()
    {
        var large = $"{{\"name\":\"{new string('a', 1_000_000)}\"}}";
        using var known = await SendAsync("/api/residents", large);
        await AssertProblemAsync(known, 413, "too_large");

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/residents") { Content = new StringContent(large, Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = true;
        using var chunked = await phone.SendAsync(request);
        await AssertProblemAsync(chunked, 413, "too_large");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/json")]
    [InlineData("application/json-seq; charset=utf-8")]
    [InlineData("nonsense")]
    public async Task A_body_of_another_type_is_refused(string type)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await phone.PostAsync(new Uri("/api/residents", UriKind.Relative), content);

        await AssertProblemAsync(answer, 415, "unsupported_media_type");
    }

    [Fact]
    public async Task Broken_text_encoding_is_refused()
    {
        using var content = new ByteArrayContent([(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await phone.PostAsync(new Uri("/api/residents", UriKind.Relative), content);

        await AssertProblemAsync(answer, 400, "malformed_json");
    }

    [Fact]
    public async Task Repeated_headers_are_never_an_error_of_ours()
    {
        foreach (var header in (string[])["Content-Type", "Accept", "Cookie", "If-None-Match", "Authorization", "X-Forwarded-For"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/bookings") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
            var target = header == "Content-Type" ? (HttpHeaders)request.Content.Headers : request.Headers;
            target.TryAddWithoutValidation(header, ["application/json", "application/json; charset=\"", "\"x"]);
            using var answer = await phone.SendAsync(request);

            Assert.InRange((int)answer.StatusCode, 400, 499);
        }
    }

    [Theory]
    [InlineData("/api/me", 401)]
    [InlineData("/api/bookings", 401)]
    [InlineData("/api/bookings/not-a-number", 401)]
    [InlineData("/api/nothing", 404)]
    [InlineData("/api/public/rounds/2020-02-30", 404)]
    [InlineData("/api/public/rounds/2020-02-10/list?pharmacy=LD01", 404)]
    [InlineData("/bookings/123/voucher.svg", 401)]
    public async Task Who_is_not_logged_in_gets_a_problem_not_a_page(string path, int status)
    {
        using var answer = await host.Http.GetAsync(new Uri(path, UriKind.Relative));

        await AssertProblemAsync(answer, status, null);
    }

    [Fact]
    public async Task Another_accounts_person_and_bookings_do_not_exist()
    {
        using var owner = await host.NewResidentAsync(1);
        var number = (await owner.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;

        var (status, body) = await phone.PostAsync("/api/bookings", new { residentId = owner.ResidentId, pharmacyCode = "LD01", requestId = "x" });
        Assert.Equal((404, "unknown_resident"), (status, body.Code()));
        using var look = await phone.GetAsync(new Uri($"/api/bookings/{number}", UriKind.Relative));
        await AssertProblemAsync(look, 404, "unknown_booking");
        using var cancel = await phone.DeleteAsync(new Uri($"/api/bookings/{number}", UriKind.Relative));
        await AssertProblemAsync(cancel, 404, "unknown_booking");
        using var remove = await phone.DeleteAsync(new Uri($"/api/residents/{owner.ResidentId}", UriKind.Relative));
        await AssertProblemAsync(remove, 404, "unknown_resident");
    }

    [Fact]
    public async Task A_fourth_person_is_too_many_and_removing_one_does_not_make_room()
    {
        for (var i = 0; i < 3; i++) Assert.Equal(201, (await phone.PostAsync("/api/residents", People.Registration(i))).Status);
        var first = (await phone.GetJsonAsync("/api/me")).GetProperty("residents")[0].GetProperty("id").GetString();
        using var removed = await phone.DeleteAsync(new Uri($"/api/residents/{first}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);

        Assert.Equal("too_many_residents", (await phone.PostAsync("/api/residents", People.Registration(3))).Body.Code());
        Assert.Equal(201, (await phone.PostAsync("/api/residents", People.Registration(0))).Status);

        await host.SetClockAsync("2020-02-12T19:30:00+08:00");
        Assert.Equal("too_many_residents", (await phone.PostAsync("/api/residents", People.Registration(3))).Body.Code());
    }

    [Fact]
    public async Task A_person_with_an_open_booking_cannot_be_removed()
    {
        using var owner = await host.NewResidentAsync(1);
        await owner.BookAsync("LD01", "a");

        using var answer = await owner.Http.DeleteAsync(new Uri($"/api/residents/{owner.ResidentId}", UriKind.Relative));

        await AssertProblemAsync(answer, 409, "has_open_booking");
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await phone.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    private static async Task AssertProblemAsync(HttpResponseMessage answer, int status, string? code)
    {
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.JsonAsync();
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Contains(problem.GetProperty("title").GetString()!, c => c is >= '\u4e00' and <= '\u9fff');
        if (code is not null) Assert.Equal(code, problem.Code());
    }
}
