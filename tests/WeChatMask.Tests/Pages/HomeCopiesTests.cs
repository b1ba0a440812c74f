using System.Globalization;
using System.Text.RegularExpressions;
using WeChatMask.OpenData;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>The home page is made once for many, and yet is true for each who gets it.</summary>
public sealed class HomeCopiesTests
{
    private const int Looks = 40;

    [Fact]
    public async Task Those_who_come_by_the_same_board_within_a_second_get_one_page_and_each_is_counted()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T22:30:00+08:00");
        await using var held = await host.HoldJobsAsync();
        var copies = 0;

        for (var i = 0; i < Looks; i++)
        {
            using var answer = await host.Http.GetAsync(Home);
            Assert.Equal("public, max-age=2", answer.Headers.CacheControl?.ToString());
            Assert.NotEmpty(answer.Headers.GetValues("Content-Security-Policy"));
            if (answer.Headers.Age is not null) copies++;
        }

        using (var head = new HttpRequestMessage(HttpMethod.Head, Home)) (await host.Http.SendAsync(head)).Dispose();
        // One for each second that passed meanwhile was made.
        Assert.True(copies > Looks / 2, $"{copies} copies");
        Assert.Equal(Looks, host.Get<Visits>().Take().Sum(d => d.Visits));
    }

    [Fact]
    public async Task Whoever_looks_after_a_booking_sees_it()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        var left = await LeftAsync(host.Http);
        for (var i = 0; i < 10; i++)
        {
            using var person = await host.NewResidentAsync(i);
            // The page of a rush has nothing of anybody: those who are logged in share it.
            Assert.Equal(left, await LeftAsync(person.Http));
            Assert.Equal(201, (await person.BookAsync("LD02", "a")).Status);
            Assert.Equal(--left, await LeftAsync(host.Http));
        }
    }

    [Fact]
    public async Task What_somebody_has_to_collect_is_shown_to_nobody_else()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var wang = await host.NewResidentAsync(1);
        using var other = await host.PhoneAsync("oOther");
        Assert.Equal(201, (await wang.BookAsync("LD02", "a")).Status);
        await host.SetClockAsync("2020-02-10T22:00:00+08:00");

        for (var i = 0; i < Looks; i++)
        {
            Assert.DoesNotContain("领取 张三丰", await TextAsync(host.Http), StringComparison.Ordinal);
            Assert.Contains("领取 张三丰", await TextAsync(wang.Http), StringComparison.Ordinal);
            Assert.DoesNotContain("领取 张三丰", await TextAsync(other), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Cookie", "wm_large=1", "class=\"large\"")]
    [InlineData("Accept-Encoding", "gzip", null)]
    [InlineData("Accept-Encoding", "br", null)]
    public async Task Each_gets_the_page_in_the_form_that_was_asked_for(string header, string value, string? mark)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T22:30:00+08:00");
        for (var i = 0; i < Looks; i++)
        {
            var isAsked = i % 3 == 0;
            using var ask = new HttpRequestMessage(HttpMethod.Get, Home);
            if (isAsked) ask.Headers.Add(header, value);
            using var answer = await host.Http.SendAsync(ask);
            if (mark is null) Assert.Equal(isAsked ? [value] : [], answer.Content.Headers.ContentEncoding);
            else Assert.Equal(isAsked, (await answer.Content.ReadAsStringAsync()).Contains(mark, StringComparison.Ordinal));
        }
    }

    private static Uri Home { get; } = new("/", UriKind.Relative);

    private static async Task<string> TextAsync(HttpClient http) => (await PageReader.OpenAsync(http, "/")).Text;

    private static async Task<int> LeftAsync(HttpClient http) =>
        int.Parse(Regex.Match(await http.GetStringAsync(Home), "data-claim=\"total-left\">(\\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
}
