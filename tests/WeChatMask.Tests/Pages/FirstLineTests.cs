using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WeChatMask.Tests.Days.Claims;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>What a page says first: what the person wants to know at that hour. And every figure says what it counts.</summary>
public sealed class FirstLineTests
{
    [Fact]
    public async Task Whoever_has_booked_reads_first_where_and_when_they_collect_and_afterwards_that_it_is_done()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var wang = await host.NewResidentAsync(1);
        using var clerk = await host.ClerkAsync("LD02");
        var booking = (await wang.BookAsync("LD02", "a")).Body;
        // While people come to book, that is what the page is for.
        Assert.StartsWith("正在预约", await FirstAsync(wang.Http, "/"), StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-10T22:00:00+08:00");
        foreach (var page in new[] { "/", "/book" })
            Assert.Matches("^明天（2月11日 周二）领取 张三丰：城南荷塘药店，09:00–09:30 .*下一次预约 明天（2月11日 周二） 19:00 开始", await FirstAsync(wang.Http, page));
        Assert.StartsWith("下一次预约 明天（2月11日 周二） 19:00 开始 今天的预约已结束", await FirstAsync(host.Http, "/"), StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        Assert.StartsWith("今天（2月11日 周二）领取 张三丰：城南荷塘药店，09:00–09:30", await FirstAsync(wang.Http, "/"), StringComparison.Ordinal);
        Assert.StartsWith("今天 19:00 开始预约", await FirstAsync(host.Http, "/"), StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        var voucher = (await wang.Http.GetJsonAsync($"/api/bookings/{booking.GetProperty("number").GetString()}")).GetProperty("voucher").GetString();
        Assert.Equal("redeemed", (await clerk.PostAsync("/api/pharmacy/redemptions", new { voucher, requestId = "r" })).Body.GetProperty("verdict").GetString());
        Assert.StartsWith("已经领取 张三丰：在城南荷塘药店领过了", await FirstAsync(wang.Http, "/"), StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-12T08:00:00+08:00");
        Assert.StartsWith("今天 19:00 开始预约", await FirstAsync(wang.Http, "/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_somebodys_own_is_kept_by_nobody_and_the_page_of_all_others_is()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T22:00:00+08:00");
        using var phone = await host.PhoneAsync("oAnna");

        Assert.Equal("public, max-age=2", await KeptAsync(host.Http));
        Assert.Equal("no-store", await KeptAsync(phone));

        static async Task<string?> KeptAsync(HttpClient http)
        {
            using var answer = await http.GetAsync(new Uri("/", UriKind.Relative));
            return answer.Headers.CacheControl?.ToString();
        }
    }

    [Fact]
    public async Task Sold_out_names_the_next_opening_with_its_day_on_pages_and_in_refusals()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T17:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-10";
        policy["windows"] = JsonNode.Parse("""[{"opens":"19:00","closes":"20:00"},{"opens":"20:00","closes":"21:00"}]""");
        policy["quotas"] = JsonNode.Parse("""{"*":[1,1]}""");
        Assert.Equal(201, (await Policies.AddAsync(supervisor, policy)).Status);
        var people = new List<ResidentPhone>();
        for (var i = 0; i < 11; i++) people.Add(await host.NewResidentAsync(i));
        await host.SetClockAsync("2020-02-10T19:10:00+08:00");
        await using var held = await host.HoldJobsAsync();

        for (var i = 0; i < 5; i++) Assert.Equal(201, (await people[i].BookAsync($"LD0{i + 1}", "a")).Status);
        Assert.Equal(("sold_out", "2020-02-10T20:00:00+08:00"), Refused(await people[10].BookAsync("LD01", "a")));
        Assert.StartsWith("本场的名额已经约满。 下一次放名额：今天（2月10日 周一） 20:00", await FirstAsync(host.Http, "/"), StringComparison.Ordinal);
        Assert.Contains("本场约满，20:00 再放", (await PageReader.OpenAsync(host.Http, "/")).Text, StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-10T20:10:00+08:00");
        for (var i = 0; i < 5; i++) Assert.Equal(201, (await people[i + 5].BookAsync($"LD0{i + 1}", "a")).Status);
        var (code, opening) = Refused(await people[10].BookAsync("LD01", "b"));
        Assert.Equal(("sold_out", "2020-02-11T19:00:00+08:00"), (code, opening));
        Assert.Contains("今天约满，下次 2月11日 周二 19:00", (await PageReader.OpenAsync(host.Http, "/")).Text, StringComparison.Ordinal);
        await host.SetClockAsync("2020-02-10T20:11:00+08:00");
        Assert.Equal(("closed", "2020-02-11T19:00:00+08:00"), Refused(await people[10].BookAsync("LD01", "c")));
        people.ForEach(p => p.Dispose());

        static (string?, string?) Refused((int Status, System.Text.Json.JsonElement Body) answer) => (answer.Body.Code(), answer.Body.GetProperty("nextOpening").GetString());
    }

    [Fact]
    public async Task What_opens_next_has_places_a_window_or_a_day_without_any_is_passed_over()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T17:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-10";
        policy["windows"] = JsonNode.Parse("""[{"opens":"19:00","closes":"20:00"},{"opens":"20:00","closes":"21:00"},{"opens":"21:00","closes":"22:00"}]""");
        policy["quotas"] = JsonNode.Parse("""{"*":[1,0,1]}""");
        Assert.Equal(201, (await Policies.AddAsync(supervisor, policy)).Status);
        var holiday = policy.DeepClone();
        holiday["from"] = "2020-02-11";
        holiday["quotas"] = JsonNode.Parse("""{"*":[0,0,0]}""");
        Assert.Equal(201, (await Policies.AddAsync(supervisor, holiday)).Status);
        policy["from"] = "2020-02-12";
        Assert.Equal(201, (await Policies.AddAsync(supervisor, policy)).Status);
        await host.SetClockAsync("2020-02-10T19:10:00+08:00");
        for (var i = 0; i < 5; i++)
        {
            using var person = await host.NewResidentAsync(i);
            Assert.Equal(201, (await person.BookAsync($"LD0{i + 1}", "a")).Status);
        }

        Assert.StartsWith("本场的名额已经约满。 下一次放名额：今天（2月10日 周一） 21:00", await FirstAsync(host.Http, "/"), StringComparison.Ordinal);
        await host.SetClockAsync("2020-02-10T22:00:00+08:00");
        Assert.StartsWith("下一次预约 2月12日 周三 19:00 开始", await FirstAsync(host.Http, "/"), StringComparison.Ordinal);
        Assert.Equal("2020-02-12T19:00:00+08:00", (await host.Http.GetJsonAsync("/api/board")).GetProperty("nextOpening").GetString());
    }

    [Theory]
    [InlineData("2020-02-02T17:26:00+08:00", "下一场 10 个", "第一场 32 家药店共 320 个名额", "下一场名额 320 下一场剩余 320 全天已约")]
    [InlineData("2020-02-02T17:31:00+08:00", "本场余 10", "本场还剩 320 个名额", "本场名额 320 本场剩余 320 全天已约")]
    [InlineData("2020-02-02T20:00:00+08:00", "今天共约 0", "全天共约出 0 个名额", "末场名额 1600 末场剩余 1600 全天已约")]
    public async Task A_figure_says_whether_it_is_of_one_window_or_of_the_whole_day(string at, string row, string banner, string supervisors)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", at);
        await host.AdvanceAsync("PT1S");
        using var supervisor = await host.SupervisorAsync();

        var home = await PageReader.OpenAsync(host.Http, "/");
        Assert.Contains(row, home.Text, StringComparison.Ordinal);
        Assert.Contains(banner, home.Text, StringComparison.Ordinal);
        Assert.Contains(supervisors, (await PageReader.OpenAsync(supervisor, "/supervisor")).Text, StringComparison.Ordinal);
        var notice = await PageReader.OpenAsync(host.Http, "/notices/2020-02-02");
        Assert.Contains("2月2日 周日全天、各场合计", notice.Text, StringComparison.Ordinal);
        var csv = (await host.Http.GetStringAsync(new Uri("/api/public/rounds/2020-02-02.csv", UriKind.Relative))).Split("\r\n");
        Assert.Contains(",date,phase,asOf,", csv[0], StringComparison.Ordinal);
        Assert.Contains($",2020-02-02,{(await host.Http.GetJsonAsync("/api/board")).GetProperty("round").GetProperty("phase").GetString()},2020-02-02T", csv[1], StringComparison.Ordinal);
    }

    private static async Task<string> FirstAsync(HttpClient browser, string path)
    {
        var page = new ClaimPage(path, await browser.GetStringAsync(new Uri(path, UriKind.Relative)));
        return Regex.Replace(page.Elements.First(e => e.Attributes.ContainsKey("data-round")).Text, @"\s+", " ");
    }
}
