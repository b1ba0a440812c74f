using System.Net;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Residents;

/// <summary>What makes a log-in and a registration light changes nothing of what they promise.</summary>
public sealed class LightLogInTests
{
    /// <summary>The answer to a registration is made from what was written; it must be what a reading would have said.</summary>
    [Theory]
    [InlineData("loudi")]
    [InlineData("chuzhou")]
    public async Task What_a_registration_answers_is_what_is_read_afterwards(string city)
    {
        await using var host = await SandboxHost.StartAsync(city, "2020-02-10T12:00:00+08:00");
        using var phone = await host.PhoneAsync("oAnna");

        foreach (var person in new[] { 1, 2, 1 })
        {
            var (status, said) = await phone.PostAsync("/api/residents", People.Registration(person));
            Assert.Equal(201, status);
            var read = (await phone.GetJsonAsync("/api/me")).GetProperty("residents").EnumerateArray().Single(r => r.GetProperty("id").GetString() == said.GetProperty("id").GetString());
            Assert.Equal(read.GetRawText(), said.GetRawText());
        }
    }

    /// <summary>Removed and registered again, the person still waits for what the same account has booked for them.</summary>
    [Fact]
    public async Task Who_has_booked_is_told_from_when_they_may_again_also_as_somebody_new()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var one = await host.NewResidentAsync(1);
        var (booked, booking) = await one.BookAsync("LD01", "a");
        Assert.Equal(201, booked);
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("DELETE FROM resident WHERE id = @id", new { id = long.Parse(one.ResidentId, System.Globalization.CultureInfo.InvariantCulture) }), CancellationToken.None);

        var (_, again) = await one.Http.PostAsync("/api/residents", People.Registration(1));

        Assert.True(again.TryGetProperty("bookableFrom", out _), $"{booking} {again}");
    }

    /// <summary>Each part of the cookie is signed together with the state: another page, another end, another person's state are worth nothing.</summary>
    [Fact]
    public async Task A_log_ins_cookie_that_was_changed_is_worth_nothing()
    {
        await using var host = await SandboxHost.StartAsync();
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = host.Address };
        var back = await WayBackAsync(browser);
        var cookie = cookies.GetCookies(back).Single(c => c.Name.StartsWith("wm_login_", StringComparison.Ordinal));
        var parts = cookie.Value.Split('.');
        var elsewhere = await WayBackAsync(browser);
        var others = cookies.GetCookies(elsewhere).Single(c => c.Name.StartsWith("wm_login_", StringComparison.Ordinal) && c.Name != cookie.Name).Value;

        List<string> changed = [others, cookie.Value + "x", "x" + cookie.Value, cookie.Value[..^1], "", ".", ".....", new string('.', 4000), string.Join('.', parts[..^1])];
        for (var i = 0; i < parts.Length; i++) changed.Add(string.Join('.', parts.Select((p, n) => n == i ? p + (char.IsAsciiDigit(p[^1]) ? "1" : "A") : p)));
        foreach (var value in changed)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, back) { Headers = { { "Cookie", $"{cookie.Name}={value}" } } };
            using var stranger = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
            using var refused = await stranger.SendAsync(request);
            Assert.Equal((value, HttpStatusCode.BadRequest), (value, refused.StatusCode));
            Assert.DoesNotContain(refused.Headers, h => h.Key == "Set-Cookie" && h.Value.Any(v => v.StartsWith("wm_resident", StringComparison.Ordinal)));
        }

        // And as it was, it is good.
        using var good = await browser.GetAsync(back);
        Assert.Equal("/book", good.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Who_asks_while_a_read_is_under_way_gets_the_answer_of_the_next()
    {
        var begun = new List<TaskCompletionSource<int>>();
        var shared = new SharedRead<int>();
        Task<int> Read()
        {
            var one = new TaskCompletionSource<int>();
            lock (begun) begun.Add(one);
            return one.Task;
        }

        var first = shared.AskAsync(Read);
        await Eventually.UntilAsync(() => begun.Count == 1);
        var second = shared.AskAsync(Read);
        var third = shared.AskAsync(Read);
        begun[0].SetResult(1);
        Assert.Equal(1, await first);
        await Eventually.UntilAsync(() => begun.Count == 2);
        Assert.False(second.IsCompleted);
        begun[1].SetException(new InvalidOperationException("gone"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
        await Assert.ThrowsAsync<InvalidOperationException>(() => third);

        var fourth = shared.AskAsync(Read);
        await Eventually.UntilAsync(() => begun.Count == 3);
        begun[2].SetResult(4);
        Assert.Equal(4, await fourth);
    }

    private static async Task<Uri> WayBackAsync(HttpClient browser)
    {
        using var start = await browser.GetAsync(new Uri("/login?returnUrl=%2Fbook", UriKind.Relative));
        using var answer = await browser.GetAsync(new Uri(start.Headers.Location!.ToString().Replace("#wechat_redirect", "&openid=oAnna", StringComparison.Ordinal)));
        return answer.Headers.Location!;
    }
}
