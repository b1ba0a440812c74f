using System.Net;
using System.Text;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Validation;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Counter;

public sealed class PharmacyFileTests(EachEngine<Handout> handouts) : HandoutTests(handouts), IClassFixture<EachEngine<Handout>>
{
    [EngineTheory]
    public async Task The_list_has_the_agreed_columns_in_serial_order_with_cancelled_rows(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var rows = Csv(await clerk.GetByteArrayAsync(new Uri("/pharmacy/lists/2020-02-10.csv", UriKind.Relative)));
        Assert.Equal("序号,预约号,姓名,身份证后四位,手机后四位,数量,金额,领取时段,状态", string.Join(',', rows[0]));
        Assert.Equal(101, rows.Count - 1);
        Assert.Equal(Enumerable.Range(1, 101).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)), rows.Skip(1).Select(r => r[0]), StringComparer.Ordinal);
        var cancelled = Handout.Cancelled;
        Assert.Equal(
            $"1,{cancelled.Number},{cancelled.Person.Name.Value},{cancelled.LastFour},{cancelled.Person.Mobile.Value[^4..]},5,8.00,,已取消",
            string.Join(',', rows[1].Select(Plain)));
        Assert.Equal("09:00-09:30", rows[2][7]);
        Assert.Equal("17:30-18:00", rows[^1][7]);
        Assert.Equal("待领取", rows[^1][8]);
    }

    [EngineTheory]
    public async Task Workbook_and_CSV_agree_row_for_row_and_the_workbook_is_valid(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var rows = Csv(await clerk.GetByteArrayAsync(new Uri("/pharmacy/lists/2020-02-10.csv", UriKind.Relative)));
        var cells = Xlsx(await clerk.GetByteArrayAsync(new Uri("/pharmacy/lists/2020-02-10.xlsx", UriKind.Relative)));
        Assert.Equal(rows.Select(r => string.Join('|', r.Select(Plain))), cells.Select(r => string.Join('|', r)), StringComparer.Ordinal);
    }

    [EngineTheory]
    public async Task Each_reading_is_audited_and_not_cached(DatabaseKind engine)
    {
        await UseAsync(engine);
        const string count = "SELECT COUNT(*) FROM audit WHERE action = 'list.read' AND actor = 'clerk-ld03'";
        var clerk = await Host.ClerkAsync("LD03");
        foreach (var form in new[] { ".csv", ".xlsx", "" })
        {
            using var answer = await clerk.GetAsync(new Uri("/pharmacy/lists/2020-02-10" + form, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(answer.Headers.CacheControl?.NoStore);
        }

        Assert.Equal(3, await Host.Get<Database>().ScalarAsync<long>(count));
    }

    [EngineTheory]
    public async Task A_list_before_its_time_or_of_no_day_is_not_there(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        foreach (var (date, code) in new[] { ("2020-02-11", "not_published"), ("2019-01-01", "unknown_round"), ("today", "unknown_round") })
        {
            using var answer = await clerk.GetAsync(new Uri($"/pharmacy/lists/{date}.csv", UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains($"\"{code}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            using var page = await clerk.GetAsync(new Uri($"/pharmacy/lists/{date}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        }
    }

    [EngineTheory]
    public async Task Files_are_refused_as_problems_and_pages_by_redirect(DatabaseKind engine)
    {
        await UseAsync(engine);
        using var nobody = Host.Anonymous();
        foreach (var path in new[] { "/pharmacy/lists/2020-02-10.csv", "/pharmacy/lists/x.xlsx", "/supervisor/rounds/x/delivery.csv", "/api/supervisor/jobs" })
        {
            using var file = await nobody.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (file.StatusCode, file.Content.Headers.ContentType?.MediaType));
        }

        foreach (var path in new[] { "/pharmacy", "/pharmacy/scan", "/pharmacy/lists/2020-02-10", "/supervisor" })
        {
            using var page = await nobody.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.Found, page.StatusCode);
            Assert.Equal("/staff/login", page.Headers.Location!.AbsolutePath);
        }

        using var supervisor = await (await Host.SupervisorAsync()).GetAsync(new Uri("/pharmacy/lists/2020-02-10.csv", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Forbidden, supervisor.StatusCode);
    }

    [EngineTheory]
    public async Task Deliveries_add_up_and_the_same_request_counts_once(DatabaseKind engine)
    {
        await UseAsync(engine);
        const string path = "/api/pharmacy/deliveries";
        var clerk = await Host.ClerkAsync("LD04");
        var first = await clerk.PostAsync(path, new { date = "2020-02-11", units = 500, requestId = "d1" });
        Assert.Equal((201, 500, 800, -300), (first.Status, Int(first.Body, "delivered"), Int(first.Body, "planned"), Int(first.Body, "difference")));
        var second = await clerk.PostAsync(path, new { date = "2020-02-11", units = 310, requestId = "d2" });
        Assert.Equal((201, 810, 10), (second.Status, Int(second.Body, "delivered"), Int(second.Body, "difference")));
        var again = await clerk.PostAsync(path, new { date = "2020-02-11", units = 500, requestId = "d1" });
        Assert.Equal((200, first.Body.ToString()), (again.Status, again.Body.ToString()));
        (object Body, string Code)[] wrong =
        [
            (new { date = "2020-02-10", units = 1, requestId = "d3" }, "invalid_date"),
            (new { date = "soon", units = 1, requestId = "d3" }, "invalid_date"),
            (new { date = "2020-02-11", units = -1, requestId = "d3" }, "invalid_units"),
            (new { date = "2020-02-11", units = 100_001, requestId = "d3" }, "invalid_units"),
            (new { date = "2020-02-11", requestId = "d3" }, "invalid_units"),
            (new { date = "2020-02-11", units = 1 }, "invalid_request_id"),
        ];
        foreach (var (body, code) in wrong)
        {
            var answer = await clerk.PostAsync(path, body);
            Assert.Equal((422, code), (answer.Status, answer.Body.GetProperty("code").GetString()));
        }

        var rows = Csv(await (await Host.SupervisorAsync()).GetByteArrayAsync(new Uri("/supervisor/rounds/2020-02-10/delivery.csv", UriKind.Relative)));
        var row = rows.Single(r => r[0] == "LD04");
        Assert.Equal("0,0,800,-800,810,0", string.Join(',', row.Skip(5)));
        Assert.Equal("100,500,800,-300,0,0", string.Join(',', rows.Single(r => r[0] == "LD01").Skip(5)));
    }

    [Fact]
    public void Formulas_become_text()
    {
        foreach (var start in new[] { "=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D" })
            Assert.Equal("'" + start + "1", WeChatMask.Web.Sheet.Harmless(start + "1"));
        Assert.Equal("1=1", WeChatMask.Web.Sheet.Harmless("1=1"));
        var sheet = new WeChatMask.Web.Sheet("x", ["a", "b", "c"]);
        sheet.Add("=cmd|' /C calc'!A0", -5, 8.00m);
        Assert.Equal(["'=cmd|' /C calc'!A0", "-5", "8.00"], Csv(Assert.IsType<Microsoft.AspNetCore.Http.HttpResults.FileContentHttpResult>(sheet.Csv()).FileContents.ToArray())[1]);
    }

    [EngineTheory]
    public async Task The_counter_works_as_a_plain_form(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var page = await clerk.GetStringAsync(new Uri("/pharmacy/scan", UriKind.Relative));
        foreach (var handler in new[] { "Check", "Redeem" })
        {
            Dictionary<string, string> fields = new(StringComparer.Ordinal)
            {
                ["Code"] = booking.Number, ["LastFour"] = booking.LastFour, ["RequestId"] = "plain",
                ["__RequestVerificationToken"] = Phone.FormToken(page),
            };
            using var form = new FormUrlEncodedContent(fields);
            using var answer = await clerk.PostAsync(new Uri($"/pharmacy/scan?handler={handler}", UriKind.Relative), form);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Contains(booking.Person.Name.Value, text, StringComparison.Ordinal);
        }

        Assert.Equal(WeChatMask.Domain.BookingStatus.Redeemed, await Host.StatusAsync(booking));
        Assert.Contains("09:00-09:30", await clerk.GetStringAsync(new Uri("/pharmacy", UriKind.Relative)), StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task A_supervisor_reads_and_steers(DatabaseKind engine)
    {
        await UseAsync(engine);
        var supervisor = await Host.SupervisorAsync();
        Assert.Contains("LD05", await supervisor.GetStringAsync(new Uri("/supervisor/pharmacies", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Contains("CloseWindows", await supervisor.GetStringAsync(new Uri("/api/supervisor/jobs", UriKind.Relative)), StringComparison.Ordinal);
        var version = await Host.Get<Database>().ScalarAsync<long>("SELECT version FROM board_version");
        using var put = await PutAsync(supervisor, "LD05", new { status = "paused", reason = "盘点" });
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(version + 1, await Host.Get<Database>().ScalarAsync<long>("SELECT version FROM board_version"));
        Assert.Contains("pharmacy.paused", await supervisor.GetStringAsync(new Uri("/api/supervisor/audit?take=5", UriKind.Relative)), StringComparison.Ordinal);
        foreach (var (code, body, status) in new (string, object, int)[]
        {
            ("LD99", new { status = "open", reason = "x" }, 404), ("LD05", new { status = "gone", reason = "x" }, 422), ("LD05", new { status = "open" }, 422),
        })
        {
            using var wrong = await PutAsync(supervisor, code, body);
            Assert.Equal(status, (int)wrong.StatusCode);
        }

        using var report = await supervisor.GetAsync(new Uri("/api/supervisor/rounds/2019-01-01/report", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, report.StatusCode);
        using var clerk = await (await Host.ClerkAsync()).GetAsync(new Uri("/api/supervisor/audit", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Forbidden, clerk.StatusCode);
    }

    private static Task<HttpResponseMessage> PutAsync(HttpClient http, string code, object body) =>
        System.Net.Http.Json.HttpClientJsonExtensions.PutAsJsonAsync(http, $"/api/supervisor/pharmacies/{code}", body);

    private static int Int(System.Text.Json.JsonElement body, string name) => body.GetProperty(name).GetInt32();

    // Digits that a spreadsheet would change stand as a formula of themselves.
    private static string Plain(string field) =>
        System.Text.RegularExpressions.Regex.Match(field, "^\"=\"\"(?<digits>[0-9Ee]+)\"\"\"$") is { Success: true } match ? match.Groups["digits"].Value : field;

    private static List<string[]> Csv(byte[] file)
    {
        Assert.Equal(Encoding.UTF8.Preamble.ToArray(), file[..3]);
        return [.. Encoding.UTF8.GetString(file, 3, file.Length - 3).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(','))];
    }

    private static List<List<string>> Xlsx(byte[] file)
    {
        using var stream = new MemoryStream(file);
        using var document = SpreadsheetDocument.Open(stream, isEditable: false);
        Assert.Empty(new OpenXmlValidator().Validate(document));
        var sheet = document.WorkbookPart!.WorksheetParts.Single().Worksheet!;
        return [.. sheet.Descendants<Row>().Select(r => r.Elements<Cell>().Select(c => c.InnerText).ToList())];
    }
}
