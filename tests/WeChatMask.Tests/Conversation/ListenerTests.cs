using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Conversation;
using WeChatMask.Data;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.Conversation;

/// <summary>What the sandbox's phone cannot send: pictures and voices, and a database that is gone.</summary>
public sealed class ListenerTests
{
    [Theory]
    [InlineData("image")]
    [InlineData("voice")]
    [InlineData("video")]
    [InlineData("shortvideo")]
    [InlineData("location")]
    [InlineData("link")]
    public async Task What_cannot_be_read_is_asked_to_be_typed(string kind)
    {
        await using var host = await SandboxHost.StartAsync();

        var reply = await AnswerAsync(host, kind);

        Assert.StartsWith("对不起，这里还看不懂图片", Assert.IsType<TextReply>(reply).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_voice_that_was_recognised_counts_as_typed()
    {
        await using var host = await SandboxHost.StartAsync();

        var reply = await AnswerAsync(host, "voice", ("Recognition", "多少钱？"));

        Assert.Contains("1.60", Assert.IsType<TextReply>(reply).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_kind_is_acknowledged()
    {
        await using var host = await SandboxHost.StartAsync();

        Assert.IsType<NoReply>(await AnswerAsync(host, "file"));
    }

    [Fact]
    public async Task A_failing_database_gets_an_apology_not_silence()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("DROP TABLE policy"), CancellationToken.None);

        var reply = await AnswerAsync(host, "text", content: "多少钱");

        Assert.StartsWith("系统正忙", Assert.IsType<TextReply>(reply).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_menu_fits_WeChats_limits_and_its_keys_are_words()
    {
        await using var host = await SandboxHost.StartAsync(configure: b => b.Configuration["Site:PublicBaseUrl"] = "https://mask.example/");
        var phrases = host.Get<Phrases>();

        var menu = host.Get<Menu>().Build();

        Assert.InRange(menu.Buttons.Count, 1, 3);
        Assert.All(menu.Buttons, b => Assert.InRange(b.Name.Length, 1, 4));
        var inner = menu.Buttons.SelectMany(b => b.Buttons ?? []).ToList();
        Assert.All(menu.Buttons, b => Assert.InRange(b.Buttons?.Count ?? 1, 1, 5));
        Assert.All(inner, b => Assert.InRange(b.Name.Length, 1, 7));
        Assert.All(
            menu.Buttons.Concat(inner).Where(b => b.Key is not null),
            b => Assert.NotEqual(Intent.Unknown, phrases.Find(TypedText.Of(b.Key).Words)));
        Assert.Equal("https://mask.example/book", menu.Buttons[0].Url);
    }

    private static async Task<Reply> AnswerAsync(SandboxHost host, string kind, (string Name, string Value)? field = null, string? content = null)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (field is { } given) fields[given.Name] = given.Value;
        await using var scope = host.App.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<MessageHandler>()(
            new InboundMessage("gh_1", "oAnna", 1, kind, "1", content, null, null, null, fields), CancellationToken.None);
    }
}
