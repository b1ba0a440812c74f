using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>The figures on a page while its line to the server is alive, and when it falls silent. The page's clock is moved by hand.</summary>
public sealed class BoardStoryTests : IAsyncLifetime
{
    private const string Board = "/api/board";

    // Half of every pause that is left to chance, and lines that say how many have opened and never hear that they are alive.
    private const string Before = """
        Math.random = () => 0.5;
        self.opened = 0;
        self.EventSource = class extends EventSource {
          constructor(...where) { super(...where); this.addEventListener('open', () => { self.opened += 1; }); }
          addEventListener(name, ...act) { if (name !== 'heartbeat') super.addEventListener(name, ...act); }
        };
        """;

    private readonly List<string> asked = [];
    private SandboxHost host = null!;
    private BrowserPhone phone = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(Before: Before));
        phone.Page.Request += (_, r) => asked.Add(new Uri(r.Url).AbsolutePath);
        await phone.Page.Clock.InstallAsync();
        await phone.GoAsync("/");
        await OpenedAsync(1);
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await phone.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_line_that_falls_silent_is_opened_anew_after_a_pause_of_its_own_and_the_board_is_fetched()
    {
        await phone.Page.Clock.RunForAsync(39_000);
        Assert.Equal(0, Times(Board));

        // Noticed within five seconds after forty, and waited out for five: two and half of six.
        var whole = phone.Page.WaitForResponseAsync(r => new Uri(r.Url).AbsolutePath == Board);
        await phone.Page.Clock.RunForAsync(11_000);
        Assert.Equal(200, (await whole).Status);
        await OpenedAsync(2);

        // The next time it is asked for by its tag.
        var again = phone.Page.WaitForResponseAsync(r => new Uri(r.Url).AbsolutePath == Board);
        await phone.Page.Clock.RunForAsync(51_000);
        var answer = await again;
        Assert.Equal(304, answer.Status);
        await OpenedAsync(3);
        phone.AssertQuiet();
    }

    [Fact]
    public async Task The_age_of_the_figures_is_on_the_page_when_they_are_older_than_ten_seconds()
    {
        await phone.Page.Clock.RunForAsync(12_000);

        await Assertions.Expect(phone.Page.Locator("[data-age] span")).ToHaveTextAsync(new Regex("1[1-9]秒前"));
    }

    [Fact]
    public async Task The_time_of_the_last_change_is_on_the_page_and_moves_with_the_next_one()
    {
        var line = phone.Page.Locator("[data-age] span");
        var before = Regex.Match(await line.TextContentAsync() ?? "", @"^最近变动(\d\d:\d\d:\d\d)，").Groups[1].Value;
        Assert.NotEmpty(before);
        using var resident = await host.NewResidentAsync(1);

        await resident.BookAsync("LD01", "one");

        await Assertions.Expect(line).ToHaveTextAsync(new Regex($@"^最近变动(?!{before})\d\d:\d\d:\d\d，.*读取$"));
        phone.AssertQuiet();
    }

    // From then on its silence is counted.
    private Task OpenedAsync(int lines) => Eventually.UntilAsync(async () => await phone.Page.EvaluateAsync<int>("() => self.opened") == lines);

    private int Times(string path) => asked.Count(p => p == path);
}
