using System.Text.Json;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>The booking page on a bad line and in front of a busy desk.</summary>
public sealed class RushTests() : RushStories(isOld: false);

/// <summary>The same on a phone that has nothing newer than the floor.</summary>
public sealed class OldPhoneRushTests() : RushStories(isOld: true);

/// <summary>The booking page on a bad line and in front of a busy desk.</summary>
public abstract class RushStories(bool isOld) : IAsyncLifetime
{
    private const string Desk = "**/api/bookings";
    private const string OpenId = "o-rush";
    private readonly List<string> requestIds = [];
    private SandboxHost host = null!;
    private BrowserPhone phone = null!;
    private BookPage book = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using (await host.NewResidentAsync(1, OpenId))
        {
        }

        phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(OpenId, IsOld: isOld));
        await phone.LogInAsync();
        book = new BookPage(phone.Page.MainFrame);
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await phone.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_slow_answer_is_waited_for_in_calm()
    {
        var released = new TaskCompletionSource();
        await OnBookingAsync(async route =>
        {
            await released.Task;
            await route.ContinueAsync();
        });
        await phone.GoAsync("/book");
        await book.At("LD01").ClickAsync();
        await Assertions.Expect(book.Wait).ToBeVisibleAsync();
        Assert.Empty(await Axe.ViolationsAsync(phone.Page));
        released.SetResult();

        await AssertBookedOnceAsync();
    }

    [Fact]
    public async Task A_lost_answer_is_found_again_under_the_same_request_id()
    {
        await OnBookingAsync(async route =>
        {
            if (requestIds.Count > 1)
            {
                await route.ContinueAsync();
                return;
            }

            // The city decides and commits, and the line breaks before the phone hears of it.
            Assert.Equal(201, (await route.FetchAsync()).Status);
            await route.AbortAsync();
        });
        await phone.GoAsync("/book");
        await book.At("LD01").ClickAsync();

        await AssertBookedOnceAsync();
        Assert.Equal(2, requestIds.Count);
        Assert.Single(requestIds.Distinct());
    }

    [Fact]
    public async Task Two_presses_make_one_booking()
    {
        await phone.GoAsync("/book");
        await book.At("LD01").EvaluateAsync("b => { b.click(); b.click(); if (b.form.requestSubmit) b.form.requestSubmit(b); }");

        await AssertBookedOnceAsync();
    }

    [Fact]
    public async Task A_busy_desk_is_asked_again_without_a_hand()
    {
        await OnBookingAsync(route => requestIds.Count > 2
            ? route.ContinueAsync()
            : route.FulfillAsync(new RouteFulfillOptions
            {
                Status = 503, ContentType = "application/problem+json", Body = """{"status":503,"code":"busy","title":"x"}""",
                Headers = [new("Retry-After", "1"), new("Content-Type", "application/problem+json")],
            }));
        await phone.GoAsync("/book");
        await book.At("LD01").ClickAsync();
        await Assertions.Expect(book.Wait).ToBeVisibleAsync();

        await AssertBookedOnceAsync();
        Assert.Equal(3, requestIds.Count);
        Assert.Single(requestIds.Distinct());
    }

    [Fact]
    public async Task Whoever_stops_waiting_is_told_where_to_look()
    {
        await OnBookingAsync(route => route.AbortAsync());
        await phone.GoAsync("/book");
        await book.At("LD01").ClickAsync();
        await book.StopWaiting.ClickAsync();

        await Assertions.Expect(book.Refusal.Locator("a[href='/bookings']")).ToBeVisibleAsync();
        await Assertions.Expect(book.At("LD01")).ToBeEnabledAsync();
    }

    [Fact]
    public async Task A_refusal_is_said_on_the_page_and_takes_the_focus()
    {
        using var other = await host.PhoneAsync(OpenId);
        var resident = (await other.GetJsonAsync("/api/me")).GetProperty("residents")[0].GetProperty("id").GetString();
        await phone.GoAsync("/book");
        var (status, _) = await other.PostAsync("/api/bookings", new { residentId = resident, pharmacyCode = "LD02", requestId = "other" });
        Assert.Equal(201, status);
        await book.At("LD01").ClickAsync();

        await Assertions.Expect(book.Refusal).ToBeFocusedAsync();
        Assert.Empty(await Axe.ViolationsAsync(phone.Page));
        Assert.Empty(await Layout.OverflowAsync(phone.Page, 320));
    }

    private Task OnBookingAsync(Func<IRoute, Task> answer) => phone.Page.RouteAsync(Desk, async route =>
    {
        if (route.Request.Method != "POST")
        {
            await route.ContinueAsync();
            return;
        }

        requestIds.Add(JsonDocument.Parse(route.Request.PostData!).RootElement.GetProperty("requestId").GetString()!);
        await answer(route);
    });

    private async Task AssertBookedOnceAsync()
    {
        var shown = await new BookingPage(phone.Page.MainFrame).NumberAsync();
        using var other = await host.PhoneAsync(OpenId);
        var bookings = (await other.GetJsonAsync("/api/bookings")).GetProperty("bookings").EnumerateArray().ToList();
        Assert.Equal(shown, Assert.Single(bookings).GetProperty("number").GetString());
        phone.AssertQuiet();
    }
}
