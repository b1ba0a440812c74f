using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>The first line of a booking's page and ticket says what one has to know of it then.</summary>
public sealed class PickupFormatterTests
{
    [Fact]
    public async Task From_the_booking_to_the_end_each_instant_has_its_own_true_line()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var wang = await host.NewResidentAsync(1);
        var number = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;

        // The slot of the first serial is the first half hour.
        foreach (var (clock, line) in new[]
        {
            ("2020-02-10T19:01:00+08:00", "预约成功"), ("2020-02-10T23:59:59+08:00", "预约成功"),
            ("2020-02-11T00:00:00+08:00", "今天去领 09:00–09:30"), ("2020-02-11T08:59:59+08:00", "今天去领 09:00–09:30"),
            ("2020-02-11T09:00:00+08:00", "现在可以去领"), ("2020-02-11T09:30:00+08:00", "今天 18:00 以前都能领"), ("2020-02-11T17:59:59+08:00", "今天 18:00 以前都能领"),
            ("2020-02-11T18:00:01+08:00", "过期未领"),
        })
        {
            await host.SetClockAsync(clock);
            foreach (var path in new[] { "/bookings", $"/bookings/{number}" })
            {
                var page = await PageReader.OpenAsync(wang.Http, path);
                Assert.Contains(line, page.Text, StringComparison.Ordinal);
                if (line != "预约成功") Assert.DoesNotContain("预约成功", page.Text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Place_and_time_stand_before_the_code_and_what_is_over_behind_what_is_to_come()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var wang = await host.NewResidentAsync(1);
        var first = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        await host.SetClockAsync("2020-02-12T19:00:00+08:00");
        var second = (await wang.BookAsync("LD02", "b")).Body.GetProperty("number").GetString()!;

        var page = (await PageReader.OpenAsync(wang.Http, $"/bookings/{second}")).Html;
        var list = (await PageReader.OpenAsync(wang.Http, "/bookings")).Html;

        int[] order = [.. new[] { "<h1>", "2月13日 周四", "城南荷塘药店", "娄星南路426号", "voucher.svg" }.Select(t => page.IndexOf(t, StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, order);
        Assert.Equal(order.Order(), order);
        var coming = list.IndexOf(second, StringComparison.Ordinal);
        Assert.InRange(list.IndexOf("<details", coming, StringComparison.Ordinal), coming, list.IndexOf(first, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_consent_is_short_beside_its_box_and_whole_below_one_press()
    {
        await using var host = await SandboxHost.StartAsync();
        using var phone = await host.PhoneAsync("o-consent");

        var html = (await PageReader.OpenAsync(phone, "/residents")).Html;

        var consent = html[html.IndexOf("class=\"consent\"", StringComparison.Ordinal)..html.IndexOf("name=\"consent\"", StringComparison.Ordinal)];
        var folded = consent.IndexOf("<details", StringComparison.Ordinal);
        Assert.DoesNotMatch("<details[^>]* open", consent);
        foreach (var part in new[] { "用来做什么", "保存多久", "公布什么", "怎么保护", "随时在这一页删除", "说明版本" })
            Assert.True(consent.IndexOf(part, StringComparison.Ordinal) > folded, part);
        foreach (var part in new[] { "核对身份", "防止重复预约", "销毁", "打码" })
            Assert.InRange(consent.IndexOf(part, StringComparison.Ordinal), 0, folded);
    }
}
