using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>Pages that were left open when the city's day changed.</summary>
public sealed class MidnightTests
{
    private const string Returning = "() => document.dispatchEvent(new Event('visibilitychange'))";

    [Theory]
    [InlineData("/")]
    [InlineData("/book")]
    [InlineData("/bookings")]
    [InlineData("/notices")]
    [InlineData("/guide")]
    public async Task A_page_left_open_past_midnight_is_loaded_anew(string path)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions("o-night", Before: "Math.random = () => 0;"));
        await phone.LogInAsync();
        await phone.GoAsync(path);
        var ends = await EndsAsync(phone);

        await host.SetClockAsync("2020-02-11T00:00:05+08:00");
        await phone.Page.EvaluateAsync(Returning);

        await Eventually.UntilAsync(async () => await EndsAsync(phone) == ends + 86_400_000);
    }

    [Fact]
    public async Task The_page_of_a_counter_that_was_left_open_is_loaded_anew()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(Before: "Math.random = () => 0;"));
        await phone.LogInAsync("clerk-ld01", "clerk-demo");
        await phone.GoAsync("/pharmacy");
        var ends = await EndsAsync(phone);

        await host.SetClockAsync("2020-02-11T00:00:05+08:00");
        await phone.Page.EvaluateAsync(Returning);

        await Eventually.UntilAsync(async () => await EndsAsync(phone) == ends + 86_400_000);
    }

    [Fact]
    public async Task What_is_typed_stays_and_a_line_says_that_the_day_has_changed()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions("o-night", Before: "Math.random = () => 0;"));
        await phone.LogInAsync();
        await phone.GoAsync("/residents");
        var field = phone.Page.Locator("main form input[name]:not([type=hidden]):not([type=checkbox]):not([type=radio])").First;
        await field.FillAsync("张三");

        await host.SetClockAsync("2020-02-11T00:00:05+08:00");
        await phone.Page.EvaluateAsync(Returning);

        await Assertions.Expect(phone.Page.GetByText("已经到了新的一天")).ToBeVisibleAsync();
        Assert.Equal("张三", await field.InputValueAsync());
    }

    private static async Task<long> EndsAsync(BrowserPhone phone)
    {
        try
        {
            return long.Parse(await phone.Page.Locator("main").GetAttributeAsync("data-day-ends") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (PlaywrightException)
        {
            // Between two pages.
            return 0;
        }
    }
}
