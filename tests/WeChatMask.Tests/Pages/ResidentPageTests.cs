using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>The residents' pages as a phone without scripts uses them.</summary>
public sealed class ResidentPageTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";

    [Theory]
    [InlineData("/book")]
    [InlineData("/bookings")]
    [InlineData("/bookings/20000000000")]
    [InlineData("/bookings/20000000000/cancel")]
    [InlineData("/bookings/20000000000/proof")]
    [InlineData("/residents")]
    [InlineData("/residents/1/remove")]
    [InlineData("/my-data")]
    [InlineData("/my-data/erase")]
    public async Task Personal_pages_lead_to_the_log_in_and_back(string path)
    {
        await using var host = await SandboxHost.StartAsync();

        var page = await PageReader.OpenAsync(host.Http, path);

        Assert.Equal(HttpStatusCode.Redirect, page.Status);
        Assert.Equal($"/login?returnUrl={Uri.EscapeDataString(path)}", page.Answer.Headers.Location!.PathAndQuery);
    }

    [Fact]
    public async Task From_registration_to_a_confirmed_booking_without_a_script()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var phone = await host.PhoneAsync("oOldWang");
        var first = await PageReader.OpenAsync(phone, "/book");
        AssertPersonal(first);
        Assert.Contains("href=\"/residents?next=book\"", first.Html, StringComparison.Ordinal);
        var form = await PageReader.OpenAsync(phone, "/residents?next=book");
        Assert.DoesNotMatch("name=\"consent\"[^>]*checked", form.Html);

        var book = await form.PostAsync(
            phone, ("name", "张三丰"), ("idNumber", People.IdNumber(1)), ("mobile", People.Mobile(1)), ("consent", "true"), ("next", "book"));
        Assert.Equal("/book", book.Address.AbsolutePath);
        var person = book.Hidden("residentId");
        var booked = await book.PostAsync(
            phone, ("requestId", book.Hidden("requestId")), ("residentId", person), ("pharmacyCode", "LD03"));

        Assert.Equal(HttpStatusCode.OK, booked.Status);
        AssertPersonal(booked);
        var number = booked.Address.AbsolutePath["/bookings/".Length..];
        Assert.Matches("^[2-9][0-9]{10}$", number);
        Assert.Contains($"{number[..3]} {number[3..7]} {number[7..]}", booked.Text, StringComparison.Ordinal);
        Assert.Contains($"/bookings/{number}/voucher.svg", booked.Html, StringComparison.Ordinal);
        Assert.Contains("8.00 元", booked.Text, StringComparison.Ordinal);
        Assert.Contains(number, (await PageReader.OpenAsync(phone, "/bookings")).Html, StringComparison.Ordinal);
        var residents = await PageReader.OpenAsync(phone, "/residents");
        Assert.Contains("张**", residents.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(People.IdNumber(1), residents.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pressing_twice_gives_one_booking_and_an_open_page_serves_the_next_person_too()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        await wang.Http.PostAsync("/api/residents", People.Registration(2));
        var page = await PageReader.OpenAsync(wang.Http, "/book");
        var persons = Regex.Matches(page.Html, "name=\"residentId\" value=\"([0-9]+)\"").Select(m => m.Groups[1].Value).ToList();
        var id = page.Hidden("requestId");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => page.PostAsync(
            wang.Http, ("requestId", id), ("residentId", persons[0]), ("pharmacyCode", i % 2 == 0 ? "LD01" : "LD02"))));
        var other = await page.PostAsync(wang.Http, ("requestId", id), ("residentId", persons[1]), ("pharmacyCode", "LD01"));

        Assert.Single(answers.Select(a => a.Address.AbsolutePath).Distinct());
        Assert.NotEqual(answers[0].Address, other.Address);
        Assert.Equal(2, (await wang.Http.GetJsonAsync("/api/bookings")).GetProperty("bookings").GetArrayLength());
    }

    [Fact]
    public async Task Who_comes_again_is_offered_the_last_pharmacy_and_books_with_one_press()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        var first = await PageReader.OpenAsync(wang.Http, "/book");
        Assert.DoesNotContain("上次约的药店", first.Text, StringComparison.Ordinal);
        await wang.BookAsync("LD03", "a");
        // Nobody may book now, so there is nothing to offer.
        Assert.DoesNotContain("上次约的药店", (await PageReader.OpenAsync(wang.Http, "/book")).Text, StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-12T19:00:00+08:00");
        // The account's menu leads here; the person is marked already.
        var again = await PageReader.OpenAsync(wang.Http, "/book");
        Assert.Matches($"value=\"{wang.ResidentId}\" checked", again.Html);
        var offered = Regex.Match(again.Html, "<section class=\"card usual\".*?</section>", RegexOptions.Singleline).Value;
        Assert.Matches("<button class=\"weui-btn weui-btn_primary pick wide\" name=\"pharmacyCode\" value=\"LD03\"[^>]*>", offered);
        Assert.DoesNotContain("disabled", offered, StringComparison.Ordinal);
        Assert.True(again.Html.IndexOf("card usual", StringComparison.Ordinal) < again.Html.IndexOf("data-pharmacies", StringComparison.Ordinal));
        var booked = await again.PostAsync(
            wang.Http, ("requestId", again.Hidden("requestId")), ("residentId", wang.ResidentId), ("pharmacyCode", "LD03"));
        Assert.Contains("预约成功", booked.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_day_is_over_there_is_nothing_to_press_and_the_next_time_is_named()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        await host.SetClockAsync("2020-02-10T22:05:00+08:00");

        var page = await PageReader.OpenAsync(wang.Http, "/book");

        Assert.DoesNotContain("name=\"pharmacyCode\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("下一次预约 明天（2月11日 周二） 19:00 开始", page.Text, StringComparison.Ordinal);
        Assert.Contains("href=\"/notices/2020-02-10\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_and_the_form_name_the_same_attempt()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        var page = await PageReader.OpenAsync(wang.Http, "/book");

        var byScript = await wang.BookAsync("LD01", $"{page.Hidden("requestId")}-{wang.ResidentId}");
        var byForm = await page.PostAsync(
            wang.Http, ("requestId", page.Hidden("requestId")), ("residentId", wang.ResidentId), ("pharmacyCode", "LD01"));

        Assert.EndsWith(byScript.Body.GetProperty("number").GetString()!, byForm.Address.AbsolutePath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_says_why_and_what_one_can_do_and_keeps_the_attempts_id()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        using var wang = await host.NewResidentAsync(1);
        var page = await PageReader.OpenAsync(wang.Http, "/book");
        (string, string)[] press = [("requestId", page.Hidden("requestId")), ("residentId", wang.ResidentId), ("pharmacyCode", "LD01")];

        var early = await page.PostAsync(wang.Http, press);
        Assert.Equal(HttpStatusCode.Conflict, early.Status);
        Assert.Contains("预约还没有开始", early.Text, StringComparison.Ordinal);
        Assert.Contains("到时间按钮会自动亮起", early.Text, StringComparison.Ordinal);
        Assert.Equal(page.Hidden("requestId"), early.Hidden("requestId"));
        AssertPersonal(early);

        await host.SetClockAsync(Open);
        Assert.StartsWith("/bookings/", (await early.PostAsync(wang.Http, press)).Address.AbsolutePath, StringComparison.Ordinal);
        var again = await PageReader.OpenAsync(wang.Http, "/book");
        var twice = await again.PostAsync(
            wang.Http, ("requestId", again.Hidden("requestId")), ("residentId", wang.ResidentId), ("pharmacyCode", "LD02"));
        Assert.Contains("本期已有预约", twice.Text, StringComparison.Ordinal);
        Assert.Contains("href=\"/bookings\"", twice.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", "1")]
    [InlineData("idNumber", "431302199001011234")]
    [InlineData("mobile", "110")]
    [InlineData("consent", "false")]
    public async Task A_wrong_field_is_named_and_what_was_typed_stays(string field, string value)
    {
        await using var host = await SandboxHost.StartAsync();
        using var phone = await host.PhoneAsync("oTypo");
        var typed = new Dictionary<string, string>
        {
            ["name"] = "张三丰", ["idNumber"] = People.IdNumber(1), ["mobile"] = People.Mobile(1), ["consent"] = "true", [field] = value,
        };
        var form = await PageReader.OpenAsync(phone, "/residents");

        var answer = await form.PostAsync(phone, [.. typed.Select(t => (t.Key, t.Value))]);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Matches($"name=\"{field}\"[^>]*aria-invalid=\"true\"", answer.Html);
        Assert.Contains("role=\"alert\"", answer.Html, StringComparison.Ordinal);
        Assert.Equal(typed["name"], answer.Hidden("name"));
        Assert.Equal(typed["mobile"], answer.Hidden("mobile"));
    }

    [Fact]
    public async Task A_booking_is_given_back_only_after_being_asked_and_is_nobody_elses_business()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        using var li = await host.NewResidentAsync(2);
        var number = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        Assert.Equal(HttpStatusCode.NotFound, (await PageReader.OpenAsync(li.Http, $"/bookings/{number}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PageReader.OpenAsync(li.Http, $"/bookings/{number}/cancel")).Status);
        var ask = await PageReader.OpenAsync(wang.Http, $"/bookings/{number}/cancel");
        Assert.Equal("booked", await StatusAsync(wang, number));

        var done = await ask.PostAsync(wang.Http);

        Assert.Equal($"/bookings/{number}", done.Address.AbsolutePath);
        Assert.DoesNotContain("voucher.svg", done.Html, StringComparison.Ordinal);
        Assert.Equal("cancelled", await StatusAsync(wang, number));
        // The second press of an old page ends at the same place.
        Assert.Equal($"/bookings/{number}", (await ask.PostAsync(wang.Http)).Address.AbsolutePath);
    }

    [Fact]
    public async Task A_person_is_removed_after_being_asked_but_not_while_a_booking_is_open()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        var number = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        var ask = await PageReader.OpenAsync(wang.Http, $"/residents/{wang.ResidentId}/remove");

        var refused = await ask.PostAsync(wang.Http);
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("还有未领取的预约", refused.Text, StringComparison.Ordinal);

        await wang.CancelAsync(number);
        Assert.Equal("/residents", (await refused.PostAsync(wang.Http)).Address.AbsolutePath);
        Assert.Equal(0, (await wang.Http.GetJsonAsync("/api/me")).GetProperty("residents").GetArrayLength());
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        using var content = new FormUrlEncodedContent(
            new Dictionary<string, string> { ["requestId"] = "x", ["residentId"] = wang.ResidentId, ["pharmacyCode"] = "LD01" });

        using var answer = await wang.Http.PostAsync(new Uri("/book", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(0, (await wang.Http.GetJsonAsync("/api/bookings")).GetProperty("bookings").GetArrayLength());
    }

    private static void AssertPersonal(PageReader page)
    {
        Assert.True(page.Answer.Headers.CacheControl!.NoStore);
        Assert.False(page.Answer.Headers.CacheControl.Public);
        PublicPageTests.AssertNothingInline(page.Html);
    }

    private static async Task<string?> StatusAsync(ResidentPhone phone, string number) =>
        (await phone.Http.GetJsonAsync($"/api/bookings/{number}")).GetProperty("status").GetString();
}
