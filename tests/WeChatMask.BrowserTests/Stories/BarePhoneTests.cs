using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>Phones that lack one thing or another: whatever it is, the plain form is sent, and nobody waits for an answer that was never asked for.</summary>
public sealed class BarePhoneTests
{
    /// <summary>What a phone may lack, old and new.</summary>
    private static readonly string[] Missing =
    [
        "AbortSignal.timeout", "AbortController", "fetch", "EventSource", "URLSearchParams", "FormData", "DOMParser", "CustomEvent", "Intl", "CSS",
        "performance", "crypto", "Set", "HTMLDialogElement.prototype.showModal", "Element.prototype.append", "Element.prototype.closest", "Response.prototype.text",
    ];

    [Fact]
    public async Task A_resident_books()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        foreach (var (person, missing) in Missing.Index())
        {
            using var resident = await host.NewResidentAsync(person);
            await using var phone = await BrowserPhone.OpenAsync(host, Lacking(missing) with { OpenId = $"o-{person}" });
            await phone.LogInAsync();
            await phone.Page.GotoAsync("/book");
            await new BookPage(phone.Page.MainFrame).At("LD01").ClickAsync();

            var number = await TellingAsync(missing, new BookingPage(phone.Page.MainFrame).NumberAsync());

            var booking = Assert.Single((await resident.Http.GetJsonAsync("/api/bookings")).GetProperty("bookings").EnumerateArray());
            Assert.Equal(number, booking.GetProperty("number").GetString());
        }
    }

    [Fact]
    public async Task A_clerk_hands_over()
    {
        await using var city = await CounterCity.StartAsync(Missing.Length);
        foreach (var (missing, ticket) in Missing.Zip(city.Today))
        {
            await using var phone = await city.ClerkAsync(Lacking(missing));
            var counter = new CounterPage(phone.Page);
            await phone.Page.GotoAsync("/pharmacy");
            await counter.CheckAsync(ticket.Number, People.IdNumber(ticket.Person)[^4..]);
            await TellingAsync(missing, counter.HandOver.ClickAsync());
            await TellingAsync(missing, counter.Verdict("Redeemed").WaitForAsync());
            Assert.Equal("redeemed", await city.StatusAsync(ticket));
        }
    }

    private static async Task TellingAsync(string missing, Task step)
    {
        try
        {
            await step;
        }
        catch (Exception e) when (e is TimeoutException or PlaywrightException)
        {
            Assert.Fail($"Without {missing}: {e.Message}");
        }
    }

    private static async Task<T> TellingAsync<T>(string missing, Task<T> step)
    {
        await TellingAsync(missing, (Task)step);
        return await step;
    }

    private static PhoneOptions Lacking(string missing) => new(Before: $"delete self.{missing};");
}
