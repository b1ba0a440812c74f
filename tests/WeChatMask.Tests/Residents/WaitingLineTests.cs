using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Residents;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Residents;

/// <summary>The line in which people wait to log in: nobody is passed, nobody is lost, and there is none while few come.</summary>
public sealed class WaitingLineTests
{
    private readonly HandClock clock = new();

    [Fact]
    public void While_few_come_there_is_no_line()
    {
        var line = Line();
        for (var second = 0; second < 60; second++)
        {
            for (var i = 0; i < 100; i++) Assert.True(Comes(line));
            clock.Pass(1);
        }
    }

    [Fact]
    public void People_are_called_in_the_order_in_which_they_came()
    {
        var line = Line(most: 100);
        var waiting = Enumerable.Range(0, 1000).Select(_ => line.Ask(null)).Where(t => !t.IsNow).Select(t => t.Place).ToList();
        Assert.InRange(waiting.Count, 900, 990);

        // Asked in whatever order, whoever is called came before whoever is not, and before whoever comes now.
        for (var step = 0; step < 40; step++)
        {
            clock.Pass(0.25);
            var (turns, newcomer) = (Enumerable.Reverse(waiting).Select(line.Ask).Reverse().ToList(), line.Ask(null));
            Assert.Equal(turns.Select(t => t.IsNow), turns.Select(t => t.IsNow).OrderDescending());
            Assert.Equal(turns.Select(t => t.Ahead), turns.Select(t => t.Ahead).Order());
            if (turns.Exists(t => !t.IsNow)) Assert.False(newcomer.IsNow);
            waiting.Add(newcomer.Place);
        }

        Assert.All(waiting.Take(900), p => Assert.True(line.Ask(p).IsNow));
    }

    [Fact]
    public void Who_comes_at_the_time_that_they_were_told_waits_no_longer_than_a_moment_more()
    {
        var line = Line(most: 100);
        var turns = Enumerable.Range(0, 3000).Select(_ => line.Ask(null)).ToList();
        Assert.All(turns, t => Assert.InRange(t.AskAgainIn, 1, 60));
        Assert.All(turns.Where(t => t.Wait > TimeSpan.FromSeconds(14)), t => Assert.InRange(t.AskAgainIn, 1, 0.7 * t.Wait.TotalSeconds));
        Assert.Equal(29, turns[^1].Wait.TotalSeconds, 1.0);

        var (turn, waited, asked) = (turns[^1], 0, 0);
        for (; !turn.IsNow; asked++)
        {
            waited += turn.AskAgainIn;
            clock.Pass(turn.AskAgainIn);
            turn = line.Ask(turn.Place);
        }

        Assert.InRange(waited, 29, 32);
        Assert.InRange(asked, 2, 4);
    }

    [Fact]
    public void Who_comes_late_goes_through_at_once()
    {
        var line = Line(most: 100);
        var late = Enumerable.Range(0, 500).Select(_ => line.Ask(null)).Last().Place;
        clock.Pass(600);

        for (var i = 0; i < 5000; i++) line.Ask(null);

        Assert.False(line.Ask(null).IsNow);
        Assert.True(line.Ask(late).IsNow);
    }

    [Fact]
    public void Another_node_puts_a_place_among_its_own_by_the_instant_of_arrival()
    {
        var (here, there) = (Line(most: 100), Line(most: 100));
        LinePlace first = null!, last = null!;
        for (var second = 0; second < 10; second++)
        {
            for (var i = 0; i < 300; i++)
            {
                var one = here.Ask(null).Place;
                if (second == 2) first = one;
                last = one;
                there.Ask(null);
            }

            clock.Pass(1);
        }

        // After ten seconds a thousand or so were called of three thousand: those of the first three seconds.
        Assert.True(there.Ask(first).IsNow);
        Assert.False(there.Ask(last).IsNow);
        Assert.InRange(there.Ask(last).Ahead, here.Ask(last).Ahead - 310, here.Ask(last).Ahead);
        // A node without a line lets everybody through, and so does one that has just started.
        Assert.True(Line().Ask(last).IsNow);
    }

    [Fact]
    public void A_node_that_is_slow_calls_fewer_and_one_that_is_quick_calls_more()
    {
        var slow = Line();
        var works = Enumerable.Range(0, 2000).Select(_ => slow.Begin()).ToList();
        var (before, after) = (CalledIn(slow, 1), CalledIn(slow, 1));
        Assert.InRange(after, 0, before);
        Assert.InRange(CalledIn(slow, 1), 0, 80);
        works.ForEach(w => w.Dispose());
        works[0].Dispose();

        for (var i = 0; i < 9; i++) CalledIn(slow, 1);
        Assert.InRange(CalledIn(slow, 1), 1500, 20_000);
    }

    [Fact]
    public void A_node_whose_people_come_back_late_calls_fewer_but_as_many_as_come_back()
    {
        var line = Line();
        void Pass(int seconds, int comeBack, double way)
        {
            for (var i = 0; i < 10 * seconds; i++)
            {
                clock.Pass(0.1);
                for (var n = 0; n < comeBack / 10; n++) line.Back(TimeSpan.FromSeconds(way));
                Comes(line);
            }
        }

        // An ordinary way for phones far away: nobody is late.
        Pass(5, 1000, 1.5);
        Assert.InRange(CalledIn(line, 1), 900, 5000);
        Pass(10, 600, 4);
        Assert.InRange(CalledIn(line, 0.5) * 2, 300, 800);
        Pass(20, 600, 1.5);
        Assert.InRange(CalledIn(line, 1), 900, 20_000);
    }

    [Fact]
    public void A_city_may_set_bounds()
    {
        var line = Line(least: 200, most: 300);
        CalledIn(line, 1);
        Assert.InRange(CalledIn(line, 1), 280, 320);
        var works = Enumerable.Range(0, 5000).Select(_ => line.Begin()).ToList();
        CalledIn(line, 3);
        Assert.InRange(CalledIn(line, 1), 190, 210);
        works.ForEach(w => w.Dispose());
    }

    [Fact]
    public async Task A_phone_waits_on_a_page_that_goes_on_and_passes_when_it_is_called()
    {
        await using var host = await StartAsync();
        using var member = await host.PhoneAsync("oMember");
        var line = host.Get<WaitingLine>();
        for (var i = 0; i < 200; i++) line.Ask(null);
        var cookies = new CookieContainer();
        using var phone = Still(host, cookies);

        using var asked = await phone.GetAsync(new Uri("/login?returnUrl=%2Fbook%3Fpharmacy%3DLD01", UriKind.Relative));
        var waitsAt = new Uri("/login/line?returnUrl=%2Fbook%3Fpharmacy%3DLD01", UriKind.Relative);
        Assert.Equal((HttpStatusCode.Found, waitsAt.OriginalString), (asked.StatusCode, asked.Headers.Location!.OriginalString));
        using var request = new HttpRequestMessage(HttpMethod.Get, waitsAt) { Headers = { { "Accept", "text/html" } } };
        using var page = await phone.SendAsync(request);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Matches("前面大约还有 1[0-9]{2} 人", html);
        Assert.Equal($"{page.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ToString(CultureInfo.InvariantCulture)}; url={waitsAt.OriginalString}", page.Headers.GetValues("Refresh").Single());
        // It leaves at the door, with what all answers have.
        Assert.True(page.Headers.CacheControl!.NoStore);
        Assert.Contains("frame-ancestors", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.InRange(html.Length, 500, 2500);

        // A program learns the same in its own way, and the first page opened again keeps the place.
        using var program = await phone.GetAsync(waitsAt);
        var told = await program.JsonAsync();
        Assert.Equal(HttpStatusCode.Accepted, program.StatusCode);
        Assert.InRange(told.GetProperty("ahead").GetInt64(), 100, 200);
        Assert.Equal(60, told.GetProperty("askAgainInSeconds").GetInt32());
        var place = cookies.GetCookies(new Uri(host.Address, "/login"))["wm_line"]!.Value;
        using var again = await phone.GetAsync(new Uri("/login?returnUrl=%2Fbook%3Fpharmacy%3DLD01", UriKind.Relative));
        Assert.Equal(place, cookies.GetCookies(new Uri(host.Address, "/login"))["wm_line"]!.Value);

        // Who is logged in is never put in line, who comes back when it is their turn goes on, and its place is used up.
        using var known = await member.GetAsync(new Uri("/login?returnUrl=%2Fhealth%2Flive", UriKind.Relative));
        Assert.Equal("/health/live", known.RequestMessage!.RequestUri!.AbsolutePath);
        clock.Pass(600);
        using var through = await phone.GetAsync(waitsAt);
        Assert.Contains("/connect/oauth2/authorize", through.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Null(cookies.GetCookies(new Uri(host.Address, "/login"))["wm_line"]);
        using var back = await phone.GetAsync(new Uri(through.Headers.Location.ToString().Replace("#wechat_redirect", "&openid=oAnna", StringComparison.Ordinal)));
        using var end = await phone.GetAsync(back.Headers.Location);
        Assert.Equal("/book?pharmacy=LD01", end.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_place_that_was_changed_or_is_over_is_worth_nothing()
    {
        await using var host = await StartAsync();
        var line = host.Get<WaitingLine>();
        for (var i = 0; i < 200; i++) line.Ask(null);
        var cookies = new CookieContainer();
        using var phone = Still(host, cookies);
        using var asked = await phone.GetAsync(new Uri("/login?returnUrl=%2Fbook", UriKind.Relative));
        var good = cookies.GetCookies(new Uri(host.Address, "/login"))["wm_line"]!.Value;
        var parts = good.Split('.');

        // None goes through, and each gets a place behind all others at the door.
        foreach (var bad in new[] { "", "1", "...", string.Join('.', parts[0], 1, parts[2], parts[3]), string.Join('.', parts[0], parts[1], 0, parts[3]), string.Join('.', 7, parts[1], 0, parts[3]), good + "x", new string('1', 5000) })
        {
            using var stranger = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = host.Address };
            stranger.DefaultRequestHeaders.Add("Cookie", $"wm_line={bad}");
            using var refused = await stranger.GetAsync(new Uri("/login/line?returnUrl=%2Fbook", UriKind.Relative));
            Assert.Equal((bad, HttpStatusCode.BadRequest), (bad, refused.StatusCode));
            using var anew = await stranger.GetAsync(new Uri("/login?returnUrl=%2Fbook", UriKind.Relative));
            Assert.Equal((bad, "/login/line?returnUrl=%2Fbook"), (bad, anew.Headers.Location?.OriginalString));
            Assert.Contains(anew.Headers.GetValues("Set-Cookie"), c => c.StartsWith("wm_line=", StringComparison.Ordinal) && !c.Contains(good, StringComparison.Ordinal));
        }

        clock.Pass(WaitingLine.Life.TotalSeconds + 1);
        using var over = await phone.GetAsync(new Uri("/login/line?returnUrl=%2Fbook", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, over.StatusCode);
    }

    private static HttpClient Still(SandboxHost host, CookieContainer cookies) => new(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = host.Address };

    // Nothing but the bound decides how many are called: a machine's speed decides nothing here.
    private Task<SandboxHost> StartAsync() => SandboxHost.StartAsync(configure: builder =>
    {
        builder.Configuration["Site:LogInsAtLeast"] = "1";
        builder.Configuration["Site:LogInsAtMost"] = "1";
        builder.Services.AddSingleton(services => new WaitingLine(services.GetRequiredService<IOptionsMonitor<SiteSettings>>(), new MachineClock(clock)));
    });

    private int CalledIn(WaitingLine line, double seconds)
    {
        var passed = 0;
        for (var i = 0; i < seconds * 10; i++)
        {
            clock.Pass(0.1);
            // Always more than are called.
            while (Comes(line)) passed++;
        }

        return passed;
    }

    private static bool Comes(WaitingLine line)
    {
        if (!line.Ask(null).IsNow) return false;
        line.GoThrough();
        return true;
    }

    private WaitingLine Line(int least = 50, int most = 0) => new(new Fixed(new SiteSettings { LogInsAtLeast = least, LogInsAtMost = most }), new MachineClock(clock));

    private sealed class Fixed(SiteSettings settings) : IOptionsMonitor<SiteSettings>
    {
        public SiteSettings CurrentValue => settings;

        public SiteSettings Get(string? name) => settings;

        public IDisposable? OnChange(Action<SiteSettings, string?> listener) => null;
    }

    /// <summary>A clock that moves by hand, in both its ways of telling the time.</summary>
    private sealed class HandClock : TimeProvider
    {
        private TimeSpan passed;

        public void Pass(double seconds) => passed += TimeSpan.FromSeconds(seconds);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => passed.Ticks;

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + passed;
    }
}
