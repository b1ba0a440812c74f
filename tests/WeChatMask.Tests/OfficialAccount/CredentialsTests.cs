using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.OfficialAccount;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.OfficialAccount;

/// <summary>One token for all nodes: fetched once, renewed early, and never by everybody at once.</summary>
public sealed class CredentialsTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2020, 2, 10, 18, 0, 0, TimeSpan.FromHours(8));
    private static readonly TimeSpan Life = TimeSpan.FromHours(2);

    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-token-").FullName;
    private readonly FakeClock clock = new(Start);
    private readonly TokenWorld world = new();

    [EngineTheory]
    public async Task The_token_endpoint_is_called_once_while_three_nodes_ask_a_thousand_times_at_its_end(DatabaseKind engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine, folder);
        using var one = await NodeAsync(database);
        using var two = await NodeAsync(database);
        using var three = await NodeAsync(database);
        Node[] nodes = [one, two, three];
        var first = await one.Credentials.Token.GetAsync(CancellationToken.None);
        foreach (var node in nodes) Assert.Equal(first, await node.Credentials.Token.GetAsync(CancellationToken.None));
        clock.Now = Start + Life;
        world.Renew();
        var open = new TaskCompletionSource();
        world.Open = open.Task;

        var asking = Enumerable.Range(0, 1_000).Select(i => Task.Run(() => nodes[i % 3].Credentials.Token.GetAsync(CancellationToken.None))).ToList();
        open.SetResult();
        var given = await Task.WhenAll(asking);

        Assert.Equal(world.Token, Assert.Single(given.Distinct(StringComparer.Ordinal)));
        Assert.NotEqual(first, world.Token);
        Assert.Equal(2, world.Calls);
    }

    [Fact]
    public async Task Nodes_without_a_common_database_each_call_so_the_count_above_can_fail()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, Directory.CreateDirectory(Path.Combine(folder, name)).FullName);
            using var node = await NodeAsync(database);
            await node.Credentials.Token.GetAsync(CancellationToken.None);
        }

        Assert.Equal(3, world.Calls);
    }

    [EngineTheory]
    public async Task It_is_renewed_some_minutes_early_by_one_node_while_the_old_one_serves(DatabaseKind engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine, folder);
        using var one = await NodeAsync(database);
        using var two = await NodeAsync(database);
        Assert.True(await one.Credentials.Token.RenewEarlyAsync(CancellationToken.None));
        Assert.False(await two.Credentials.Token.RenewEarlyAsync(CancellationToken.None));
        var old = await two.Credentials.Token.GetAsync(CancellationToken.None);
        clock.Now = Start + Life - TimeSpan.FromMinutes(3);
        world.Renew();

        Assert.Equal(old, await two.Credentials.Token.GetAsync(CancellationToken.None));
        var renewed = await Task.WhenAll(one.Credentials.Token.RenewEarlyAsync(CancellationToken.None), two.Credentials.Token.RenewEarlyAsync(CancellationToken.None));

        Assert.Single(renewed, r => r);
        Assert.Equal(2, world.Calls);
        clock.Now = Start + Life;
        Assert.Equal(world.Token, await two.Credentials.Token.GetAsync(CancellationToken.None));
        Assert.Equal(2, world.Calls);
    }

    [EngineTheory]
    public async Task A_token_that_all_nodes_find_refused_is_forced_anew_once(DatabaseKind engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine, folder);
        using var one = await NodeAsync(database);
        using var two = await NodeAsync(database);
        var refused = await one.Credentials.Token.GetAsync(CancellationToken.None);
        Assert.Equal(refused, await two.Credentials.Token.GetAsync(CancellationToken.None));

        var given = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => (i % 2 == 0 ? one : two).Credentials.Token.RenewAsync(refused, CancellationToken.None))));

        Assert.Equal(world.Token, Assert.Single(given.Distinct(StringComparer.Ordinal)));
        Assert.Equal((3, 1), (world.Calls, world.Forced));
    }

    [Fact]
    public async Task A_token_that_somebody_else_forced_is_fetched_without_force()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, folder);
        using var node = await NodeAsync(database);
        var refused = await node.Credentials.Token.GetAsync(CancellationToken.None);
        world.Renew();

        Assert.Equal(world.Token, await node.Credentials.Token.RenewAsync(refused, CancellationToken.None));
        Assert.Equal((2, 0), (world.Calls, world.Forced));
    }

    [Fact]
    public async Task A_call_is_repeated_once_with_another_token_and_no_more()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, folder);
        using var node = await NodeAsync(database);
        var first = await node.Credentials.Token.GetAsync(CancellationToken.None);
        world.Judge = token => token == first ? 42001 : 0;

        Assert.Equal("7", await node.Calls.SendAsync(OfficialAccountClient.TemplateCall, new { touser = "o" }, CancellationToken.None));
        Assert.Equal(2, world.OtherCalls);

        clock.Now += TimeSpan.FromMinutes(1);
        world.Judge = _ => 40001;
        var failure = await Assert.ThrowsAsync<WeChatApiException>(() => node.Calls.SendAsync(OfficialAccountClient.TemplateCall, new { touser = "o" }, CancellationToken.None));
        Assert.Equal((40001, 4), (failure.ErrorCode, world.OtherCalls));
    }

    [Theory]
    [InlineData(40001, 61)]
    [InlineData(40125, 61)]
    [InlineData(-1, 2)]
    [InlineData(45011, 61)]
    [InlineData(45009, 6 * 3600)]
    public async Task A_refusing_endpoint_is_left_alone_for_a_while(int code, int seconds)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, folder);
        using var one = await NodeAsync(database);
        using var two = await NodeAsync(database);
        world.Answer = FormattableString.Invariant($$"""{"errcode":{{code}},"errmsg":"x"}""");

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(code, (await Assert.ThrowsAsync<WeChatApiException>(() => one.Credentials.Token.GetAsync(CancellationToken.None))).ErrorCode);
            Assert.Equal(code, (await Assert.ThrowsAsync<WeChatApiException>(() => two.Credentials.Token.GetAsync(CancellationToken.None))).ErrorCode);
        }

        Assert.Equal(1, world.Calls);
        clock.Now += TimeSpan.FromSeconds(seconds);
        world.Answer = null;
        Assert.Equal(world.Token, await two.Credentials.Token.GetAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_used_up_quota_rests_on_every_node_until_midnight_or_until_it_is_cleared()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, folder);
        using var one = await NodeAsync(database);
        using var two = await NodeAsync(database);
        world.Judge = _ => 45009;

        await Assert.ThrowsAsync<WeChatApiException>(() => one.Calls.SendAsync(OfficialAccountClient.TemplateCall, new { }, CancellationToken.None));
        var rested = await Assert.ThrowsAsync<WeChatApiException>(() => two.Calls.SendAsync(OfficialAccountClient.TemplateCall, new { }, CancellationToken.None));

        Assert.Equal((WeChatAction.StopQuotaDay, 1), (rested.Action, world.OtherCalls));
        var limit = Assert.Single(await one.Limits.PresentAsync(CancellationToken.None));
        Assert.Equal((OfficialAccountClient.TemplateCall, 45009), (limit.ApiCall, limit.ErrorCode));
        Assert.Equal(new DateTimeOffset(2020, 2, 11, 0, 0, 0, TimeSpan.FromHours(8)), limit.RestsUntil);
        await one.Limits.ClearAsync(CancellationToken.None);
        Assert.Empty(await two.Limits.PresentAsync(CancellationToken.None));
    }

    [Fact]
    public async Task At_rest_in_the_database_it_is_unreadable()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, folder);
        using var node = await NodeAsync(database);
        var token = await node.Credentials.Token.GetAsync(CancellationToken.None);

        var stored = await node.Database.QueryAsync<string>("SELECT value FROM wechat_kept");

        Assert.DoesNotContain(stored, s => s.Contains(token, StringComparison.Ordinal));
        Assert.Contains(stored, s => s.Length > 0);
    }

    public void Dispose()
    {
        world.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<Node> NodeAsync(TestDatabase database)
    {
        var node = new Node(database, clock, world);
        await new Migrator(node.Database, clock).MigrateAsync(CancellationToken.None);
        return node;
    }

    private sealed class Node : IDisposable
    {
        private readonly PersonalData personal = new(Options.Create(DeskCity.Secrets()));

        public Node(TestDatabase database, TimeProvider clock, TokenWorld world)
        {
            Database = new Database(database.Settings());
            var calendar = new CityCalendar(Options.Create(new SiteSettings()), clock);
            Limits = new ApiQuotaStore(Database, calendar);
            Credentials = new Credentials(new SharedCredentialStore(Database, personal, calendar), calendar, world.Client);
            Calls = new OfficialAccountClient(world.Client, Credentials, Limits, calendar);
        }

        public Database Database { get; }

        public Credentials Credentials { get; }

        public ApiQuotaStore Limits { get; }

        public OfficialAccountClient Calls { get; }

        public void Dispose()
        {
            Credentials.Dispose();
            personal.Dispose();
            Database.Dispose();
        }
    }
}
