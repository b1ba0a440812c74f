using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;
using static WeChatMask.Tests.WeChat.WebhookHost;

namespace WeChatMask.Tests.WeChat;

/// <summary>Somebody else's program, the npm package <c>wechat-crypto</c>, reads what we write and writes what we read.</summary>
public sealed class WeChatPeerTests
{
    private const int Messages = 200;
    private const int LongBytes = 20 * 1024;
    private static readonly string[] Letters = ["a", "Z", "9", " ", "\n", "<", "&", "]]>", "口", "罩", "预", "约", "號", "😷", "👨‍👩‍👧‍👦", "🇨🇳", "é", "\u2028"];

    [Fact]
    public async Task Two_hundred_messages_that_it_encrypts_arrive_and_ours_open_there()
    {
        await using var host = await StartAsync(MessageMode.Safe);
        host.OnMessage = _ => NoReply.Instance;
        var texts = Texts(new Random(20200210));
        Assert.True(texts.Count(t => Encoding.UTF8.GetByteCount(t) >= LongBytes) >= 5);

        var sealedByPeer = await PeerAsync(texts.Select(text => new { seal = Message(Xml(text)), timestamp = host.Timestamp, nonce = Nonce }));
        foreach (var item in sealedByPeer)
        {
            var message = new SealedMessage(item.Text("encrypt"), item.Text("signature"), host.Timestamp, Nonce);
            using var response = await host.PostAsync(SealedQuery(message), Envelope(message.Encrypt));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        // XML reads every line end as one line feed; nothing else may change on the way.
        Assert.Equal(texts, host.Handled.Select(m => m.Content), StringComparer.Ordinal);

        var ours = texts.Select(text => host.Crypto.Seal(text, host.Clock.Now)).ToList();
        var openedByPeer = await PeerAsync(ours.Select(m => new { open = m.Encrypt, timestamp = m.Timestamp, nonce = m.Nonce }));
        Assert.Equal(texts, openedByPeer.Select(item => item.Text("message")), StringComparer.Ordinal);
        Assert.Equal(ours.Select(m => m.MsgSignature), openedByPeer.Select(item => item.Text("signature")), StringComparer.Ordinal);
        Assert.All(openedByPeer, item => Assert.Equal(AppId, item.Text("id")));
    }

    [Fact]
    public async Task It_opens_the_reply_of_the_webhook()
    {
        await using var host = await StartAsync(MessageMode.Safe);
        using var response = await host.PostSealedAsync(Message("查询😷"));
        var envelope = MessageXml.ReadFields(await response.Content.ReadAsStringAsync());

        var opened = Assert.Single(await PeerAsync([new { open = envelope["Encrypt"], timestamp = envelope["TimeStamp"], nonce = envelope["Nonce"] }]));

        Assert.Equal(envelope["MsgSignature"], opened.Text("signature"));
        Assert.Equal("收到:查询😷", MessageXml.ReadFields(opened.Text("message"))["Content"]);
    }

    // Every padding from 1 to 32 bytes, some as long as a message may get, the rest of random length.
    private static List<string> Texts(Random random) =>
    [
        .. Enumerable.Range(0, Messages).Select(i => i switch
        {
            < 32 => new string('x', i + 1),
            < 40 => Text(random, LongBytes),
            _ => Text(random, random.Next(1, 3_000)),
        }),
    ];

    private static string Text(Random random, int bytes)
    {
        var text = new StringBuilder();
        for (var length = 0; length < bytes;)
        {
            var letter = Letters[random.Next(Letters.Length)];
            text.Append(letter);
            length += Encoding.UTF8.GetByteCount(letter);
        }

        return text.ToString();
    }

    private static string Xml(string text) => text.Replace("]]>", "]]]]><![CDATA[>", StringComparison.Ordinal);

    private static async Task<List<JsonElement>> PeerAsync(IEnumerable<object> jobs)
    {
        var start = new ProcessStartInfo("node", ["--no-deprecation", "peer.js", Token, Key, AppId])
        {
            WorkingDirectory = Path.Combine(Repository.Root, "tests/WeChatMask.Tests/WeChat/Peer"),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var peer = Process.Start(start)!;
        var output = peer.StandardOutput.ReadToEndAsync();
        foreach (var job in jobs) await peer.StandardInput.WriteLineAsync(JsonSerializer.Serialize(job));
        peer.StandardInput.Close();
        var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await peer.WaitForExitAsync();
        Assert.Equal(0, peer.ExitCode);
        return [.. lines.Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }
}
