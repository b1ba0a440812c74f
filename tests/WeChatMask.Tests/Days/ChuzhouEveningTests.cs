using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days;

public sealed class ChuzhouEveningTests
{
    [EngineTheory]
    public async Task What_a_window_leaves_rolls_on_and_a_full_window_only_stops_itself(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-02T17:30:00+08:00", engine: engine);
        var residents = new List<ResidentPhone>();
        for (var i = 0; i < 12; i++) residents.Add(await host.NewResidentAsync(i));

        for (var i = 0; i < 10; i++) Assert.Equal(201, (await residents[i].BookAsync("CZ001", "a")).Status);
        Assert.Equal("sold_out", (await residents[10].BookAsync("CZ001", "a")).Body.Code());
        Assert.Equal(201, (await residents[10].BookAsync("CZ002", "b")).Status);

        await host.SetClockAsync("2020-02-02T18:00:00+08:00");
        var eleventh = await residents[11].BookAsync("CZ001", "a");
        Assert.Equal((201, 11), (eleventh.Status, eleventh.Body.GetProperty("serial").GetInt32()));
        var second = await BooksAsync(host, "2020-02-02", "CZ002");
        Assert.Equal((9, 9), (Window(second, 1, "rolledOut"), Window(second, 2, "rolledIn")));

        await host.SetClockAsync("2020-02-02T20:00:00+08:00");
        Assert.Equal("closed", (await residents[11].BookAsync("CZ003", "late")).Body.Code());
        await host.SetClockAsync("2020-02-03T17:00:00+08:00");
        Assert.Equal(50, Figure(await BooksAsync(host, "2020-02-03", "CZ001"), "carriedIn"));
        Assert.All(await host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, r.Name));
        await CityLog.HoldsAsync(host.Get<Database>());
        foreach (var resident in residents) resident.Dispose();
    }

    [EngineTheory]
    public async Task The_rules_of_the_twelfth_hold_from_the_twelfth_on(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-11T17:29:00+08:00", engine: engine);
        using var resident = await host.NewResidentAsync(1);
        await host.SetClockAsync("2020-02-11T17:30:00+08:00");
        Assert.Equal(0.75m, (await resident.BookAsync("CZ001", "a")).Body.GetProperty("unitPrice").GetDecimal());

        await host.SetClockAsync("2020-02-12T17:30:00+08:00");
        var board = await host.Http.GetJsonAsync("/api/board");
        Assert.Equal(1.00m, board.GetProperty("round").GetProperty("unitPrice").GetDecimal());
        Assert.Equal("2020-02-20", (await resident.BookAsync("CZ001", "b")).Body.GetProperty("bookableFrom").GetString());
        var planned = (await BooksAsync(host, "2020-02-12", "CZ001")).GetProperty("windows").EnumerateArray().Select(w => w.GetProperty("index").GetInt32());
        Assert.Equal([1, 2, 3, 4, 5], planned);
        Assert.Equal(50, Figure(await BooksAsync(host, "2020-02-12", "CZ100"), "planned"));
    }

    [EngineTheory]
    public async Task Who_the_registry_does_not_know_as_eligible_cannot_register(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-02T17:30:00+08:00", engine: engine);
        using var put = await host.Http.PutAsync(
            new Uri($"/sandbox/registry/{People.IdNumber(7)}", UriKind.Relative),
            System.Net.Http.Json.JsonContent.Create(new { name = "张三丰", eligible = false, reason = "elsewhere" }));
        Assert.True(put.IsSuccessStatusCode);
        using var phone = await host.PhoneAsync("o-7");

        var (status, body) = await phone.PostAsync("/api/residents", People.Registration(7));
        Assert.Equal((403, "not_eligible"), (status, body.Code()));

        await host.FailAsync("registry", "down");
        (status, body) = await phone.PostAsync("/api/residents", People.Registration(8));
        Assert.Equal((503, "registry_unavailable"), (status, body.Code()));
        Assert.Empty((await phone.GetJsonAsync("/api/me")).GetProperty("residents").EnumerateArray());
    }

    private static async Task<JsonElement> BooksAsync(SandboxHost host, string date, string pharmacy) =>
        (await host.Http.GetJsonAsync($"/api/public/rounds/{date}")).GetProperty("pharmacies").EnumerateArray()
            .Single(p => p.GetProperty("code").GetString() == pharmacy);

    private static int Window(JsonElement books, int index, string figure) =>
        books.GetProperty("windows").EnumerateArray().ElementAt(index - 1).GetProperty(figure).GetInt32();

    private static int Figure(JsonElement books, string name) => books.GetProperty(name).GetInt32();
}
