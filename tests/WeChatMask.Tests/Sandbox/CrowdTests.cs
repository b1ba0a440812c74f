using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Operations;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>The neighbours book by the product's own rules, and the sandbox tells the truth about it.</summary>
public sealed class CrowdTests
{
    private const string Path = "/sandbox/neighbours";

    [Fact]
    public async Task Before_the_opening_everybody_is_refused_and_nothing_is_booked()
    {
        await using var host = await SandboxHost.StartAsync();

        var answer = await ComeAsync(host, 30);

        Assert.Equal(0, answer.GetProperty("accepted").GetInt32());
        Assert.Equal("not_open:30", Reasons(answer));
        Assert.Equal(0, await BookedAsync(host));
    }

    [Fact]
    public async Task As_many_are_accepted_as_there_are_places_and_no_promise_is_broken()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");

        var answer = await ComeAsync(host, 1000);

        Assert.Equal(800, answer.GetProperty("accepted").GetInt32());
        Assert.Equal("sold_out:200", Reasons(answer));
        Assert.Equal(1000, answer.GetProperty("registered").GetInt32());
        Assert.True(answer.GetProperty("checked").GetInt32() >= 10);
        Assert.Equal(0, answer.GetProperty("broken").GetArrayLength());
        Assert.Equal(800, await BookedAsync(host));
        Assert.DoesNotContain(await host.Get<InvariantQueries>().RunAsync(CancellationToken.None), p => p.Broken > 0);
    }

    [Fact]
    public async Task Those_who_came_too_early_come_again_and_those_in_the_cooldown_do_not()
    {
        await using var host = await SandboxHost.StartAsync();
        await ComeAsync(host, 40);
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");

        var same = await ComeAsync(host, 40);
        var others = await ComeAsync(host, 40);

        Assert.Equal((40, 0), (same.GetProperty("accepted").GetInt32(), same.GetProperty("registered").GetInt32()));
        Assert.Equal((40, 40), (others.GetProperty("accepted").GetInt32(), others.GetProperty("registered").GetInt32()));
        Assert.Equal(80, await host.Get<CrowdQueries>().CountAsync(CancellationToken.None));
        await host.SetClockAsync("2020-02-12T19:00:00+08:00");
        Assert.Equal(0, (await ComeAsync(host, 80)).GetProperty("registered").GetInt32());
    }

    [Fact]
    public async Task After_the_close_the_reason_is_said_in_Chinese()
    {
        await using var host = await SandboxHost.StartAsync(clock: "2020-02-10T22:30:00+08:00");

        var answer = await ComeAsync(host, 5);

        Assert.Equal("closed:5", Reasons(answer));
        Assert.Equal("今天已结束", answer.GetProperty("refused")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Where_the_registry_is_asked_and_is_down_nobody_is_registered()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-02T17:30:00+08:00");
        await host.FailAsync("registry", "down");
        Assert.Equal("registry_unavailable:10", Reasons(await ComeAsync(host, 10)));

        await host.FailAsync("registry", "ok");
        Assert.Equal(10, (await ComeAsync(host, 10)).GetProperty("accepted").GetInt32());
    }

    [Fact]
    public async Task Two_crowds_at_once_take_turns()
    {
        await using var host = await SandboxHost.StartAsync(clock: "2020-02-10T19:00:00+08:00");

        var answers = await Task.WhenAll(ComeAsync(host, 50), ComeAsync(host, 50));

        Assert.Equal(100, answers.Sum(a => a.GetProperty("accepted").GetInt32()));
        Assert.Equal(100, await BookedAsync(host));
    }

    [Theory]
    [InlineData("""{"count":0}""", 422, "invalid_count")]
    [InlineData("""{"count":-1}""", 422, "invalid_count")]
    [InlineData("""{"count":5001}""", 422, "invalid_count")]
    [InlineData("""{"count":"10"}""", 400, "malformed_json")]
    [InlineData("""{"count":10,"pharmacy":"LD01"}""", 400, "malformed_json")]
    [InlineData("{}", 400, "malformed_json")]
    public async Task A_bad_order_is_a_problem_and_brings_nobody(string body, int status, string code)
    {
        await using var host = await SandboxHost.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var answer = await host.Http.PostAsync(Path, content);

        Assert.Equal((status, code), ((int)answer.StatusCode, (await answer.JsonAsync()).Code()));
        Assert.Equal(0, await host.Get<CrowdQueries>().CountAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Made_up_people_are_well_formed_and_nobody_twice()
    {
        await using var host = await SandboxHost.StartAsync();
        var people = new CrowdPeople(host.Get<IStringLocalizer<WeChatMask.Sandbox.Text.World>>());
        var today = new DateOnly(2020, 2, 10);

        var all = Enumerable.Range(0, 30_000).Select(people.Neighbour).Concat(people.Shown).ToList();

        Assert.All(all, p => Assert.NotNull(IdentityNumber.TryParse(p.IdNumber, today)));
        Assert.All(all, p => Assert.NotNull(MobileNumber.TryParse(p.Mobile)));
        Assert.All(all, p => Assert.NotNull(PersonName.TryParse(p.Name)));
        Assert.Equal(all.Count, all.Select(p => p.IdNumber).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(all.Count, all.Select(p => p.Mobile).Distinct(StringComparer.Ordinal).Count());
        Assert.All(people.Shown, p => Assert.False(CrowdPeople.IsNeighbour(p.Mobile)));
    }

    private static async Task<JsonElement> ComeAsync(SandboxHost host, int count)
    {
        var (status, body) = await host.Http.PostAsync(Path, new { count });
        Assert.Equal(200, status);
        return body;
    }

    private static string Reasons(JsonElement answer) => string.Join(
        ' ', answer.GetProperty("refused").EnumerateArray().Select(r => $"{r.GetProperty("code").GetString()}:{r.GetProperty("count").GetInt32()}"));

    private static async Task<int> BookedAsync(SandboxHost host) =>
        (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies").EnumerateArray().Sum(p => p.GetProperty("booked").GetInt32());
}
