using Microsoft.Extensions.DependencyInjection;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.OfficialAccount;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>How residents come to a confirmed booking on a phone.</summary>
public sealed class BookingStoryTests() : BookingStories(isOld: false);

/// <summary>The same on a phone that has nothing newer than the floor.</summary>
public sealed class OldPhoneBookingStoryTests() : BookingStories(isOld: true);

/// <summary>How residents come to a confirmed booking on a phone.</summary>
public abstract class BookingStories(bool isOld) : IAsyncLifetime
{
    private const int Person = 7;
    private SandboxHost host = null!;

    /// <inheritdoc />
    public async Task InitializeAsync() => host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");

    /// <inheritdoc />
    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task A_newcomer_registers_and_books_with_and_without_scripts_in_both_sizes(bool scripts, bool large)
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions("o-new", large, scripts, IsOld: isOld));
        var page = phone.Page;
        await page.GotoAsync("/book");
        var book = new BookPage(page.MainFrame);
        await book.Register.ClickAsync();
        await new ResidentsPage(page.MainFrame).RegisterAsync(Person);
        await page.ArriveAsync("/book$");
        await book.At("LD02").ClickAsync();

        var booking = new BookingPage(page.MainFrame);
        var number = await booking.NumberAsync();

        Assert.Equal(number, await OnlyBookingAsync("o-new"));
        Assert.True(await booking.ShowsCodeAsync(), "The code's picture did not arrive.");
        phone.AssertQuiet();
    }

    [Fact]
    public async Task A_returning_resident_books_within_three_taps_of_the_accounts_menu()
    {
        using (await host.NewResidentAsync(Person, "o-back"))
        {
        }

        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions("o-back", IsOld: isOld));
        var address = await MenuEntryAsync("/book");
        // The first tap: the menu's entry, which logs in without asking anything.
        await phone.Page.GotoAsync(address);
        // The second tap.
        await new BookPage(phone.Page.MainFrame).At("LD01").ClickAsync();

        Assert.Equal(await new BookingPage(phone.Page.MainFrame).NumberAsync(), await OnlyBookingAsync("o-back"));
    }

    [Fact]
    public async Task The_keyboard_alone_registers_and_books()
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions("o-keys", IsOld: isOld));
        var keys = new Keyboard(phone.Page);
        await phone.GoAsync("/book");
        await keys.PressAsync("a[href^='/residents?next=book']", "Enter");
        await phone.Page.ArriveAsync("/residents[?]next=book$");
        await keys.TypeAsync("#name", "张三丰");
        await keys.TypeAsync("#idNumber", People.IdNumber(Person));
        await keys.TypeAsync("#mobile", People.Mobile(Person));
        await keys.PressAsync("input[name=consent]", "Space");
        await keys.PressAsync("form:has(#name) button.weui-btn_primary", "Enter");
        await phone.Page.ArriveAsync("/book$");
        await keys.PressAsync("button.pick[value='LD03']", "Enter");

        Assert.Equal(await new BookingPage(phone.Page.MainFrame).NumberAsync(), await OnlyBookingAsync("o-keys"));
        phone.AssertQuiet();
    }

    // An entry outside the menu's fold-out groups, so that it is one tap away.
    private async Task<string> MenuEntryAsync(string path)
    {
        await using var scope = host.App.Services.CreateAsyncScope();
        var entry = scope.ServiceProvider.GetRequiredService<OfficialAccount.Menu>().Build().Buttons.Single(b => b.Type == "view");
        Assert.Equal(path, new Uri(entry.Url!).AbsolutePath);
        return entry.Url!;
    }

    private async Task<string> OnlyBookingAsync(string openId)
    {
        using var phone = await host.PhoneAsync(openId);
        var booking = Assert.Single((await phone.GetJsonAsync("/api/bookings")).GetProperty("bookings").EnumerateArray());
        Assert.Equal("booked", booking.GetProperty("status").GetString());
        return booking.GetProperty("number").GetString()!;
    }
}
