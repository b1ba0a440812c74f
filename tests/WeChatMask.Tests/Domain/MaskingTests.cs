using WeChatMask.Domain;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Domain;

public sealed class MaskingTests
{
    public static TheoryData<string> VectorIds() =>
        VectorFile.Ids("17_masking.json");

    [Theory]
    [MemberData(nameof(VectorIds))]
    public void Every_vector_is_masked_as_written(string id)
    {
        var vector = VectorFile.Case("17_masking.json", id);
        var input = vector.Text("input");

        var masked = vector.Text("kind") switch
        {
            "name" => Masking.Name(input),
            "id_last4" => Masking.IdentityNumber(input),
            var other => throw new InvalidOperationException($"No rule for {other}."),
        };

        Assert.Equal(vector.Text("expected"), masked);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("阿·迪力", "阿***")]
    [InlineData("欧阳震华", "欧***")]
    [InlineData("\U00020BB7", "*")]
    [InlineData("\U00020BB7田", "\U00020BB7*")]
    [InlineData("王\U00030EDD\U0002B81C", "王**")]
    [InlineData("e\u0301va", "e\u0301**")]
    public void A_name_keeps_its_first_character_as_the_reader_sees_it(string name, string expected) =>
        Assert.Equal(expected, Masking.Name(name));

    [Fact]
    public void A_mobile_number_keeps_three_and_four() =>
        Assert.Equal("138****8000", Masking.Mobile("13800138000"));

    [Theory]
    [InlineData("")]
    [InlineData("711X")]
    [InlineData("513436000320711")]
    public void What_has_another_length_becomes_stars_only(string text)
    {
        Assert.Equal(new string('*', text.Length), Masking.IdentityNumber(text));
        Assert.Equal(new string('*', text.Length), Masking.Mobile(text));
    }
}
