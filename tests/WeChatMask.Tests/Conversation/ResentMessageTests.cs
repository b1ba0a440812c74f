using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WeChatMask.Conversation;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.Conversation;

/// <summary>What WeChat's servers, a confused proxy or a copier sends again, at the webhook of a whole city with two nodes.</summary>
public sealed class ResentMessageTests
{
    [EngineTheory]
    public async Task Resent_reordered_or_replayed_it_has_one_effect_and_one_reply(DatabaseKind engine)
    {
        var effects = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        await using var host = await SandboxHost.StartAsync(
            clock: "2020-02-10T18:58:00+08:00", engine: engine,
            configure: b => b.Services.AddSingleton<EventReaction>((openId, happened, _, _) =>
            {
                effects.AddOrUpdate($"{openId} {(happened as ClickEvent)?.Key}", 1, (_, n) => n + 1);
                return Task.CompletedTask;
            }));
        await using var other = await host.AddNodeAsync();
        Uri[] nodes = [host.Address, other.Address];
        using var http = new HttpClient();
        var account = new Account(host.Get<IOptions<WeChatSettings>>().Value, await host.NowAsync());

        // Both nodes at once, each call sealed anew as WeChat does.
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => account.PostAsync(http, nodes[i % 2], account.Seal(Click("oAnna", 1, "BOOK")))));
        var first = Assert.Single(replies.Distinct(StringComparer.Ordinal));
        Assert.Contains("今天 19:00 开始预约", first, StringComparison.Ordinal);

        // The later event overtakes the resends of the earlier one.
        var copied = account.Seal(Click("oAnna", 2, "BOOK"));
        await account.PostAsync(http, nodes[1], copied);
        Assert.Equal(first, await account.PostAsync(http, nodes[1], account.Seal(Click("oAnna", 1, "BOOK"))));
        await account.PostAsync(http, nodes[0], account.Seal(Click("oAnna", 2, "BOOK")));
        await account.PostAsync(http, nodes[0], account.Seal(Click("oBen", 1, "BOOK")));
        await account.PostAsync(http, nodes[0], account.Seal(Click("oAnna", 1, "HELP")));
        Assert.Equal(2, effects["oAnna BOOK"]);
        Assert.Equal(1, effects["oBen BOOK"]);
        Assert.Equal(1, effects["oAnna HELP"]);

        // Booking has opened meanwhile, yet a resend gets what the first was told; a copied call does so until its time is over.
        await host.SetClockAsync("2020-02-10T19:00:30+08:00");
        Assert.Equal(first, await account.PostAsync(http, nodes[0], account.SealAt(Click("oAnna", 1, "BOOK"), await host.NowAsync())));
        Assert.Equal(first, await account.PostAsync(http, nodes[1], copied));
        await host.SetClockAsync("2020-02-10T19:04:00+08:00");
        Assert.Equal("403", await account.PostAsync(http, nodes[1], copied));
        Assert.Equal(2, effects["oAnna BOOK"]);
    }

    [EngineTheory]
    public async Task A_booking_that_is_given_back_by_one_message_sent_to_both_nodes_is_given_back_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(clock: "2020-02-10T19:00:30+08:00", engine: engine);
        await using var other = await host.AddNodeAsync();
        Uri[] nodes = [host.Address, other.Address];
        using var phone = await host.PhoneAsync("oAnna");
        var (_, person) = await phone.PostAsync("/api/residents", new { name = "张三", idNumber = "43130219850612987X", mobile = "13800138000", consent = true });
        var (_, booking) = await phone.PostAsync("/api/bookings", new { residentId = person.GetProperty("id").GetString(), pharmacyCode = "LD01", requestId = "r1" });
        var number = booking.GetProperty("number").GetString();
        using var http = new HttpClient();
        var account = new Account(host.Get<IOptions<WeChatSettings>>().Value, await host.NowAsync());
        var message = $"<xml><ToUserName>gh</ToUserName><FromUserName>oAnna</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>取消 {number}</Content><MsgId>77</MsgId></xml>";

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => account.PostAsync(http, nodes[i % 2], account.Seal(message))));

        Assert.StartsWith($"预约号 {number} 已经取消", Assert.Single(replies.Distinct(StringComparer.Ordinal)), StringComparison.Ordinal);
        // Given back twice, the place would be free twice, and the books would not balance.
        Assert.DoesNotContain(await host.Get<InvariantQueries>().RunAsync(CancellationToken.None), promise => promise.Broken > 0);
        Assert.Equal("cancelled", (await phone.GetJsonAsync($"/api/bookings/{number}")).GetProperty("status").GetString());
    }

    private static string Click(string openId, long at, string key) =>
        $"<xml><ToUserName>gh</ToUserName><FromUserName>{openId}</FromUserName><CreateTime>{at}</CreateTime><MsgType>event</MsgType><Event>CLICK</Event><EventKey>{key}</EventKey></xml>";

    /// <summary>WeChat's side: it seals messages and reads replies.</summary>
    private sealed class Account(WeChatSettings settings, DateTimeOffset now)
    {
        private readonly MessageCrypto crypto = new(settings);

        public SealedMessage Seal(string xml) => SealAt(xml, now);

        public SealedMessage SealAt(string xml, DateTimeOffset at) => crypto.Seal(xml, at);

        /// <summary>The words or the card that came back, or the status when nothing did.</summary>
        public async Task<string> PostAsync(HttpClient http, Uri node, SealedMessage message)
        {
            using var content = new StringContent(WeChat.WebhookHost.Envelope(message.Encrypt), Encoding.UTF8, "text/xml");
            using var answer = await http.PostAsync(new Uri(node, WeChat.WebhookHost.SealedQuery(message)), content);
            if (answer.StatusCode != HttpStatusCode.OK) return $"{(int)answer.StatusCode}";
            var fields = MessageXml.ReadFields(await answer.Content.ReadAsStringAsync());
            var reply = MessageXml.ReadFields(crypto.Open(new SealedMessage(fields["Encrypt"], fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"])));
            return reply.GetValueOrDefault("Content") ?? reply["Articles"];
        }
    }
}
