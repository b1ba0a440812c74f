using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.WeChat;

public sealed class SignatureTests
{
    private const string File = "01_server_signature.json";

    public static TheoryData<string> Cases => VectorFile.Ids(File);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_call_is_believed_exactly_when_its_signature_holds(string id)
    {
        var item = VectorFile.Case(File, id);
        var matches = Signature.Matches(item.Text("signature"), item.Text("token"), item.Text("timestamp"), item.Text("nonce"));
        Assert.Equal(item.GetProperty("valid").GetBoolean(), matches);
    }

    [Fact]
    public void The_order_of_the_parts_does_not_matter() =>
        Assert.Equal(Signature.Compute("apple", "1700000000", "Zebra"), Signature.Compute("Zebra", "apple", "1700000000"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("84df1ef3f3c9b9d91ff73a1649b81b240525ee5")]
    [InlineData("84df1ef3f3c9b9d91ff73a1649b81b240525ee510")]
    [InlineData("84DF1EF3F3C9B9D91FF73A1649B81B240525EE51")]
    [InlineData("4df09631bec47649103984a525b8920f063777b1")]
    public void Anything_but_the_exact_signature_is_refused(string? given) =>
        Assert.False(Signature.Matches(given, "apple", "1700000000", "Zebra"));
}
