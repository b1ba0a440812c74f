using System.Net;
using System.Text;
using WeChatMask.WeChat;
using static WeChatMask.Tests.WeChat.WebhookHost;

namespace WeChatMask.Tests.WeChat;

public sealed class WebhookEncryptionTests
{
    [Fact]
    public async Task Safe_mode_refuses_plain_calls_with_a_right_signature()
    {
        await using var host = await StartAsync(MessageMode.Safe);
        using var missing = await host.PostPlainAsync(Message("1"));
        using var raw = await host.PostAsync(host.PlainQuery() + "&encrypt_type=raw", Message("1"));
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (missing.StatusCode, raw.StatusCode));
        Assert.Empty(host.Handled);
        Assert.Contains("Downgrade, answered 403", host.Log.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MessageMode.Plain)]
    [InlineData(MessageMode.Compatible)]
    [InlineData(MessageMode.Safe)]
    public async Task The_plain_signature_proves_nothing_about_an_encrypted_body(MessageMode mode)
    {
        await using var host = await StartAsync(mode);
        var message = host.Crypto.Seal(Message("1"), host.Clock.Now);
        var plain = Signature.Compute(Token, message.Timestamp, message.Nonce);
        var address = $"/wechat?signature={plain}&timestamp={message.Timestamp}&nonce={message.Nonce}&encrypt_type=aes";
        using var without = await host.PostAsync(address, Envelope(message.Encrypt));
        using var asProof = await host.PostAsync($"{address}&msg_signature={plain}", Envelope(message.Encrypt));
        using var empty = await host.PostAsync($"{address}&msg_signature=", Envelope(message.Encrypt));
        using var twice = await host.PostAsync($"{address}&msg_signature={message.MsgSignature}&msg_signature={message.MsgSignature}", Envelope(message.Encrypt));
        Assert.All([without, asProof, empty, twice], response => Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode));
        Assert.Empty(host.Handled);
    }

    [Fact]
    public async Task Compatible_mode_believes_only_the_decrypted_part()
    {
        await using var host = await StartAsync(MessageMode.Compatible);
        var message = host.Crypto.Seal(Message("真"), host.Clock.Now);
        var forged = Message("假", from: "oAttacker").Replace("</xml>", $"<Encrypt>{message.Encrypt}</Encrypt></xml>", StringComparison.Ordinal);
        using var response = await host.PostAsync(SealedQuery(message), forged);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var handled = Assert.Single(host.Handled);
        Assert.Equal(("真", "oUser"), (handled.Content, handled.FromUserName));
    }

    [Fact]
    public async Task Compatible_mode_refuses_an_encrypted_copy_stripped_of_its_proof()
    {
        await using var host = await StartAsync(MessageMode.Compatible);
        var message = host.Crypto.Seal(Message("真"), host.Clock.Now);
        using var response = await host.PostPlainAsync(Message("假").Replace("</xml>", $"<Encrypt>{message.Encrypt}</Encrypt></xml>", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(host.Handled);
    }

    [Fact]
    public async Task A_message_for_another_account_is_a_bad_request()
    {
        await using var host = await StartAsync(MessageMode.Safe);
        var message = new MessageCrypto(Token, Key, "wxffffffffffffffff").Seal(Message("1"), host.Clock.Now);
        using var response = await host.PostAsync(SealedQuery(message), Envelope(message.Encrypt));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("AppId, answered 400", host.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("wxffff", host.Log.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task Rightly_signed_text_that_is_no_message_is_a_bad_request(string encrypt)
    {
        await using var host = await StartAsync(MessageMode.Safe);
        var message = new SealedMessage(encrypt, Signature.Compute(Token, host.Timestamp, Nonce, encrypt), host.Timestamp, Nonce);
        using var response = await host.PostAsync(SealedQuery(message), Envelope(encrypt));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not xml")]
    [InlineData("<xml><ToUserName>gh</ToUserName></xml>")]
    [InlineData("<xml><Encrypt></Encrypt></xml>")]
    [InlineData("<xml><Encrypt>a</Encrypt><Encrypt>a</Encrypt></xml>")]
    [InlineData("<!DOCTYPE xml [<!ENTITY a \"a\">]><xml><Encrypt>&a;</Encrypt></xml>")]
    public async Task An_envelope_that_holds_no_message_is_a_bad_request(string body)
    {
        await using var host = await StartAsync(MessageMode.Safe);
        using var response = await host.PostAsync(SealedQuery(host.Crypto.Seal("x", host.Clock.Now)), Encoding.UTF8.GetBytes(body));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task An_unknown_way_of_encryption_is_refused()
    {
        await using var host = await StartAsync(MessageMode.Compatible);
        using var response = await host.PostAsync(host.PlainQuery() + "&encrypt_type=sm4", Message("1"));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Plain_mode_without_a_key_cannot_read_what_is_rightly_signed()
    {
        await using var host = await StartAsync(MessageMode.Plain, key: "");
        using var response = await host.PostSealedAsync(Message("1"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task While_the_key_is_changed_each_message_is_answered_under_the_key_it_came_with()
    {
        const string nextKey = "bmV4dEtleUZvclRlc3RzMDEyMzQ1Njc4OUFCQ0RFRkc";
        await using var host = await StartAsync(MessageMode.Safe, next: nextKey);
        foreach (var crypto in new[] { host.Crypto, new MessageCrypto(Token, nextKey, AppId) })
        {
            var message = crypto.Seal(Message("1"), host.Clock.Now);
            using var response = await host.PostAsync(SealedQuery(message), Envelope(message.Encrypt));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var sealedReply = MessageXml.ReadFields(await response.Content.ReadAsStringAsync());
            var reply = crypto.Open(new SealedMessage(sealedReply["Encrypt"], sealedReply["MsgSignature"], sealedReply["TimeStamp"], sealedReply["Nonce"]));
            Assert.Contains("收到:1", reply, StringComparison.Ordinal);
        }

        var stranger = new MessageCrypto(Token, "c29tZWJvZHlFbHNlc0tleTAxMjM0NTY3ODlBQkNERUY", AppId).Seal(Message("1"), host.Clock.Now);
        using var refused = await host.PostAsync(SealedQuery(stranger), Envelope(stranger.Encrypt));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(2, host.Handled.Count);
    }

    [Fact]
    public async Task Every_first_letter_of_the_cipher_text_sorts_right()
    {
        // A culture's order fails only where the first letter sorts differently against the token: about 3 in 64.
        await using var host = await StartAsync(MessageMode.Safe);
        for (var i = 0; i < 256; i++)
        {
            using var response = await host.PostSealedAsync(Message("1"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("<MsgType>event</MsgType><Event>brand_new_event</Event>")]
    [InlineData("<MsgType>file</MsgType><FileKey>k</FileKey>")]
    [InlineData("<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List><A>1</A></List><List><A>2</A></List></SubscribeMsgPopupEvent>")]
    public async Task What_we_do_not_know_is_taken_all_the_same(string fields)
    {
        await using var host = await StartAsync(MessageMode.Safe);
        using var response = await host.PostSealedAsync($"<xml><FromUserName>oU</FromUserName><CreateTime>1</CreateTime>{fields}</xml>");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Single(host.Handled);
    }
}
