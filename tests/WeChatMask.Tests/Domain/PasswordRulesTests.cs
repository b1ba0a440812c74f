using WeChatMask.Domain;

namespace WeChatMask.Tests.Domain;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("123456789", PasswordFault.TooShort)]
    [InlineData("", PasswordFault.TooShort)]
    [InlineData("\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600", PasswordFault.TooShort)]
    [InlineData("zhang.wei-ld01", PasswordFault.IsName)]
    [InlineData("  Zhang.Wei-LD01 ", PasswordFault.IsName)]
    [InlineData("zhang.wei-ld2020!", PasswordFault.IsName)]
    [InlineData("1234567890", PasswordFault.TooCommon)]
    [InlineData("0987654321", PasswordFault.TooCommon)]
    [InlineData("abcdefghijklm", PasswordFault.TooCommon)]
    [InlineData("aaaaaaaaaaaa", PasswordFault.TooCommon)]
    [InlineData("1990010119900101", PasswordFault.TooCommon)]
    [InlineData("1212121212121", PasswordFault.TooCommon)]
    [InlineData("5201314520131452", PasswordFault.TooCommon)]
    [InlineData("Password123!", PasswordFault.TooCommon)]
    [InlineData("QWERTYUIOP", PasswordFault.TooCommon)]
    [InlineData("woaini1314520", PasswordFault.TooCommon)]
    [InlineData("administrator", PasswordFault.TooCommon)]
    [InlineData("clerk-demo-2020", PasswordFault.TooCommon)]
    [InlineData("correct horse battery", PasswordFault.None)]
    [InlineData("\u6c5f\u7554\u4f55\u4eba\u521d\u89c1\u6708\u6c5f\u6708\u4f55\u5e74\u521d\u7167\u4eba", PasswordFault.None)]
    [InlineData("only lower case", PasswordFault.None)]
    [InlineData("7391028465", PasswordFault.None)]
    public void A_password_is_long_and_not_guessed_first(string password, PasswordFault fault) =>
        Assert.Equal(fault, PasswordRules.Judge(password, "zhang.wei-ld01"));

    [Fact]
    public void It_ends_somewhere()
    {
        var longest = string.Concat(Enumerable.Range(0, PasswordRules.Longest).Select(i => (char)('a' + (i * i % 23))));
        Assert.Equal(PasswordFault.None, PasswordRules.Judge(longest, "x"));
        Assert.Equal(PasswordFault.TooLong, PasswordRules.Judge(longest + "z", "x"));
    }
}
