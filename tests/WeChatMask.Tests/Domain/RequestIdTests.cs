using WeChatMask.Domain;

namespace WeChatMask.Tests.Domain;

public sealed class RequestIdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("first try")]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e")]
    [InlineData("第一次😷")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void Up_to_64_characters_are_an_id(string text) => Assert.True(RequestId.IsWellFormed(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a ")]
    [InlineData(" a")]
    [InlineData("a\u3000")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public void What_a_database_may_not_hold_or_may_take_for_another_is_none(string? text) => Assert.False(RequestId.IsWellFormed(text));
}
