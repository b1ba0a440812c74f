using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Conversation;
using WeChatMask.Data;
using WeChatMask.OfficialAccount;
using WeChatMask.Rounds;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.Conversation;

/// <summary>What the sandbox's phone cannot send: pictures and voices, and a database that is gone.</summary>
public sealed class ChatRouterTests
{
    [Theory]
    [InlineData("image", "对不起，这里看不了图片和视频")]
    [InlineData("video", "对不起，这里看不了图片和视频")]
    [InlineData("shortvideo", "对不起，这里看不了图片和视频")]
    [InlineData("voice", "对不起，这里听不了语音")]
    [InlineData("link", "对不起，这里打不开别处的链接")]
    [InlineData("file", "对不起，这里看不了文件")]
    public async Task What_cannot_be_read_is_asked_to_be_typed(string kind, string answer)
    {
        await using var host = await SandboxHost.StartAsync();

        var reply = await AnswerAsync(host, kind);

        Assert.StartsWith(answer, Assert.IsType<TextReply>(reply).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_place_is_answered_with_the_pharmacies_nearest_to_it()
    {
        await using var host = await SandboxHost.StartAsync();
        var south = (await host.Get<Board>().GetAsync(CancellationToken.None)).Pharmacies.Single(p => p.Code == "LD02");

        var reply = await AnswerAsync(host, "location", ("Location_X", Degrees(south.Latitude)), ("Location_Y", Degrees(south.Longitude)));
        var unreadable = await AnswerAsync(host, "location", ("Label", "家"));

        Assert.StartsWith($"离您发来的位置最近的药店：\n\n{south.Name}，约 10 米\n{south.Address}\n", Assert.IsType<TextReply>(reply).Text, StringComparison.Ordinal);
        Assert.StartsWith("有 5 家药店参加", Assert.IsType<TextReply>(unreadable).Text, StringComparison.Ordinal);
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

        Assert.IsType<NoReply>(await AnswerAsync(host, "sticker"));
    }

    [Fact]
    public async Task A_failing_database_gets_an_apology_not_silence()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("DROP TABLE policy"), CancellationToken.None);

        var reply = await AnswerAsync(host, "text", "多少钱");

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

    private static string Degrees(double degrees) => degrees.ToString(CultureInfo.InvariantCulture);

    private static async Task<Reply> AnswerAsync(SandboxHost host, string kind, params (string Name, string Value)[] given) =>
        await AnswerAsync(host, kind, null, given);

    private static async Task<Reply> AnswerAsync(SandboxHost host, string kind, string? content, params (string Name, string Value)[] given)
    {
        var fields = given.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);
        await using var scope = host.App.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<MessageHandler>()(
            new InboundMessage("gh_1", "oAnna", 1, kind, Ids.Next().ToString(CultureInfo.InvariantCulture), content, null, null, fields), CancellationToken.None);
    }
}
