using System.Text.RegularExpressions;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Settings;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Operations;

/// <summary>The operator's commands for accounts: what they print, end with and change.</summary>
public sealed partial class StaffCommandTests(EachEngine<CounterHost> hosts) : IClassFixture<EachEngine<CounterHost>>
{
    private static int names;

    private CounterHost host = null!;

    [EngineTheory]
    public async Task An_account_is_made_and_looked_after_from_the_shell(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var name = NewName();
        var (code, text) = await RunAsync("staff", "invite", name.ToUpperInvariant(), "--role", "clerk", "--pharmacy", "ld01");
        Assert.Equal(0, code);
        var token = Token().Match(text).Groups[1].Value;
        Assert.Equal(name, (await host.Get<StaffLinkStore>().FindAsync(token, default))!.Username);
        Assert.Matches($@"(?m)^{name}\s+clerk\s+LD01\s+invited\s+no\r?$", (await RunAsync("staff", "list")).Text);

        var again = await RunAsync("staff", "reset", name);
        Assert.Equal(0, again.Code);
        Assert.Null(await host.Get<StaffLinkStore>().FindAsync(token, default));
        foreach (var (args, code0) in new[] { (new[] { "unlock", name }, 0), (["move", name, "--pharmacy", "LD02"], 0), (["sessions", name], 0), (["sign-out", name], 1), (["disable", name], 0), (["reset", name], 1), (["enable", name], 0) })
            Assert.Equal((string.Join(' ', args), code0), (string.Join(' ', args), (await RunAsync(["staff", .. args])).Code));
        Assert.Equal("LD02", (await host.Get<StaffAccountQueries>().FindAsync(name, default))!.PharmacyCode);
        Assert.Equal(1, (await RunAsync("staff", "disable", "administrator")).Code);
        Assert.Equal(1, (await RunAsync("staff", "first-administrator")).Code);
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM audit WHERE subject = @name AND actor <> 'operator'", new { name }));
    }

    [Theory]
    [InlineData("staff")]
    [InlineData("staff first-administator")]
    [InlineData("staff first-administrator now")]
    [InlineData("staff invite")]
    [InlineData("staff invite NAME")]
    [InlineData("staff invite NAME --role")]
    [InlineData("staff invite NAME --role boss")]
    [InlineData("staff invite NAME --role Clerk --pharmacy LD01")]
    [InlineData("staff invite NAME --rol clerk --pharmacy LD01")]
    [InlineData("staff invite --role clerk --pharmacy LD01")]
    [InlineData("staff invite NAME --role clerk --pharmacy LD01 more")]
    [InlineData("staff reset")]
    [InlineData("staff disable --all")]
    [InlineData("staff move NAME LD02")]
    [InlineData("staff Disable clerk-ld01")]
    [InlineData("staff remove clerk-ld01")]
    public async Task A_mistyped_one_says_how_and_changes_nothing(string line)
    {
        host = await hosts.OnAsync(DatabaseKind.Sqlite);
        var before = await StateAsync();
        var fault = await Assert.ThrowsAsync<StartFaultException>(() => RunAsync(line.Replace("NAME", NewName(), StringComparison.Ordinal).Split(' ')));
        Assert.StartsWith("Usage: staff", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync());
    }

    [Theory]
    [InlineData("staff reset nobody-of-this-name")]
    [InlineData("staff sessions nobody-of-this-name")]
    [InlineData("staff invite clerk-ld01 --role auditor")]
    [InlineData("staff invite NAME --role clerk")]
    [InlineData("staff invite NAME --role supervisor --pharmacy LD01")]
    [InlineData("staff invite NAME --role lead --pharmacy LD99")]
    [InlineData("staff move supervisor --pharmacy LD01")]
    public async Task What_cannot_be_done_is_said_in_a_sentence_and_changes_nothing(string line)
    {
        host = await hosts.OnAsync(DatabaseKind.Sqlite);
        var before = await StateAsync();
        var (code, text) = await RunAsync(line.Replace("NAME", NewName(), StringComparison.Ordinal).Split(' '));
        Assert.Equal(1, code);
        Assert.EndsWith(".", text.Trim(), StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync());
    }

    private async Task<(int Code, string Text)> RunAsync(params string[] args)
    {
        var output = new StringWriter();
        return (await StaffCommands.RunAsync(host.Get<IServiceProvider>(), args, output, default), output.ToString());
    }

    private async Task<string> StateAsync()
    {
        var database = host.Get<Database>();
        return string.Join('\n', await database.QueryAsync<string>("SELECT username || role || COALESCE(pharmacy_id, 0) || disabled || password_hash FROM staff ORDER BY id"))
            + await database.ScalarAsync<long>("SELECT COUNT(*) FROM audit") + await database.ScalarAsync<long>("SELECT COUNT(*) FROM staff_link");
    }

    private static string NewName() => $"shell.{Interlocked.Increment(ref names)}";

    [GeneratedRegex(@"/staff/welcome\?token=([\w-]{43})\r?\n")]
    private static partial Regex Token();
}
