using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Residents;

/// <summary>
/// Whoever registers another person's number learns nothing of what that person does. Everything that such an account can see is
/// held against what an account sees whose person nobody ever books for: the two stay alike, whatever happens.
/// </summary>
public sealed class StrangerTests
{
    private const int Owner = 1;
    private const int Nobody = 2;
    private static readonly string[] Pages = ["/", "/book", "/bookings", "/residents", "/my-data", "/my-data/erase", "/nearby", "/complaints", "/not-mine", "/residents/{resident}/remove"];
    private static readonly string[] Words = ["查询", "预约", "取消", "名单", "药店", "帮助", "{number}", "取消 {number}", "确认取消 {number}"];

    [EngineTheory]
    public async Task An_account_with_somebodys_number_sees_what_one_sees_whose_person_never_books(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        await using var held = await host.HoldJobsAsync();
        using var owner = await host.NewResidentAsync(Owner);
        using var stranger = await Watcher.RegisterAsync(host, "o-stranger", Owner);
        using var control = await Watcher.RegisterAsync(host, "o-control", Nobody);
        await AlikeAsync("before", "00000000000");
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");

        var number = (await owner.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        await AlikeAsync("booked", number);
        Assert.Equal(204, await owner.CancelAsync(number));
        await AlikeAsync("cancelled", number);
        number = (await owner.BookAsync("LD03", "b")).Body.GetProperty("number").GetString()!;
        await host.SetClockAsync("2020-02-10T22:01:00+08:00");
        await AlikeAsync("published", number);

        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD03");
        await clerk.PostAsync("/api/pharmacy/redemptions", new { number, idNumberLast4 = People.IdNumber(Owner)[^4..], requestId = "r" });
        await host.AdvanceAsync("PT1M");
        await AlikeAsync("collected", number);
        await clerk.PostAsync($"/api/pharmacy/redemptions/{number}/void", new { reason = "扫错了" });
        await host.AdvanceAsync("PT1M");
        await AlikeAsync("taken back", number);
        await host.SetClockAsync("2020-02-11T18:30:00+08:00");
        await AlikeAsync("lapsed", number);

        // Long after, when what is left of a removed person goes, and when the holds do.
        foreach (var watcher in new[] { stranger, control }) Assert.Equal(204, await watcher.RemoveAsync());
        foreach (var day in new[] { "2020-02-12T02:00:00+08:00", "2020-02-13T02:00:00+08:00", "2020-02-14T02:00:00+08:00" })
        {
            await host.SetClockAsync(day);
            await AlikeAsync(day, number);
        }

        async Task AlikeAsync(string moment, string sought)
        {
            var (seen, usual) = (await stranger.LookAsync(sought), await control.LookAsync(sought));
            foreach (var (what, text) in seen) Assert.True(usual[what] == text, $"{moment}: {what} differs.\n{Difference(usual[what], text)}");
        }
    }

    [EngineTheory]
    public async Task The_registry_is_asked_about_a_number_as_often_whoever_else_has_booked_with_it(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-02T17:30:00+08:00", engine: engine);
        await using var held = await host.HoldJobsAsync();
        using var owner = await host.NewResidentAsync(Owner);
        using var stranger = await Watcher.RegisterAsync(host, "o-stranger", Owner);
        using var control = await Watcher.RegisterAsync(host, "o-control", Nobody);
        var days = Enumerable.Range(0, 5).Select(i => new DateTimeOffset(2020, 2, 28, 12, 0, 0, TimeSpan.FromHours(8)).AddDays(i)).ToList();
        await host.SetClockAsync("2020-02-27T17:30:00+08:00");
        Assert.Equal(201, (await owner.BookAsync("CZ001", "a")).Status);

        foreach (var day in days)
        {
            await host.SetClockAsync($"{day:O}");
            var (seen, usual) = (await stranger.LookAsync("00000000000"), await control.LookAsync("00000000000"));
            foreach (var (what, text) in seen) Assert.True(usual[what] == text, $"{day}: {what} differs.\n{Difference(usual[what], text)}");
        }
    }

    [EngineTheory]
    public async Task The_refusal_names_the_code_says_what_to_do_and_tells_nothing_else(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var owner = await host.NewResidentAsync(Owner);
        using var stranger = await host.NewResidentAsync(Owner, "o-stranger", "13900000001");
        var number = (await owner.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        var same = await stranger.BookAsync("LD02", "s1");
        Assert.Equal((409, "already_booked"), (same.Status, same.Body.Code()));
        await AssertSilentAsync(same.Body);
        await PageIsSilentAsync();

        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        await clerk.PostAsync("/api/pharmacy/redemptions", new { number, idNumberLast4 = People.IdNumber(Owner)[^4..], requestId = "r" });
        await host.SetClockAsync("2020-02-11T19:00:00+08:00");
        var later = await stranger.BookAsync("LD02", "s2");
        Assert.Equal((409, "cooldown"), (later.Status, later.Body.Code()));
        await AssertSilentAsync(later.Body);
        await PageIsSilentAsync();

        // The owner, whose own booking it was, is told the day as before.
        var own = await owner.BookAsync("LD02", "o2");
        Assert.Equal(("cooldown", "2020-02-12"), (own.Body.Code(), own.Body.GetProperty("bookableFrom").GetString()));
        Assert.Equal("2020-02-12", (await owner.Http.GetJsonAsync("/api/me")).GetProperty("residents")[0].GetProperty("bookableFrom").GetString());

        async Task PageIsSilentAsync()
        {
            var form = await PageReader.OpenAsync(stranger.Http, "/book");
            var answer = await form.PostAsync(stranger.Http, ("requestId", form.Hidden("requestId")), ("residentId", stranger.ResidentId), ("pharmacyCode", "LD02"));
            Assert.Equal(409, (int)answer.Status);
            var box = Regex.Match(answer.Html, "<div class=\"refused\".*?</div>", RegexOptions.Singleline).Value;
            Assert.Contains("href=\"/not-mine\"", box, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"\d月|\d日|药房|湘柳|已领|未领", box);
        }

        // What it may say, to the last word: code, status and one sentence that is the same at every moment.
        Task AssertSilentAsync(JsonElement problem)
        {
            Assert.Equal(same.Body.GetProperty("title").GetString(), problem.GetProperty("title").GetString());
            Assert.True(problem.GetProperty("elsewhere").GetBoolean());
            Assert.Empty(problem.EnumerateObject().Select(p => p.Name).Except(["type", "title", "status", "code", "elsewhere", "traceId"], StringComparer.Ordinal));
            Assert.DoesNotMatch(@"\d月|\d日|LD0", problem.GetProperty("title").GetString());
            return Task.CompletedTask;
        }
    }

    private static string Difference(string usual, string seen)
    {
        var at = usual.Zip(seen).TakeWhile(p => p.First == p.Second).Count();
        string Near(string text) => text.Substring(Math.Max(0, at - 80), Math.Min(240, text.Length - Math.Max(0, at - 80)));
        return $"usual: {Near(usual)}\nseen:  {Near(seen)}";
    }

    /// <summary>A follower's account, and everything it can look at, in words that tell its own particulars from nobody else's.</summary>
    private sealed class Watcher(SandboxHost host, string openId, int person, ResidentPhone phone, string account) : IDisposable
    {
        public static async Task<Watcher> RegisterAsync(SandboxHost host, string openId, int person)
        {
            await host.Http.PostAsync($"/sandbox/phones/{openId}/messages", new { type = "event", @event = "subscribe" });
            var phone = await host.NewResidentAsync(person, openId, MobileOf(openId));
            return new Watcher(host, openId, person, phone, (await phone.Http.GetJsonAsync("/api/me")).GetProperty("account").GetString()!);
        }

        public void Dispose() => phone.Dispose();

        public async Task<int> RemoveAsync()
        {
            using var answer = await phone.Http.DeleteAsync(new Uri($"/api/residents/{phone.ResidentId}", UriKind.Relative));
            return (int)answer.StatusCode;
        }

        public async Task<IReadOnlyDictionary<string, string>> LookAsync(string number)
        {
            var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
            string Own(string text) => text.Replace("{resident}", phone.ResidentId, StringComparison.Ordinal).Replace("{number}", number, StringComparison.Ordinal);
            foreach (var path in Pages.Concat(["/api/me", "/api/bookings", "/api/bookings/{number}", "/bookings/{number}", "/bookings/{number}/voucher.svg"]))
            {
                using var answer = await phone.Http.GetAsync(new Uri(Own(path), UriKind.Relative));
                seen[path] = Plain($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }

            var kept = await PageReader.OpenAsync(phone.Http, "/my-data");
            seen["copy"] = Plain((await kept.PostToAsync(phone.Http, "/my-data?handler=export")).Html);
            using var given = await phone.Http.DeleteAsync(new Uri($"/api/bookings/{number}", UriKind.Relative));
            seen["give back"] = $"{(int)given.StatusCode} {(await given.JsonAsync()).Code()}";
            foreach (var word in Words)
            {
                var (_, said) = await host.Http.PostAsync($"/sandbox/phones/{openId}/messages", new { type = "text", content = Own(word) });
                seen[word] = Plain(said.GetProperty("reply").ToString());
            }

            seen["chat"] = Plain(string.Join('\n', (await host.Http.GetJsonAsync($"/sandbox/phones/{openId}/messages")).EnumerateArray()
                .Where(l => l.GetProperty("act").GetProperty("type").GetString() == "push").Select(l => l.GetProperty("reply").ToString())));
            seen["sms"] = Plain(string.Join('\n', (await host.SmsAsync(MobileOf(openId))).Select(s => s.GetProperty("text").GetString())));
            return seen;
        }

        private static string MobileOf(string openId) => $"1390000{openId.Length.ToString("0000", CultureInfo.InvariantCulture)}";

        // Without what is the account's own or new with each look.
        private string Plain(string text)
        {
            text = Regex.Replace(text, "\"traceId\":\"[^\"]+\"", "");
            text = Regex.Replace(text, @"\\u([0-9a-fA-F]{4})|&#x([0-9A-Fa-f]+);", m => char.ConvertFromUtf32(int.Parse(m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            var plain = new StringBuilder(text)
                .Replace(phone.ResidentId, "RESIDENT").Replace(account, "ACCOUNT").Replace(openId, "OPENID")
                .Replace(People.IdNumber(person), "CARD").Replace(new string('*', 14) + People.IdNumber(person)[^4..], "CARD")
                .Replace(MobileOf(openId), "MOBILE").ToString();
            foreach (var ending in new[] { People.IdNumber(person), MobileOf(openId) }.Select(n => n[^4..])) plain = Regex.Replace(plain, $"(?<![0-9A-Za-z]){ending}(?![0-9A-Za-z])", "ENDING");
            return Regex.Replace(
                plain,
                "__RequestVerificationToken\" type=\"hidden\" value=\"[^\"]+\"|name=\"requestId\" value=\"[^\"]+\"|data-[a-z]*now=\"\\d+\"|[\"']asOf\":\\s*\"[^\"]+\"|\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?|\"(createdAt|consentAt|registeredAt|checkedAt|removedAt)\":\\s*\"[^\"]+\"|版本 \\d+|\"traceId\":\\s*\"[^\"]+\"|data-(version|age)=\"\\d+\"|http-equiv=\"refresh\" content=\"\\d+\"",
                "_");
        }
    }
}
