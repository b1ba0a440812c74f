using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>From the last moment of pickup on, no page says that something is handed out or waited for, although the job that writes it down comes a little later.</summary>
public sealed class PickupOverTests
{
    [Fact]
    public async Task What_was_not_collected_is_over_before_a_job_has_written_it_down()
    {
        await using var host = await SandboxHost.StartAsync(clock: "2020-02-10T19:00:30+08:00");
        using var person = await host.NewResidentAsync(1);
        var (_, booking) = await person.BookAsync("LD01", "over");
        var number = booking.GetProperty("number").GetString();
        await using var held = await host.HoldJobsAsync();
        await host.SetClockAsync("2020-02-11T17:59:58+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        using var supervisor = await host.SupervisorAsync();

        host.Get<SandboxClock>().Freeze(DateTimeOffset.Parse("2020-02-11T17:59:59.999+08:00", null));
        Assert.Contains("领取中", await ReadAsync(host.Http, "/notices"), StringComparison.Ordinal);
        Assert.Contains("data-status=\"Booked\"", await ReadAsync(person.Http, "/bookings"), StringComparison.Ordinal);
        Assert.Contains("voucher.svg", await ReadAsync(person.Http, $"/bookings/{number}/print"), StringComparison.Ordinal);
        Assert.Contains("今天还在等", await ReadAsync(clerk, "/pharmacy"), StringComparison.Ordinal);

        host.Get<SandboxClock>().Freeze(DateTimeOffset.Parse("2020-02-11T18:00:00+08:00", null));
        foreach (var page in new[] { "/notices", "/notices/2020-02-10" }) Assert.DoesNotContain("领取中", await ReadAsync(host.Http, page), StringComparison.Ordinal);
        Assert.DoesNotContain("领取中", await ReadAsync(supervisor, "/supervisor"), StringComparison.Ordinal);
        foreach (var page in new[] { "/bookings", $"/bookings/{number}", $"/bookings/{number}/print" })
        {
            var html = await ReadAsync(person.Http, page);
            Assert.DoesNotContain("data-status=\"Booked\"", html, StringComparison.Ordinal);
            Assert.DoesNotContain("voucher.svg", html, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("今天还在等", await ReadAsync(clerk, "/pharmacy"), StringComparison.Ordinal);
    }

    private static Task<string> ReadAsync(HttpClient http, string page) => http.GetStringAsync(new Uri(page, UriKind.Relative));
}
