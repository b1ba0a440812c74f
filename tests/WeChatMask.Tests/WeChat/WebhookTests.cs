using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;
using static WeChatMask.Tests.WeChat.WebhookHost;

namespace WeChatMask.Tests.WeChat;

public sealed class WebhookTests
{
    private const string HostileFile = "06_hostile_xml.json";

    public static TheoryData<string> HostileCases => VectorFile.Ids(HostileFile);

    [Theory]
    [InlineData(MessageMode.Plain)]
    [InlineData(MessageMode.Compatible)]
    [InlineData(MessageMode.Safe)]
    public async Task The_echo_comes_back_exactly(MessageMode mode)
    {
        await using var host = await StartAsync(mode);
        using var response = await host.Http.GetAsync(host.PlainQuery() + "&echostr=4375120948345356249");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("4375120948345356249"u8.ToArray(), await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/wechat", 403)]
    [InlineData("/wechat?signature={sig}&timestamp=1586000000&nonce={nonce}", 400)]
    [InlineData("/wechat?signature={sig}&timestamp=1586000000&nonce={nonce}&echostr=", 400)]
    [InlineData("/wechat?signature={sig}&timestamp=1586000000&nonce=other&echostr=1", 403)]
    [InlineData("/wechat?signature={sig}&timestamp=1586000001&nonce={nonce}&echostr=1", 403)]
    [InlineData("/wechat?signature={sig}&timestamp=1586000000&nonce={nonce}&echostr=1&echostr=2", 403)]
    [InlineData("/wechat?signature={sig}&signature={sig}&timestamp=1586000000&nonce={nonce}&echostr=1", 403)]
    [InlineData("/wechat?signature={sig}&SIGNATURE={sig}&timestamp=1586000000&nonce={nonce}&echostr=1", 403)]
    [InlineData("/wechat?signature=&timestamp=1586000000&nonce={nonce}&echostr=1", 403)]
    [InlineData("/wechat?timestamp=1586000000&nonce={nonce}&echostr=1", 403)]
    public async Task A_check_of_the_address_needs_one_right_signature(string address, int status)
    {
        await using var host = await StartAsync(MessageMode.Plain);
        var signed = address.Replace("{sig}", Signature.Compute(Token, "1586000000", Nonce), StringComparison.Ordinal).Replace("{nonce}", Nonce, StringComparison.Ordinal);
        using var response = await host.Http.GetAsync(signed);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("timestamp", "")]
    [InlineData("nonce", "")]
    public async Task An_empty_parameter_is_refused_though_its_hash_is_right(string empty, string value)
    {
        await using var host = await StartAsync(MessageMode.Plain);
        var timestamp = string.Equals(empty, "timestamp", StringComparison.Ordinal) ? value : host.Timestamp;
        var nonce = string.Equals(empty, "nonce", StringComparison.Ordinal) ? value : Nonce;
        var address = $"/wechat?signature={Signature.Compute(Token, timestamp, nonce)}&timestamp={timestamp}&nonce={nonce}";
        using var response = await host.PostAsync(address, Message("1"));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(host.Handled);
    }

    [Theory]
    [InlineData(-301, 403)]
    [InlineData(-300, 200)]
    [InlineData(0, 200)]
    [InlineData(300, 200)]
    [InlineData(301, 403)]
    public async Task A_call_counts_within_300_seconds_of_our_clock(int drift, int status)
    {
        await using var host = await StartAsync(MessageMode.Compatible);
        var (plain, message) = (host.PlainQuery(), host.Crypto.Seal(Message("1"), host.Clock.Now));
        host.Clock.Now += TimeSpan.FromSeconds(drift);
        using var get = await host.Http.GetAsync(plain + "&echostr=1");
        using var post = await host.PostAsync(plain, Message("1"));
        using var aes = await host.PostAsync(SealedQuery(message), Envelope(message.Encrypt));
        Assert.Equal((status, status, status), ((int)get.StatusCode, (int)post.StatusCode, (int)aes.StatusCode));
    }

    [Theory]
    [InlineData("now")]
    [InlineData("-1")]
    [InlineData("999999999999")]
    [InlineData("99999999999999999999")]
    [InlineData("１５８６００００００")]
    public async Task A_timestamp_that_is_no_time_is_refused(string timestamp)
    {
        await using var host = await StartAsync(MessageMode.Plain);
        using var response = await host.PostAsync($"/wechat?signature={Signature.Compute(Token, timestamp, Nonce)}&timestamp={timestamp}&nonce={Nonce}", Message("1"));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(253402300799)]
    public async Task CreateTime_is_never_judged(long created)
    {
        await using var host = await StartAsync(MessageMode.Plain);
        using var response = await host.PostPlainAsync(Message("1", created: created));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(MessageMode.Plain, false)]
    [InlineData(MessageMode.Compatible, false)]
    [InlineData(MessageMode.Compatible, true)]
    [InlineData(MessageMode.Safe, true)]
    public async Task An_answer_is_as_protected_as_its_question(MessageMode mode, bool encrypted)
    {
        await using var host = await StartAsync(mode);
        using var response = encrypted ? await host.PostSealedAsync(Message("你好😷")) : await host.PostPlainAsync(Message("你好😷"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/xml; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var raw = await response.Content.ReadAsStringAsync();
        var reply = encrypted ? await host.OpenAsync(response) : MessageXml.ReadFields(raw);
        Assert.Equal(("收到:你好😷", "oUser", "gh_mask", host.Timestamp), (reply["Content"], reply["ToUserName"], reply["FromUserName"], reply["CreateTime"]));
        Assert.Equal(encrypted, !raw.Contains("收到", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("中文和 emoji 👨‍👩‍👧‍👦")]
    [InlineData("long")]
    public async Task Words_arrive_unchanged_in_every_mode(string text)
    {
        var content = string.Equals(text, "long", StringComparison.Ordinal) ? new string('长', 20 * 1024 / 3) : text;
        await using var host = await StartAsync(MessageMode.Compatible);
        using var plain = await host.PostPlainAsync(Message(content));
        using var aes = await host.PostSealedAsync(Message(content));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (plain.StatusCode, aes.StatusCode));
        Assert.Equal([content, content], host.Handled.Select(message => message.Content), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(MessageMode.Plain)]
    [InlineData(MessageMode.Safe)]
    public async Task Nothing_to_say_is_success_in_the_clear(MessageMode mode)
    {
        await using var host = await StartAsync(mode);
        host.OnMessage = _ => NoReply.Instance;
        using var response = mode == MessageMode.Safe ? await host.PostSealedAsync(Message("1")) : await host.PostPlainAsync(Message("1"));
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("success"u8.ToArray(), await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_failing_handler_is_logged_and_answered_with_success()
    {
        await using var host = await StartAsync(MessageMode.Safe);
        host.OnMessage = _ => throw new InvalidOperationException("desk is gone");
        using var response = await host.PostSealedAsync(Message("secret words", from: "oPrivate"));
        Assert.Equal((HttpStatusCode.OK, "success"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Contains("Error The handler of a WeChat message failed", host.Log.All, StringComparison.Ordinal);
        Assert.Contains("desk is gone", host.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("secret words", host.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("oPrivate", host.Log.All, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(HostileCases))]
    public async Task Hostile_bodies_reach_no_handler_sealed_or_not(string id)
    {
        var item = VectorFile.Case(HostileFile, id);
        var body = MessageXmlTests.HostileBody(item);
        var accepted = string.Equals(item.Text("expect"), "accept", StringComparison.Ordinal);
        var large = body.Length > 64 * 1024;
        await using var host = await StartAsync(MessageMode.Compatible);
        using var plain = await host.PostAsync(host.PlainQuery(), body);
        using var aes = await host.PostSealedAsync(Encoding.UTF8.GetString(body));
        var answered = item.TryGetProperty("answer", out var answer);
        var expected = (accepted || answered, large) switch { (true, _) => 200, (_, true) => 413, _ => 400 };
        Assert.Equal((expected, expected), ((int)plain.StatusCode, (int)aes.StatusCode));
        var said = answered ? answer.GetString() : "";
        if (!accepted) Assert.Equal((said, said), (await plain.Content.ReadAsStringAsync(), await aes.Content.ReadAsStringAsync()));
        Assert.Equal(accepted ? 2 : 0, host.Handled.Count);
    }

    [Theory]
    [InlineData(MessageMode.Plain, "<ToUserName>gh_m</ToUserName><FromUserName>oU</FromUserName><CreateTime>1</CreateTime><Content>1</Content>")]
    [InlineData(MessageMode.Safe, "<ToUserName>gh_m</ToUserName><FromUserName>oU</FromUserName><CreateTime>1</CreateTime><Content>1</Content>")]
    [InlineData(MessageMode.Plain, "<FromUserName> </FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>")]
    [InlineData(MessageMode.Safe, "<FromUserName>oU</FromUserName><MsgType>text</MsgType><Content>1</Content>")]
    [InlineData(MessageMode.Plain, "<FromUserName><a>oU</a></FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>")]
    [InlineData(MessageMode.Plain, "")]
    public async Task A_message_that_lacks_what_every_message_has_is_answered_with_success_and_not_handled(MessageMode mode, string fields)
    {
        await using var host = await StartAsync(mode);
        var body = $"<xml>{fields}</xml>";
        using var response = mode == MessageMode.Safe ? await host.PostSealedAsync(body) : await host.PostPlainAsync(body);
        Assert.Equal((HttpStatusCode.OK, "success"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Empty(host.Handled);
        Assert.Contains("refused: Incomplete, answered 200", host.Log.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64 * 1024, 200)]
    [InlineData((64 * 1024) + 1, 413)]
    public async Task A_body_may_have_64_KB_with_a_length_or_in_chunks(int bytes, int status)
    {
        await using var host = await StartAsync(MessageMode.Plain);
        var body = Message(new string('a', bytes - Message("").Length));
        using var sized = await host.PostPlainAsync(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, host.PlainQuery()) { Content = new StringContent(body) };
        request.Headers.TransferEncodingChunked = true;
        using var chunked = await host.Http.SendAsync(request);
        Assert.Equal((status, status), ((int)sized.StatusCode, (int)chunked.StatusCode));
    }

    [Theory]
    [InlineData("/wechat")]
    [InlineData("/wechat?timestamp=1586000000&nonce=1&signature=0")]
    [InlineData("/wechat?timestamp=1586000000&nonce=1&encrypt_type=aes")]
    public async Task A_call_without_proof_is_refused_before_its_body_is_looked_at(string address)
    {
        await using var host = await StartAsync(MessageMode.Compatible);
        using var large = await host.PostAsync(address, new byte[100 * 1024]);
        using var garbage = await host.PostAsync(address, [0xFF, 0xFE]);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (large.StatusCode, garbage.StatusCode));
    }

    [Fact]
    public async Task A_missing_key_stops_the_start()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(MessageMode.Safe, key: ""));
        Assert.Contains("WeChat:EncodingAesKey", failure.Message, StringComparison.Ordinal);
    }
}
