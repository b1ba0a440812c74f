using System.Text.Json;
using System.Text.Json.Nodes;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days;

/// <summary>A window, the pickup and the time to give back may end at 24:00: the day that ends there, not the next.</summary>
public sealed class MidnightTests
{
    [Theory]
    [InlineData("00:00", 0)]
    [InlineData("09:05", 545)]
    [InlineData("23:59", 1439)]
    [InlineData("24:00", 1440)]
    [InlineData("24:01", null)]
    [InlineData("25:00", null)]
    [InlineData("9:05", null)]
    [InlineData("12:60", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("24:00:00", null)]
    public void A_time_of_a_day_goes_from_its_first_minute_to_its_end(string? text, int? minutes)
    {
        Assert.Equal(minutes, DayTime.TryParse(text)?.Minutes);
        if (minutes is not null) Assert.Equal(text, DayTime.TryParse(text).ToString());
    }

    [EngineTheory]
    public async Task A_day_whose_windows_and_pickup_end_at_midnight_adds_up(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T12:00:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-11";
        policy["windows"] = JsonNode.Parse("""[{"opens":"22:00","closes":"23:00"},{"opens":"23:00","closes":"24:00"}]""");
        policy["quotas"] = JsonNode.Parse("""{"*":[10,10]}""");
        policy["pickup"] = JsonNode.Parse("""{"opens":"22:30","closes":"24:00","slotMinutes":30}""");
        policy["cancelUntil"] = "24:00";
        Assert.Equal(201, (await Policies.AddAsync(supervisor, policy)).Status);
        var stored = (await Policies.NewestAsync(supervisor))["windows"]![1]!["closes"]!.GetValue<string>();
        Assert.Equal("24:00", stored);
        var form = await PageReader.OpenAsync(supervisor, "/supervisor/policy");
        Assert.Contains("23:00-24:00", form.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"24:00\"", form.Html, StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-11T23:30:00+08:00");
        var round = (await host.Http.GetJsonAsync("/api/board")).GetProperty("round");
        Assert.Equal("2020-02-12T00:00:00+08:00", round.GetProperty("closesAt").GetString());
        Assert.Equal((2, "2020-02-12T00:00:00+08:00"), (round.GetProperty("window").GetProperty("index").GetInt32(), round.GetProperty("window").GetProperty("closesAt").GetString()));
        var home = await PageReader.OpenAsync(host.Http, "/");
        Assert.Contains("24:00", home.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?<![\d:])00:00(?!:)", home.Text);
        using var early = await host.NewResidentAsync(1);
        using var late = await host.NewResidentAsync(2);
        using var third = await host.NewResidentAsync(3);
        await host.SetClockAsync("2020-02-11T23:59:59+08:00");
        var numbers = new List<string>();
        foreach (var phone in new[] { early, late, third })
        {
            var (status, body) = await phone.BookAsync("LD01", "a");
            Assert.Equal((201, "2020-02-12"), (status, body.GetProperty("pickupDate").GetString()));
            numbers.Add(body.GetProperty("number").GetString()!);
        }

        // Over with the day it was made on.
        await host.SetClockAsync("2020-02-12T00:00:00+08:00");
        Assert.Equal("not_open", (await early.BookAsync("LD02", "b")).Body.Code());
        await host.AdvanceAsync("PT10M");
        var books = await host.BooksAsync("2020-02-11", "LD01");
        // With the 160 that nobody took the evening before.
        Assert.Equal((180, 3, 177), (books.Figure("places"), books.Figure("booked"), books.Figure("left")));

        var slots = (await host.Http.GetJsonAsync("/api/public/rounds/2020-02-11/list?pharmacy=LD01")).GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("slot").GetProperty("endsAt").GetString()).ToList();
        Assert.Equal(["2020-02-12T23:00:00+08:00", "2020-02-12T23:30:00+08:00", "2020-02-13T00:00:00+08:00"], slots);
        var sms = (await host.SmsAsync()).Select(s => s.GetProperty("text").GetString()!).ToList();
        Assert.Contains(sms, s => s.Contains("2月12日 23:30-24:00", StringComparison.Ordinal));
        Assert.DoesNotContain(sms, s => s.Contains("-00:00", StringComparison.Ordinal));
        var page = await PageReader.OpenAsync(third.Http, $"/bookings/{numbers[2]}");
        Assert.Contains("24:00", page.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?<![\d:])00:00(?!:)", page.Text);

        // Given back and collected until the last second of the day, and nothing after it.
        await host.SetClockAsync("2020-02-12T23:59:58+08:00");
        Assert.Equal(204, await early.CancelAsync(numbers[0]));
        using var clerk = await host.ClerkAsync("LD01");
        var last4 = People.Registration(2);
        var (_, handed) = await clerk.PostAsync("/api/pharmacy/redemptions", new { number = numbers[1], idNumberLast4 = LastFour(last4), requestId = "r" });
        Assert.Equal("redeemed", handed.GetProperty("verdict").GetString());
        await host.SetClockAsync("2020-02-13T00:00:00+08:00");
        await host.AdvanceAsync("PT10M");
        books = await host.BooksAsync("2020-02-11", "LD01");
        Assert.Equal((1, 1, 1, 179), (books.Figure("redeemed"), books.Figure("lapsed"), books.Figure("cancelled"), books.Figure("carriedOut")));
        await host.AssertSoundAsync();
    }

    [Fact]
    public async Task What_ends_at_midnight_is_written_as_the_end_of_its_day()
    {
        await using var host = await SandboxHost.StartAsync();
        var calendar = host.Get<CityCalendar>();
        var format = new CityFormatter(calendar);
        var day = new DateOnly(2020, 2, 11);
        var midnight = calendar.Instant(day, DayTime.End);

        Assert.Equal(calendar.Instant(day.AddDays(1), TimeOnly.MinValue), midnight);
        Assert.Equal(("24:00", "00:00"), (format.End(midnight), format.Time(midnight)));
        Assert.Equal("22:00-24:00", format.Hours(calendar.Instant(day, new DayTime(22, 0)), midnight));
        Assert.Equal("00:00-09:00", format.Hours(calendar.Instant(day, new DayTime(0, 0)), calendar.Instant(day, new DayTime(9, 0))));
        Assert.Equal((day, day.AddDays(1)), (calendar.DayEndingAt(midnight), calendar.DateOf(midnight)));
        Assert.Equal(day, calendar.DayEndingAt(calendar.Instant(day, new DayTime(18, 0))));
    }

    private static string LastFour(object registration) =>
        JsonSerializer.SerializeToElement(registration).GetProperty("idNumber").GetString()![^4..];
}
