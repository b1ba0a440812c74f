using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Conversation;

/// <summary>Each person's newest booking in the chat, when a person was removed and came back.</summary>
public sealed class NewestBookingTests
{
    [EngineTheory]
    public async Task A_person_removed_and_registered_again_stands_there_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var first = await host.NewResidentAsync(1);
        var earlier = (await first.BookAsync("LD02", "a")).Body.GetProperty("number").GetString()!;
        Assert.Equal(204, await first.CancelAsync(earlier));
        Assert.Contains(earlier, await QueryAsync(host), StringComparison.Ordinal);
        using (var removed = await first.Http.DeleteAsync(new Uri($"/api/residents/{first.ResidentId}", UriKind.Relative))) Assert.Equal(204, (int)removed.StatusCode);
        Assert.Contains("没有查到", await QueryAsync(host), StringComparison.Ordinal);

        // By now the hash is destroyed, and the second registration is another row.
        await host.SetClockAsync("2020-02-14T19:00:00+08:00");
        using var again = await host.NewResidentAsync(1);
        var later = (await again.BookAsync("LD03", "b")).Body.GetProperty("number").GetString()!;

        Assert.Equal(2, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM resident"));
        var answer = await QueryAsync(host);
        Assert.StartsWith($"预约号：{later}\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(earlier, answer, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task A_person_removed_and_registered_again_at_once_is_the_same_person(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var first = await host.NewResidentAsync(1);
        var earlier = (await first.BookAsync("LD02", "a")).Body.GetProperty("number").GetString()!;
        Assert.Equal(204, await first.CancelAsync(earlier));
        using (var removed = await first.Http.DeleteAsync(new Uri($"/api/residents/{first.ResidentId}", UriKind.Relative))) Assert.Equal(204, (int)removed.StatusCode);
        using var again = await host.NewResidentAsync(1);
        var later = (await again.BookAsync("LD03", "b")).Body.GetProperty("number").GetString()!;

        var answer = await QueryAsync(host);
        Assert.StartsWith($"预约号：{later}\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(earlier, answer, StringComparison.Ordinal);
    }

    private static async Task<string> QueryAsync(SandboxHost host)
    {
        var (status, body) = await host.Http.PostAsync("/sandbox/phones/o-1/messages", new { type = "text", content = "查询" });
        Assert.Equal(200, status);
        return body.GetProperty("reply").GetProperty("content").GetString()!;
    }
}
