using System.Text;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.WeChat;

public sealed class MessageCryptoTests
{
    private const string DecryptFile = "03_decrypt.json";
    private const string EncryptFile = "04_encrypt_reply.json";
    private const string Key = "TWFza0Jvb2tpbmdUZXN0S2V5MDEyMzQ1Njc4OUFCQ0Q";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1586000000);

    public static TheoryData<string> DecryptCases => VectorFile.Ids(DecryptFile);

    public static TheoryData<string> EncryptCases => VectorFile.Ids(EncryptFile);

    public static TheoryData<string> Texts =>
    [
        "",
        "预约成功",
        "口罩😷 和全家👨‍👩‍👧‍👦",
        new string('长', 7000),
        .. Enumerable.Range(1, 33).Select(length => new string('x', length)),
    ];

    [Theory]
    [MemberData(nameof(DecryptCases))]
    public void Messages_open_or_fail_at_the_first_wrong_thing(string id)
    {
        var item = VectorFile.Case(DecryptFile, id);
        var crypto = new MessageCrypto(item.Text("token"), item.Text("encoding_aes_key"), item.Text("appid"));
        var message = new SealedMessage(item.Text("encrypt"), item.Text("msg_signature"), item.Text("timestamp"), item.Text("nonce"));
        if (item.GetProperty("valid").GetBoolean())
        {
            Assert.Equal(item.Text("expected_plaintext"), crypto.Open(message));
            return;
        }

        var refusal = Assert.Throws<MessageRefusedException>(() => crypto.Open(message));
        Assert.Equal(item.Text("expected_error"), refusal.Fault.ToString(), ignoreCase: true);
    }

    [Theory]
    [MemberData(nameof(EncryptCases))]
    public void Documented_replies_are_reproduced_byte_for_byte(string id)
    {
        var item = VectorFile.Case(EncryptFile, id);
        var crypto = new MessageCrypto(item.Text("token"), item.Text("encoding_aes_key"), item.Text("appid"));
        var message = crypto.Seal(item.Text("message"), item.Text("timestamp"), item.Text("nonce"), Encoding.ASCII.GetBytes(item.Text("random16")));
        Assert.Equal(item.Text("expected_encrypt"), message.Encrypt);
        Assert.Equal(item.Text("expected_msg_signature"), message.MsgSignature);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void What_is_sealed_opens_unchanged(string text)
    {
        var crypto = new MessageCrypto("weixin", Key, "wx1234567890abcdef");
        Assert.Equal(text, crypto.Open(crypto.Seal(text, Now)));
    }

    [Fact]
    public void The_same_message_never_looks_the_same_twice()
    {
        var crypto = new MessageCrypto("weixin", Key, "wx1234567890abcdef");
        var (first, second) = (crypto.Seal("1", Now), crypto.Seal("1", Now));
        Assert.NotEqual(first.Encrypt, second.Encrypt, StringComparer.Ordinal);
        Assert.NotEqual(first.Nonce, second.Nonce, StringComparer.Ordinal);
        Assert.Equal("1586000000", first.Timestamp);
    }

    [Fact]
    public void A_changed_time_or_nonce_breaks_the_proof()
    {
        var crypto = new MessageCrypto("weixin", Key, "wx1234567890abcdef");
        var message = crypto.Seal("1", Now);
        Assert.Equal(MessageFault.Signature, Assert.Throws<MessageRefusedException>(() => crypto.Open(message with { Timestamp = "1586000001" })).Fault);
        Assert.Equal(MessageFault.Signature, Assert.Throws<MessageRefusedException>(() => crypto.Open(message with { Nonce = "" })).Fault);
    }

    [Theory]
    [InlineData(Key, true)]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", true)]
    [InlineData("", false)]
    [InlineData("TWFza0Jvb2tpbmdUZXN0S2V5MDEyMzQ1Njc4OUFCQ0", false)]
    [InlineData("TWFza0Jvb2tpbmdUZXN0S2V5MDEyMzQ1Njc4OUFCQ0Q=", false)]
    [InlineData("+WFza0Jvb2tpbmdUZXN0S2V5MDEyMzQ1Njc4OUFCQ0Q", false)]
    public void A_key_is_43_letters_and_digits(string key, bool fits) => Assert.Equal(fits, MessageCrypto.IsKey(key));
}
