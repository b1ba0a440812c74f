using System.Net.Http.Json;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>
/// The README's pictures: what each of the four kinds of people sees on one day, and the sandbox. Written to the folder
/// that <c>SCREENSHOTS</c> names, as <c>scripts/screenshots</c> does; else to a folder that goes again.
/// </summary>
public sealed class ScreenshotTests : IAsyncLifetime
{
    private const string OpenId = "o-picture";
    private const int Person = 23;
    private const int Neighbours = 1000;
    private const int SandboxWidth = 1280;
    private const int SandboxHeight = 900;
    private const int SmallestPicture = 8_000;
    private readonly string? wanted = Environment.GetEnvironmentVariable("SCREENSHOTS");
    private string folder = "";
    private SandboxHost host = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        folder = wanted is null ? Directory.CreateTempSubdirectory("screenshots-").FullName : Directory.CreateDirectory(wanted).FullName;
        host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        if (wanted is null) Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_four_kinds_of_people_and_the_sandbox_have_their_pictures()
    {
        await host.SetClockAsync("2020-02-10T19:00:02+08:00");
        using var resident = await host.NewResidentAsync(Person, OpenId);
        await ShotAsync("home", "/", new PhoneOptions());
        await ShotAsync("book", "/book", new PhoneOptions(OpenId), p => p.LogInAsync());
        await ShotAsync("book-large", "/book", new PhoneOptions(OpenId, LargeType: true), p => p.LogInAsync());
        var (_, booking) = await resident.BookAsync("LD05", "picture");
        var number = booking.GetProperty("number").GetString()!;
        using (var answer = await host.Http.PostAsJsonAsync("/sandbox/neighbours", new { count = Neighbours })) answer.EnsureSuccessStatusCode();
        await host.SetClockAsync("2020-02-10T22:00:01+08:00");
        await ShotAsync("public", "/notices/2020-02-10", new PhoneOptions());
        await host.SetClockAsync("2020-02-11T09:12:00+08:00");
        await ShotAsync("resident", $"/bookings/{number}", new PhoneOptions(OpenId), p => p.LogInAsync());
        await CounterAsync(number);
        await ShotAsync("supervisor", "/supervisor", new PhoneOptions(), p => p.LogInAsync("supervisor", "supervisor-demo"));
        await SandboxAsync();
        await CheatAsync();

        var pictures = Directory.GetFiles(folder, "*.png");
        Assert.Equal(9, pictures.Length);
        Assert.All(pictures, p => Assert.True(new FileInfo(p).Length > SmallestPicture, $"{Path.GetFileName(p)} shows next to nothing."));
    }

    private async Task CounterAsync(string number)
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        var counter = new CounterPage(phone.Page);
        await counter.LogInAsync("clerk-ld05", "clerk-demo");
        await counter.CheckAsync(number, People.IdNumber(Person)[^4..]);
        await counter.Verdict("Valid").WaitForAsync();
        await SaveAsync(phone.Page, "clerk");
    }

    private async Task SandboxAsync()
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(Width: SandboxWidth, Height: SandboxHeight));
        var sandbox = new SandboxPage(phone.Page);
        await phone.Page.GotoAsync("/sandbox");
        await sandbox.Follow.ClickAsync();
        await sandbox.Replies.First.WaitForAsync();
        await SaveAsync(phone.Page, "sandbox");
    }

    private async Task CheatAsync()
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(Width: SandboxWidth, Height: SandboxHeight));
        var cheats = new CheatPage(phone.Page);
        await phone.Page.GotoAsync("/sandbox/cheat");
        await cheats.Cheat("friend").ClickAsync();
        await Assertions.Expect(cheats.Blind).ToBeVisibleAsync();
        await phone.Page.EvaluateAsync("scrollTo(0, document.querySelector('.cheats').offsetTop - 90)");
        await SaveAsync(phone.Page, "cheat");
    }

    private async Task ShotAsync(string name, string path, PhoneOptions options, Func<BrowserPhone, Task>? prepare = null)
    {
        await using var phone = await BrowserPhone.OpenAsync(host, options);
        if (prepare is not null) await prepare(phone);
        Assert.Equal(200, (await phone.GoAsync(path)).Status);
        await SaveAsync(phone.Page, name);
    }

    private Task SaveAsync(IPage page, string name) => page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png") });
}
