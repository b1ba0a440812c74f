using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Stock;

/// <summary>A delivery that is exactly what was planned, taken in one tap.</summary>
public sealed class PlannedDeliveryTests
{
    [EngineTheory]
    public async Task One_tap_takes_exactly_the_plan_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var page = await PageReader.OpenAsync(clerk, "/pharmacy/stock");
        Assert.Contains("与计划相同，共 800 只", page.Text, StringComparison.Ordinal);
        // A loss has no form until it is asked for.
        Assert.DoesNotContain("name=\"Reason\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("name=\"Reason\"", (await PageReader.OpenAsync(clerk, "/pharmacy/stock?kind=loss")).Html, StringComparison.Ordinal);

        (string, string)[] form = [("Date", "2020-02-11"), ("planned", page.Hidden("planned")), ("RequestId", page.Hidden("RequestId"))];
        for (var i = 0; i < 2; i++)
        {
            var sent = await page.PostToAsync(clerk, "/pharmacy/stock?handler=Planned", form);
            var done = await PageReader.OpenAsync(clerk, sent.Answer.Headers.Location!.OriginalString);
            Assert.Contains("到货 800 只，与计划相同", done.Text, StringComparison.Ordinal);
        }

        Assert.Equal([800], await UnitsAsync(host));
        // Another phone that had the page open, and the same call by JSON, would count it twice.
        var late = await page.PostToAsync(clerk, "/pharmacy/stock?handler=Planned", ("Date", "2020-02-11"), ("planned", "800"), ("RequestId", "another"));
        Assert.Contains("已经登记过到货", late.Text, StringComparison.Ordinal);
        Assert.Equal((409, "delivery_not_as_planned"), await CodeAsync(clerk, "third"));
        Assert.Equal([800], await UnitsAsync(host));
        Assert.DoesNotContain("data-act=\"planned\"", (await PageReader.OpenAsync(clerk, "/pharmacy/stock")).Html, StringComparison.Ordinal);
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task Several_at_once_are_one_and_the_answer_says_how_many(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => PostAsync(clerk, $"r{i}", null)));
        Assert.Equal([201, 409, 409, 409, 409, 409], answers.Select(a => a.Status).Order());
        Assert.Equal([800], await UnitsAsync(host));
        var won = $"r{Array.FindIndex(answers, a => a.Status == 201)}";
        foreach (int? units in new int?[] { null, 800 })
        {
            var (status, again) = await PostAsync(clerk, won, units);
            Assert.Equal((200, 800, 800, 0), (status, again.Figure("units"), again.Figure("delivered"), again.Figure("difference")));
        }

        Assert.Equal(409, (await PostAsync(clerk, won, 799)).Status);
        Assert.Equal(422, (await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", asPlanned = true, moreComing = true, requestId = "m" })).Status);
    }

    [EngineTheory]
    public async Task A_plan_that_was_not_seen_or_a_report_that_waits_is_no_plan_to_agree_with(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        Assert.Equal((409, "delivery_not_as_planned"), await CodeAsync(clerk, "other", 795));
        Assert.Equal(202, (await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 5000, requestId = "held" })).Status);
        Assert.Equal((409, "delivery_not_as_planned"), await CodeAsync(clerk, "a"));
        Assert.DoesNotContain("data-act=\"planned\"", (await PageReader.OpenAsync(clerk, "/pharmacy/stock")).Html, StringComparison.Ordinal);
        Assert.Empty(await UnitsAsync(host));
    }

    private static Task<(int Status, JsonElement Body)> PostAsync(HttpClient clerk, string id, int? units) =>
        clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units, asPlanned = true, requestId = id });

    private static async Task<(int, string?)> CodeAsync(HttpClient clerk, string id, int? units = null)
    {
        var (status, body) = await PostAsync(clerk, id, units);
        return (status, body.Code());
    }

    private static Task<List<int>> UnitsAsync(SandboxHost host) => host.Get<Database>().QueryAsync<int>("SELECT units FROM delivery WHERE pharmacy_id = (SELECT id FROM pharmacy WHERE code = 'LD01')");
}
