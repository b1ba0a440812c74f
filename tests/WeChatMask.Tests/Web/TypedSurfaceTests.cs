using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using Microsoft.Extensions.Localization;
using WeChatMask.Counter;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using WeChatMask.Text;

namespace WeChatMask.Tests.Web;

/// <summary>The table of typed text at every door: the form, the API, the chat, the counter's API and its page read alike and name the same faults.</summary>
public sealed class TypedSurfaceTests(TypedSurfaceTests.City city) : IClassFixture<TypedSurfaceTests.City>
{
    private const string IdNumber = "43130219850612987X";
    private const string Mobile = "13800138000";

    private static readonly (string Kind, string Field, string Code, string Key)[] Fields =
    [
        ("name", "name", "invalid_name", "Name"), ("id", "idNumber", "invalid_id_number", "IdNumber"), ("mobile", "mobile", "invalid_mobile", "Mobile"),
    ];

    [Fact]
    public async Task The_API_registers_what_was_meant_or_names_the_fault_of_the_field()
    {
        foreach (var (row, field, code, sentence) in Registrations())
        {
            var phone = await city.PhoneAsync("api", row);
            var (status, body) = await phone.PostAsync("/api/residents", Person(row, field));
            if (row.Value is not null)
            {
                Assert.True(status == 201, $"{row.Id}: {body}");
                Assert.Equal((row.Id, row.Value), (row.Id, await city.StoredAsync(body.GetProperty("id").GetString()!, field)));
                continue;
            }

            Assert.Equal((row.Id, 422, code), (row.Id, status, body.Code()));
            var error = Assert.Single(body.GetProperty("errors").EnumerateObject());
            Assert.Equal((row.Id, field), (row.Id, error.Name));
            Assert.StartsWith(sentence, error.Value.GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_form_registers_what_was_meant_or_names_the_fault_under_its_field()
    {
        foreach (var (row, field, _, sentence) in Registrations())
        {
            var phone = await city.PhoneAsync("form", row);
            var page = await city.FormAsync(phone, "/residents");
            var answer = await page.PostAsync(phone, [.. Person(row, field).Select(p => (p.Key, p.Value is true ? "true" : (string)p.Value))]);
            if (row.Value is not null)
            {
                Assert.True(answer.Status == HttpStatusCode.OK, $"{row.Id}: {answer.Text}");
                var id = (await phone.GetJsonAsync("/api/me")).GetProperty("residents")[0].GetProperty("id").GetString()!;
                Assert.Equal((row.Id, row.Value), (row.Id, await city.StoredAsync(id, field)));
                continue;
            }

            Assert.Equal((row.Id, HttpStatusCode.UnprocessableEntity), (row.Id, answer.Status));
            AssertOnlyFault(row, answer, field, sentence);
        }
    }

    [Fact]
    public async Task All_faults_are_told_at_once_and_the_code_is_the_first_of_the_contract()
    {
        var phone = await (await city.HostAsync()).PhoneAsync("o-all");
        var (status, body) = await phone.PostAsync("/api/residents", new { name = "张三1", idNumber = "431302850612987", mobile = "+852 9123 4567" });

        Assert.Equal((422, "invalid_id_number"), (status, body.Code()));
        Assert.Equal(["name", "idNumber", "mobile", "consent"], body.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.Contains("15 位", body.GetProperty("errors").GetProperty("idNumber").GetString(), StringComparison.Ordinal);
        var page = await city.FormAsync(phone, "/residents");
        var answer = await page.PostAsync(phone, ("name", "张三1"), ("idNumber", "431302850612987"), ("mobile", "+852 9123 4567"));
        Assert.All(body.GetProperty("errors").EnumerateObject(), e => Assert.Equal(e.Value.GetString(), FaultOf(answer, e.Name)));
        Assert.Equal(4, Regex.Count(answer.Html, "aria-invalid=\"true\""));
        Assert.Single(Regex.Matches(answer.Html, "autofocus=\""));
    }

    [Fact]
    public async Task The_log_in_by_phone_names_the_fault_under_its_field()
    {
        var host = await city.HostAsync();
        using var browser = host.Browser();
        var page = await PageReader.OpenAsync(browser, "/login/phone");
        foreach (var (row, field, _, sentence) in Registrations().Where(r => r.Row is { Kind: "mobile", Fault: not null }))
        {
            var answer = await page.PostAsync(browser, ("mobile", row.Input));
            Assert.Equal((row.Id, HttpStatusCode.UnprocessableEntity), (row.Id, answer.Status));
            AssertOnlyFault(row, answer, field, sentence);
        }
    }

    [Fact]
    public async Task The_chat_finds_the_number_that_was_meant()
    {
        var host = await city.HostAsync();
        var personal = await SayAsync(host, Mobile);
        foreach (var row in TypedRow.All.Where(r => r.Kind is "number" or "mobile" or "id" && r.Value is not null && IsChat(r.Input)))
        {
            var reply = await SayAsync(host, row.Input);
            if (row.Kind == "number") Assert.True(reply.Contains(row.Value!, StringComparison.Ordinal), $"{row.Id}: {reply}");
            else Assert.Equal((row.Id, personal), (row.Id, reply));
        }
    }

    [Fact]
    public async Task The_counters_API_reads_codes_and_proxies()
    {
        var clerk = await city.ClerkAsync();
        foreach (var row in TypedRow.All.Where(r => r.Kind is "number" or TypedRow.Voucher))
        {
            var typed = row.TypedFor(city.Voucher);
            object body = row.Kind == "number" ? new { number = typed, idNumberLast4 = city.LastFour, requestId = "t" } : new { voucher = typed, requestId = "t" };
            var (status, answer) = await clerk.PostAsync("/api/pharmacy/redemptions/check", body);
            Assert.True(status == 200, $"{row.Id}: {answer}");
            var verdict = row.Fault switch { null => "valid", "Forged" => "forged", _ => "unknown" };
            Assert.Equal((row.Id, verdict), (row.Id, answer.GetProperty("verdict").GetString()));
            if (row.Value is not null) Assert.Equal(city.Number, answer.GetProperty("booking").GetProperty("number").GetString());
            else Assert.Equal((row.Id, Snake(row.Fault!)), (row.Id, answer.GetProperty("fault").GetString()));
        }

        foreach (var (row, field, code, sentence) in Registrations().Where(r => r.Row.Kind != "mobile"))
        {
            var proxy = new { name = row.Kind == "name" ? row.Input : "李四", idNumber = row.Kind == "id" ? row.Input : IdNumber };
            var (status, answer) = await clerk.PostAsync("/api/pharmacy/redemptions/check", new { voucher = city.Voucher, proxy, requestId = "t" });
            Assert.True(status == (row.Fault is null ? 200 : 422), $"{row.Id}: {answer}");
            if (row.Fault is null) continue;
            Assert.Equal((row.Id, code), (row.Id, answer.Code()));
            var error = Assert.Single(answer.GetProperty("errors").EnumerateObject());
            Assert.Equal((row.Id, $"proxy.{field}"), (row.Id, error.Name));
            Assert.StartsWith(sentence, error.Value.GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_counters_page_reads_codes_and_proxies()
    {
        var clerk = await city.ClerkAsync();
        var page = await city.FormAsync(clerk, "/pharmacy/scan");
        page = page with { Address = new Uri(page.Address, "?handler=Check") };
        foreach (var row in TypedRow.All.Where(r => r.Kind is "number" or TypedRow.Voucher))
        {
            var isNumber = row.Kind == "number";
            var answer = await page.PostAsync(clerk, ("Code", row.TypedFor(city.Voucher)), ("LastFour", isNumber ? city.LastFour : ""), ("RequestId", "t"));
            // A number with a letter in it is a code that nobody can read.
            var word = row.Fault switch { null => "有效", "Forged" => "无效", "Unreadable" => "读不出", _ => answer.Text.Contains("读不出", StringComparison.Ordinal) ? "读不出" : "查无此号" };
            Assert.True(answer.Html.Contains($"<span class=\"verdict-word\">{word}</span>", StringComparison.Ordinal) || answer.Text.Contains(word, StringComparison.Ordinal), $"{row.Id}: {answer.Text}");
            Assert.Equal((row.Id, word == "无效"), (row.Id, answer.Text.Contains("不是本系统发出的", StringComparison.Ordinal)));
            Assert.Equal((row.Id, word == "读不出"), (row.Id, answer.Text.Contains("请再扫一次", StringComparison.Ordinal)));
        }

        foreach (var (row, field, _, sentence) in Registrations().Where(r => r.Row.Kind != "mobile"))
        {
            var answer = await page.PostAsync(
                clerk, ("Code", city.Voucher), ("RequestId", "t"), ("ProxyName", row.Kind == "name" ? row.Input : "李四"), ("ProxyIdNumber", row.Kind == "id" ? row.Input : IdNumber));
            if (row.Fault is null) Assert.True(answer.Text.Contains("有效", StringComparison.Ordinal), $"{row.Id}: {answer.Text}");
            else AssertOnlyFault(row, answer, $"proxy{char.ToUpperInvariant(field[0])}{field[1..]}", sentence);
        }
    }

    [Theory]
    [InlineData("987x")]
    [InlineData("９８７Ｘ")]
    [InlineData("987×")]
    [InlineData("987Х")]
    [InlineData("987Ⅹ")]
    [InlineData("9 8 7 X")]
    [InlineData("\u202d987X\u202c\r\n")]
    public async Task The_last_four_are_folded_too(string typed)
    {
        var clerk = await city.ClerkAsync();
        Assert.Equal("valid", await CounterHost.VerdictAsync(clerk, new { number = city.Number, idNumberLast4 = typed, requestId = "t" }, "/api/pharmacy/redemptions/check"));
    }

    private IEnumerable<(TypedRow Row, string Field, string Code, string Sentence)> Registrations()
    {
        var text = city.Get<IStringLocalizer<Faults>>();
        foreach (var row in TypedRow.All)
        {
            if (Fields.FirstOrDefault(f => f.Kind == row.Kind) is not { Field: { } } field) continue;
            var isEmpty = (Folding.Number(row.Input) ?? "x").Length == 0 || row.Input == "+86";
            var fault = row.Kind != "name" && row.Fault == "Length" && isEmpty ? "Empty" : row.Fault;
            yield return (row, field.Field, field.Code, fault is null ? "" : text[$"{field.Key}_{fault}"].Value.Split('{')[0]);
        }
    }

    private static Dictionary<string, object> Person(TypedRow row, string field) =>
        new(StringComparer.Ordinal) { ["name"] = "张三", ["idNumber"] = IdNumber, ["mobile"] = Mobile, ["consent"] = true, [field] = row.Input };

    private static void AssertOnlyFault(TypedRow row, PageReader answer, string field, string sentence)
    {
        Assert.True(FaultOf(answer, field)?.StartsWith(sentence, StringComparison.Ordinal) == true, $"{row.Id}: {answer.Text}");
        Assert.Single(Regex.Matches(answer.Html, "class=\"fault\""));
        var input = Regex.Match(answer.Html, $"<input id=\"{field}\"[^>]*>").Value;
        Assert.Contains("aria-invalid=\"true\"", input, StringComparison.Ordinal);
        Assert.Contains($"aria-describedby=\"{field}-fault", input, StringComparison.Ordinal);
        Assert.Contains("autofocus", input, StringComparison.Ordinal);
    }

    private static string? FaultOf(PageReader page, string field) =>
        Regex.Match(page.Html, $"<p class=\"fault\" id=\"{field}-fault\">([^<]*)</p>") is { Success: true } m ? WebUtility.HtmlDecode(m.Groups[1].Value) : null;

    // What XML cannot carry no chat can; nobody dictates digits into a chat as words either.
    private static bool IsChat(string text) => text.All(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c)) && !text.Any(c => "\u3007\u96f6\u4e00\u4e8c\u4e09\u516b".Contains(c, StringComparison.Ordinal));

    private static async Task<string> SayAsync(SandboxHost host, string content)
    {
        var (status, body) = await host.Http.PostAsync("/sandbox/phones/o-chat/messages", new { type = "text", content });
        Assert.Equal(200, status);
        return body.GetProperty("reply").GetProperty("content").GetString()!;
    }

    private static string Snake(string fault) => JsonNamingPolicy.SnakeCaseLower.ConvertName(fault);

    /// <summary>One city for all doors: a booking that is handed out now, under the table's number.</summary>
    public sealed class City : IAsyncLifetime
    {
        private readonly Dictionary<string, HttpClient> phones = new(StringComparer.Ordinal);
        private readonly Dictionary<(HttpClient, string), PageReader> forms = [];
        private SandboxHost? host;
        private HttpClient? clerk;

        internal string Number { get; } = TypedRow.All.First(r => r.Kind == "number" && r.Value is not null).Value!;

        internal string Voucher { get; private set; } = "";

        internal string LastFour { get; } = IdNumber[^4..];

        /// <inheritdoc />
        public async Task InitializeAsync()
        {
            host = await SandboxHost.StartAsync("loudi", "2020-02-09T19:00:00+08:00");
            using var phone = await host.PhoneAsync("o-booker");
            var (_, person) = await phone.PostAsync("/api/residents", new { name = "张三", idNumber = IdNumber, mobile = Mobile, consent = true });
            await phone.PostAsync("/api/bookings", new { residentId = person.GetProperty("id").GetString(), pharmacyCode = "LD01", requestId = "a" });
            await Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE booking SET number = @Number", new { Number }), CancellationToken.None);
            await host.SetClockAsync("2020-02-10T09:10:00+08:00");
            Voucher = Get<Vouchers>().Sign(Number, "LD01", TypedRow.Today);
            clerk = await host.ClerkAsync("LD01");
        }

        /// <inheritdoc />
        public async Task DisposeAsync()
        {
            foreach (var phone in phones.Values) phone.Dispose();
            clerk?.Dispose();
            if (host is not null) await host.DisposeAsync();
        }

        internal T Get<T>()
            where T : notnull => host!.Get<T>();

        internal Task<SandboxHost> HostAsync() => Task.FromResult(host!);

        internal Task<HttpClient> ClerkAsync() => Task.FromResult(clerk!);

        /// <summary>A phone on which there is no other person than the row's: an account has room for few.</summary>
        internal async Task<HttpClient> PhoneAsync(string door, TypedRow row)
        {
            var name = $"o-{door}-{(row.Kind == "id" ? row.Value : null) ?? "any"}";
            return phones.TryGetValue(name, out var phone) ? phone : phones[name] = await host!.PhoneAsync(name);
        }

        /// <summary>A page's form, opened once.</summary>
        internal async Task<PageReader> FormAsync(HttpClient browser, string path) =>
            forms.TryGetValue((browser, path), out var form) ? form : forms[(browser, path)] = await PageReader.OpenAsync(browser, path);

        /// <summary>What is stored of a person, in clear.</summary>
        internal async Task<string> StoredAsync(string id, string field)
        {
            var column = field switch { "name" => "name", "mobile" => "mobile", _ => "id_number" };
            var sealedText = await Get<Database>().ScalarAsync<string>($"SELECT {column} FROM resident WHERE id = @id", new { id = long.Parse(id, System.Globalization.CultureInfo.InvariantCulture) });
            return Get<PersonalData>().Decrypt(sealedText!);
        }
    }
}
