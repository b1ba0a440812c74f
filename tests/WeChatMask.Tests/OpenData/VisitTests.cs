using System.Net.Http.Headers;
using WeChatMask.Data;
using WeChatMask.OpenData;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.OpenData;

public sealed class VisitTests
{
    [EngineTheory]
    public async Task Pages_of_residents_and_the_public_are_counted_by_the_citys_day_and_published(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(clock: "2020-02-10T22:30:00+08:00", engine: engine);
        await using var held = await host.HoldJobsAsync();
        foreach (var path in new[] { "/", "/guide", "/notices" }) await ShowAsync(host, path);
        // Neither the staff's, nor what is not there, nor what scripts fetch, nor a look without a page.
        foreach (var path in new[] { "/staff/login", "/no-such-page", "/api/board", "/api/public/rounds", "/book" }) await ShowAsync(host, path);
        using (var head = new HttpRequestMessage(HttpMethod.Head, "/")) (await host.Http.SendAsync(head)).Dispose();
        await host.Get<VisitStore>().WriteAsync(default);
        Assert.Equal(3, await VisitsAsync(host, "2020-02-10"));

        await host.SetClockAsync("2020-02-11T00:00:10+08:00");
        await ShowAsync(host, "/");
        await host.AdvanceAsync("PT30S");

        Assert.Equal((3, 1), (await VisitsAsync(host, "2020-02-10"), await VisitsAsync(host, "2020-02-11")));
        Assert.Equal(new VisitFigures(1, 4), host.Get<Visits>().Published);
        // Where the days' other figures are, for programs and for spreadsheets.
        var rounds = (await host.Http.GetJsonAsync("/api/public/rounds")).GetProperty("rounds").EnumerateArray()
            .ToDictionary(r => r.GetProperty("date").GetString()!, r => r.GetProperty("visits").GetInt64());
        Assert.Equal((3L, 1L), (rounds["2020-02-10"], rounds["2020-02-11"]));
        Assert.Contains("2020-02-10,2020-02-11,published,3\r\n", await host.Http.GetStringAsync(new Uri("/api/public/rounds.csv", UriKind.Relative)), StringComparison.Ordinal);
        var books = (await host.Http.GetStringAsync(new Uri("/api/public/rounds/2020-02-10.csv", UriKind.Relative))).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith(",visits", books[0], StringComparison.Ordinal);
        Assert.EndsWith(",3", books[^1], StringComparison.Ordinal);
        Assert.Single(books.Select(row => row.Split(',').Length).Distinct());
        Assert.Contains("累计4次", await host.Http.GetStringAsync(new Uri("/", UriKind.Relative)), StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task Nodes_add_up_and_a_node_that_stops_leaves_its_last_visits(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        var node = await host.AddNodeAsync();
        for (var i = 0; i < 6; i++) await ShowAsync(host, "/");
        await node.DisposeAsync();

        await host.Get<VisitStore>().WriteAsync(default);

        Assert.Equal(6, host.Get<Visits>().Published.Total);
    }

    [Fact]
    public async Task Visits_that_could_not_be_written_are_written_later()
    {
        await using var host = await SandboxHost.StartAsync();
        var visits = host.Get<Visits>();
        Parallel.For(0, 10_000, _ => visits.Count());
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Get<VisitStore>().WriteAsync(gone.Token));
        await host.Get<VisitStore>().WriteAsync(default);

        Assert.Equal(10_000, visits.Published.Total);
    }

    [Fact]
    public async Task Clerks_find_their_guide_and_what_they_see_of_it_is_kept_by_nobody()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-11T09:30:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        using var supervisor = await host.SupervisorAsync();

        Assert.Contains("href=\"/staff/guide\"", await clerk.GetStringAsync(new Uri("/pharmacy", UriKind.Relative)), StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"/staff/guide\"", await supervisor.GetStringAsync(new Uri("/supervisor", UriKind.Relative)), StringComparison.Ordinal);
        using var own = await clerk.GetAsync(new Uri("/staff/guide", UriKind.Relative));
        Assert.Equal((200, true), ((int)own.StatusCode, own.Headers.CacheControl?.NoStore));
        using var anybody = await host.Http.GetAsync(new Uri("/staff/guide", UriKind.Relative));
        Assert.Equal((200, true), ((int)anybody.StatusCode, anybody.Headers.CacheControl?.Public));
    }

    private static async Task ShowAsync(SandboxHost host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        (await host.Http.SendAsync(request)).Dispose();
    }

    private static async Task<long> VisitsAsync(SandboxHost host, string day) =>
        (await host.Http.GetJsonAsync($"/api/public/rounds/{day}")).GetProperty("visits").GetInt64();
}
