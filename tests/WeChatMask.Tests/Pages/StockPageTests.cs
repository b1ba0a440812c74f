using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>The pages of stock, dated rules and late voids, as forms without a script.</summary>
public sealed partial class StockPageTests
{
    [Fact]
    public async Task A_clerk_sees_what_a_short_delivery_would_do_before_it_is_written_down()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var resident = await host.NewResidentAsync(1);
        Assert.Equal(201, (await resident.BookAsync("LD01", "a")).Status);
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var form = new Form(clerk, "/pharmacy/stock");
        await form.OpenAsync(("Kind", "delivery"), ("Date", "2020-02-11"), ("Units", "4"));

        var looked = await form.SendAsync("");
        Assert.Contains("data-act=\"confirm\"", looked, StringComparison.Ordinal);
        Assert.Equal(0, (await host.BooksAsync("2020-02-11", "LD01")).Figure("carriedIn"));

        // Another figure than the one that was looked at is looked at first.
        var changed = await form.SendAsync("Confirm", ("Units", "0"));
        Assert.Contains("role=\"alert\"", changed, StringComparison.Ordinal);
        Assert.Equal(0, (await host.BooksAsync("2020-02-11", "LD01")).Figure("carriedIn"));
        await form.SendAsync("Confirm", ("Units", "0"));
        Assert.Equal(-160, (await host.BooksAsync("2020-02-11", "LD01")).Figure("carriedIn"));
        Assert.Equal("2020-02-12", (await resident.Http.GetJsonAsync("/api/bookings")).GetProperty("bookings")[0].GetProperty("pickupDate").GetString());
        await host.AssertSoundAsync();
    }

    [Fact]
    public async Task A_loss_wants_a_reason()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var form = new Form(clerk, "/pharmacy/stock");
        await form.OpenAsync(("Kind", "loss"), ("Date", "2020-02-11"), ("Units", "5"));

        Assert.DoesNotContain("data-act=\"confirm\"", await form.SendAsync(""), StringComparison.Ordinal);
        Assert.Contains("data-act=\"confirm\"", await form.SendAsync("", ("Reason", "受潮")), StringComparison.Ordinal);
        await form.SendAsync("Confirm", ("Reason", "受潮"));
        Assert.Equal(-1, (await host.BooksAsync("2020-02-11", "LD01")).Figure("carriedIn"));
    }

    [Fact]
    public async Task A_supervisor_sees_who_is_affected_before_new_rules_are_announced()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var resident = await host.NewResidentAsync(1);
        Assert.Equal(201, (await resident.BookAsync("LD01", "a")).Status);
        using var supervisor = await host.SupervisorAsync();
        var form = new Form(supervisor, "/supervisor/policy");
        await form.OpenAsync(("Form.UnitPrice", "2.00"), ("Form.CooldownDays", "4"));

        var looked = await form.SendAsync("");
        Assert.Contains("data-later", looked, StringComparison.Ordinal);
        Assert.Empty((await host.Http.GetJsonAsync("/api/public/changes")).GetProperty("changes").EnumerateArray());
        Assert.DoesNotContain("data-act=\"confirm\"", await form.SendAsync("", ("Form.Windows", "21:00-20:00")), StringComparison.Ordinal);
        await form.SendAsync("", ("Form.Windows", "19:00-22:00"));
        // Without words to the public nothing is saved.
        await form.SendAsync("Confirm");
        Assert.Empty((await host.Http.GetJsonAsync("/api/public/changes")).GetProperty("changes").EnumerateArray());
        await form.SendAsync("Confirm", ("Reason", "进货价上涨"));

        var change = Assert.Single((await host.Http.GetJsonAsync("/api/public/changes")).GetProperty("changes").EnumerateArray());
        Assert.Equal(("2020-02-11", "进货价上涨"), (change.GetProperty("from").GetString(), change.GetProperty("reason").GetString()));
        await host.SetClockAsync("2020-02-11T19:00:00+08:00");
        Assert.Equal(2.00m, (await host.Http.GetJsonAsync("/api/board")).GetProperty("round").GetProperty("unitPrice").GetDecimal());
    }

    [Fact]
    public async Task A_supervisor_takes_back_what_a_clerk_no_longer_may()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var resident = await host.NewResidentAsync(1);
        var number = (await resident.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        await clerk.PostAsync("/api/pharmacy/redemptions", new { number, idNumberLast4 = People.IdNumber(1)[^4..], requestId = "h" });
        await host.SetClockAsync("2020-02-11T11:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        var form = new Form(supervisor, "/supervisor/void");
        await form.OpenAsync(("Number", "123"));

        Assert.DoesNotContain("data-act=\"void\"", await form.SendAsync(""), StringComparison.Ordinal);
        Assert.Contains("data-act=\"void\"", await form.SendAsync("", ("Number", number)), StringComparison.Ordinal);
        await form.SendAsync("Void", ("Number", number), ("Reason", "未实际发放"));
        Assert.Equal("booked", (await resident.Http.GetJsonAsync($"/api/bookings/{number}")).GetProperty("status").GetString());
        using var refused = await clerk.GetAsync(new Uri("/supervisor/void", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Found, refused.StatusCode);
        await host.AssertSoundAsync();
    }

    [Fact]
    public async Task The_notice_of_a_city_with_several_windows_shows_each()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-03T18:01:00+08:00");
        var page = WebUtility.HtmlDecode(await host.Http.GetStringAsync(new Uri("/notices/2020-02-03?pharmacy=CZ002", UriKind.Relative)));

        Assert.Contains("17:30", page, StringComparison.Ordinal);
        // The end of the fourth and the start of the fifth window, for the city and for the pharmacy.
        Assert.Equal(4, Count(page, "19:30"));
        Assert.DoesNotContain("id=\"windows\"", await OfLoudiAsync(), StringComparison.Ordinal);

        static int Count(string text, string part) => text.Split(part).Length - 1;
        static async Task<string> OfLoudiAsync()
        {
            await using var loudi = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
            return await loudi.Http.GetStringAsync(new Uri("/notices/2020-02-10", UriKind.Relative));
        }
    }

    /// <summary>A form of a page, sent again and again with what it held and what is typed into it.</summary>
    private sealed partial class Form(HttpClient browser, string path)
    {
        private readonly Dictionary<string, string> fields = new(StringComparer.Ordinal);

        public async Task OpenAsync(params (string Name, string Value)[] typed)
        {
            Take(await browser.GetStringAsync(new Uri(path, UriKind.Relative)));
            foreach (var (name, value) in typed) fields[name] = value;
        }

        public async Task<string> SendAsync(string handler, params (string Name, string Value)[] typed)
        {
            foreach (var (name, value) in typed) fields[name] = value;
            using var form = new FormUrlEncodedContent(fields);
            using var answer = await browser.PostAsync(new Uri(handler.Length == 0 ? path : $"{path}?handler={handler}", UriKind.Relative), form);
            var page = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode) Take(page, hiddenOnly: true);
            return page;
        }

        private void Take(string page, bool hiddenOnly = false)
        {
            fields["__RequestVerificationToken"] = Phone.FormToken(page);
            foreach (var tag in Input().Matches(page).Select(m => m.Value))
            {
                var (name, value) = (Attribute(tag, "name"), Attribute(tag, "value"));
                if (name.Length == 0 || name.StartsWith("__", StringComparison.Ordinal)) continue;
                var type = Attribute(tag, "type");
                if (type is "checkbox" or "radio" && !tag.Contains("checked", StringComparison.Ordinal)) continue;
                if (type == "hidden" || !hiddenOnly) fields[name] = value;
            }

            if (hiddenOnly) return;
            foreach (var match in Area().Matches(page).ToList()) fields[Attribute(match.Value, "name")] = WebUtility.HtmlDecode(match.Groups["text"].Value).TrimStart('\r', '\n');
            foreach (var match in Choice().Matches(page).ToList())
            {
                var chosen = Option().Matches(match.Value).Select(o => o.Value).FirstOrDefault(o => o.Contains("selected", StringComparison.Ordinal));
                if (chosen is not null) fields[Attribute(match.Value, "name")] = Attribute(chosen, "value");
            }
        }

        private static string Attribute(string tag, string name) => WebUtility.HtmlDecode(
            Regex.Match(tag, $" {name}=\"(?<value>[^\"]*)\"", RegexOptions.None, TimeSpan.FromMinutes(1)).Groups["value"].Value);

        [GeneratedRegex("<input[^>]*>")]
        private static partial Regex Input();

        [GeneratedRegex("<textarea[^>]*>(?<text>[^<]*)</textarea>", RegexOptions.ExplicitCapture)]
        private static partial Regex Area();

        [GeneratedRegex("<select[^>]*>.*?</select>", RegexOptions.Singleline)]
        private static partial Regex Choice();

        [GeneratedRegex("<option[^>]*>")]
        private static partial Regex Option();
    }
}
