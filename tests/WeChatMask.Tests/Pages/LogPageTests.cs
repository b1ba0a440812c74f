using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>The public log as everybody meets it: on the page of checks, on notices and doors, in messages and the chat, and at a supervisor's.</summary>
public sealed partial class LogPageTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";
    private const string Published = "2020-02-10T22:05:00+08:00";

    [Fact]
    public async Task The_page_says_what_is_proved_and_what_is_not_in_twelve_sentences_and_in_plain_words()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);

        var page = await PageReader.OpenAsync(host.Http, "/check");

        var said = Regex.Match(page.Html, "aria-labelledby=\"proved\".*?</section>", RegexOptions.Singleline).Value;
        Assert.Equal(12, Regex.Count(said, "<li>"));
        foreach (var limit in new[] { "手指点下去的先后", "真有其人", "交到了本人手里", "没有人被无理拒绝" }) Assert.Contains(limit, said, StringComparison.Ordinal);
        foreach (var path in new[] { "/check", "/notices/2020-02-10", "/notices/2020-02-10/print" })
            Assert.DoesNotMatch("哈希|散列|加密|公钥|私钥|密钥|算法|区块链|默克尔|SHA-256|(?i)merkle|ecdsa", (await PageReader.OpenAsync(host.Http, path)).Text);
    }

    [Fact]
    public async Task One_code_stands_on_the_page_the_notice_the_door_the_list_and_the_note_and_in_message_and_chat()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1, "o-1");
        await host.Http.PostAsync("/sandbox/phones/o-1/messages", new { type = "event", @event = "subscribe" });
        Assert.Equal(201, (await wang.BookAsync("LD02", "a")).Status);
        Assert.Contains("还没有核验码", await SayAsync(host, "核验"), StringComparison.Ordinal);
        await host.SetClockAsync(Published);
        var mark = (await host.Get<LogReader>().MarksAsync(new DateOnly(2020, 2, 10), default)).Single(m => m.Kind == LogMarkKind.Published);
        var code = mark.Note.Checkpoint.Code;

        foreach (var path in new[] { "/check", "/check?d=2020-02-10", "/notices/2020-02-10" }) Assert.Contains(code, (await PageReader.OpenAsync(host.Http, path)).Text, StringComparison.Ordinal);
        var door = await PageReader.OpenAsync(host.Http, "/notices/2020-02-10/print?pharmacy=LD02");
        Assert.Equal(code, string.Concat(Letters().Matches(door.Html).Select(m => m.Groups[1].Value)));
        Assert.Contains("1 至 1", door.Text, StringComparison.Ordinal);
        Assert.Contains("/check?d=2020-02-10</title>", door.Html, StringComparison.Ordinal);
        using var clerk = await host.ClerkAsync("LD02");
        Assert.Contains(code, (await PageReader.OpenAsync(clerk, "/pharmacy/lists/2020-02-10")).Text, StringComparison.Ordinal);
        var note = await host.Http.GetStringAsync("/notices/2020-02-10/note.txt");
        Assert.Equal(code, SignedNote.TryVerify(note, host.Get<LogKeys>().KeysOf(mark.Note.Checkpoint.Origin))!.Checkpoint.Code);
        Assert.Contains(code, await SayAsync(host, "核验"), StringComparison.Ordinal);
        var told = (await host.Http.GetJsonAsync("/sandbox/phones/o-1/messages")).EnumerateArray()
            .Where(l => l.GetProperty("act").GetProperty("type").GetString() == "push")
            .Select(l => l.GetProperty("reply").GetProperty("articles")[0].GetProperty("description").GetString()!);
        Assert.Contains(told, t => t.Contains(code, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Before_the_lists_are_out_the_notice_shows_the_newest_mark_by_its_name()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:40:00+08:00");
        Assert.Contains("开放预约前十分钟起", (await PageReader.OpenAsync(host.Http, "/notices/2020-02-10")).Text, StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-10T18:55:00+08:00");

        Assert.Contains("这是开放预约以前的核验码", (await PageReader.OpenAsync(host.Http, "/notices/2020-02-10")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_is_found_by_its_number_and_told_in_words()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        Assert.Equal(201, (await wang.BookAsync("LD03", "a")).Status);
        var entries = (await CityLog.ReadAsync(host.Get<Database>())).Entries;
        var (index, line) = entries.Index().Single(e => e.Item.StartsWith("book ", StringComparison.Ordinal));

        var page = await PageReader.OpenAsync(host.Http, $"/check?n={index}");

        Assert.Contains(WebUtility.HtmlEncode(line), page.Html, StringComparison.Ordinal);
        Assert.Contains("2020-02-10 这一期，药店 LD03，第 1 号：预约，2020-02-10 19:00:0", page.Text, StringComparison.Ordinal);
        foreach (var none in new[] { $"{entries.Count + 50}", "-1", "x", "99999999999999999999" })
            Assert.Contains("没有这一行", (await PageReader.OpenAsync(host.Http, $"/check?n={none}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_line_of_a_day_has_words()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        Assert.Equal(201, (await wang.BookAsync("LD03", "a")).Status);
        await host.SetClockAsync("2020-02-12T19:00:00+08:00");
        var words = host.Get<WeChatMask.Pages.LogLineFormatter>();

        foreach (var line in (await CityLog.ReadAsync(host.Get<Database>())).Entries)
        {
            var sentence = words.Sentence(line);
            Assert.DoesNotMatch(@"Line_|\{\d|还不会用话说明", sentence);
        }
    }

    [Fact]
    public async Task The_programs_that_are_handed_out_are_those_of_the_sources_with_their_fingerprints()
    {
        await using var host = await SandboxHost.StartAsync();
        var page = await PageReader.OpenAsync(host.Http, "/check");
        foreach (var name in new[] { "check.html", "check.py" })
        {
            using var answer = await host.Http.GetAsync(new Uri($"/tools/{name}", UriKind.Relative));
            var bytes = await answer.Content.ReadAsByteArrayAsync();

            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "tools", name)), bytes);
            Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
            Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(bytes)), page.Html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Whom_auditors_ask_follows_from_the_published_log_and_is_told_to_everybody_without_names()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        for (var i = 0; i < 14; i++)
        {
            using var phone = await host.NewResidentAsync(i);
            var (status, booking) = await phone.BookAsync("LD01", "a");
            Assert.Equal(201, status);
            if (i == 3) Assert.Equal(204, await phone.CancelAsync(booking.GetProperty("number").GetString()!));
        }

        await host.SetClockAsync(Published);
        var root = (await host.Get<LogReader>().NewestMarksAsync(LogMarkKind.Published, 1, default))[0].Note.Checkpoint.Root;
        var expected = AuditSample.Of(root, Enumerable.Range(1, 14).Where(s => s != 4).Select(s => ("LD01", (long)s)), 10);
        var words = string.Join('、', expected.Select(s => $"{s.Code} 第 {s.Serial} 号"));

        Assert.Contains(words, (await PageReader.OpenAsync(host.Http, "/notices/2020-02-10")).Text, StringComparison.Ordinal);
        using var supervisor = await host.SupervisorAsync();
        var page = await PageReader.OpenAsync(supervisor, "/supervisor/log");
        Assert.All(expected, s => Assert.Contains($"{s.Code} 第 {s.Serial} 号", page.Text, StringComparison.Ordinal));
        Assert.DoesNotContain("张", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_else_signs_is_named_with_the_time_and_the_note_that_is_kept_has_that_line_too()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var witness = VerifierKey.OfWitness("news.example/witness", key);
        await using var host = await SandboxHost.StartAsync("loudi", Open, configure: b => b.Configuration["Log:Witnesses:0"] = witness.ToString());
        Assert.Contains("还没有签过", (await PageReader.OpenAsync(host.Http, "/check")).Text, StringComparison.Ordinal);
        await host.SetClockAsync(Published);
        var mark = (await host.Get<LogReader>().NewestMarksAsync(LogMarkKind.Published, 1, default))[0].Note.Checkpoint;
        using var told = new StringContent($"{mark.Size}\n{SignedNote.Cosign(mark, witness.Name, key, 1_581_343_500)}");
        using var taken = await host.Http.PostAsync(new Uri("/log/cosignatures", UriKind.Relative), told);
        Assert.Equal(HttpStatusCode.NoContent, taken.StatusCode);

        Assert.Contains("news.example/witness 最近一次：2020-02-10 22:05:0", (await PageReader.OpenAsync(host.Http, "/check")).Text, StringComparison.Ordinal);
        Assert.Contains("news.example/witness（02-10 22:05）", (await PageReader.OpenAsync(host.Http, "/notices/2020-02-10")).Text, StringComparison.Ordinal);
        var note = await host.Http.GetStringAsync("/notices/2020-02-10/note.txt");
        var read = SignedNote.TryVerify(note, [.. host.Get<LogKeys>().KeysOf(mark.Origin), witness])!;
        Assert.Equal("news.example/witness", Assert.Single(read.Cosignatures).Witness);
    }

    [Fact]
    public async Task In_a_city_of_many_pharmacies_each_has_a_sheet_of_its_own()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-10T20:05:00+08:00");

        var all = await PageReader.OpenAsync(host.Http, "/notices/2020-02-10/print");
        var one = await PageReader.OpenAsync(host.Http, "/notices/2020-02-10/print?pharmacy=CZ003");

        var shops = (await host.Http.GetJsonAsync("/api/public/rounds/2020-02-10")).GetProperty("pharmacies").GetArrayLength();
        Assert.True(shops > 100, $"{shops}");
        Assert.Contains($"全市 {shops} 家药店", all.Text, StringComparison.Ordinal);
        Assert.Equal(shops, Regex.Count(all.Html, "/notices/2020-02-10/print\\?pharmacy="));
        Assert.Single(Regex.Matches(one.Html, "<tr><th scope=\"row\">"));
        Assert.DoesNotContain("全市", Regex.Match(one.Html, "class=\"card door\".*?</section>", RegexOptions.Singleline).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_nightly_look_found_of_a_round_stands_on_its_notice()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, configure: b => b.Services.AddSingleton<ILogChecks, Looked>());
        await host.SetClockAsync(Published);

        Assert.Contains("本期名单有 2 行与账本不符", (await PageReader.OpenAsync(host.Http, "/notices/2020-02-10")).Text, StringComparison.Ordinal);
        using var supervisor = await host.SupervisorAsync();
        var page = await PageReader.OpenAsync(supervisor, "/supervisor/log");
        Assert.Contains("有 3 处与账本不符", page.Text, StringComparison.Ordinal);
        Assert.Contains("booking 2020-02-10 LD01 1: serial is 2; the log says 1.", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_supervisor_holds_a_rounds_key_with_a_reason_of_which_the_public_reads_the_day_alone()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var supervisor = await host.SupervisorAsync();
        var page = await PageReader.OpenAsync(supervisor, "/supervisor/log");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await page.PostToAsync(supervisor, "/supervisor/log?handler=Hold", ("Round", "2020-02-10"), ("Words", " "))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await page.PostToAsync(supervisor, "/supervisor/log?handler=Hold", ("Round", "2019-02-10"), ("Words", "why"))).Status);
        Assert.DoesNotContain("data-held", (await PageReader.OpenAsync(host.Http, "/check")).Html, StringComparison.Ordinal);
        var held = await page.PostToAsync(supervisor, "/supervisor/log?handler=Hold", ("Round", "2020-02-10"), ("Words", "投诉 7 还在查"));
        Assert.Equal(HttpStatusCode.Found, held.Status);

        Assert.Contains("投诉 7 还在查", (await PageReader.OpenAsync(supervisor, "/supervisor/log")).Text, StringComparison.Ordinal);
        var told = await PageReader.OpenAsync(host.Http, "/check");
        Assert.Contains("有 1 期有争议", told.Text, StringComparison.Ordinal);
        Assert.Contains("2020-02-10", Regex.Match(told.Html, "data-held>[^<]*").Value, StringComparison.Ordinal);
        Assert.DoesNotContain("还在查", told.Text, StringComparison.Ordinal);
        var audit = (await PageReader.OpenAsync(supervisor, "/supervisor/audit")).Text;
        Assert.Contains("保留一期的核对钥匙", audit, StringComparison.Ordinal);
        await page.PostToAsync(supervisor, "/supervisor/log?handler=Release", ("Round", "2020-02-10"));
        Assert.DoesNotContain("data-held", (await PageReader.OpenAsync(host.Http, "/check")).Html, StringComparison.Ordinal);
    }

    private static async Task<string> SayAsync(SandboxHost host, string words)
    {
        var (_, answer) = await host.Http.PostAsync("/sandbox/phones/o-2/messages", new { type = "text", content = words });
        return answer.GetProperty("reply").GetProperty("content").GetString()!;
    }

    private sealed class Looked : ILogChecks
    {
        public Task<LogCheck?> NewestAsync(CancellationToken cancellationToken) =>
            Task.FromResult<LogCheck?>(new LogCheck(DateTimeOffset.UnixEpoch.AddDays(18_000), 12, 3, ["booking 2020-02-10 LD01 1: serial is 2; the log says 1."]));

        public Task<long> WrongRowsAsync(DateOnly round, CancellationToken cancellationToken) => Task.FromResult(round == new DateOnly(2020, 2, 10) ? 2L : 0L);
    }

    [GeneratedRegex("<span>([A-Z2-7]{4}-?)</span>")]
    private static partial Regex Letters();
}
