using System.Globalization;
using System.Text;
using OtpNet;
using WeChatMask.City;

namespace WeChatMask.Tests.City;

public sealed class OneTimeCodesTests
{
    // RFC 6238, appendix B: the secret is these twenty bytes; the last six of its eight digits are the six-digit code.
    private static readonly string Secret = Base32Encoding.ToString(Encoding.ASCII.GetBytes("12345678901234567890"));

    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void The_published_vectors_hold(long second, string code) =>
        Assert.Equal(second / 30, OneTimeCodes.StepOf(Secret, code[2..], DateTimeOffset.FromUnixTimeSeconds(second)));

    [Theory]
    [InlineData(-31, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(59, true)]
    [InlineData(60, false)]
    public void A_clock_may_be_one_step_off(int seconds, bool taken)
    {
        // The code of the step that begins at 1234567890, looked at from before and after.
        var at = DateTimeOffset.FromUnixTimeSeconds(1234567890 + seconds);
        Assert.Equal(taken, OneTimeCodes.StepOf(Secret, "005924", at) == 1234567890 / 30);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00592")]
    [InlineData("0059240")]
    [InlineData("00592a")]
    [InlineData("\u0660\u0660\u0665\u0669\u0662\u0664")]
    [InlineData("-05924")]
    public void What_is_no_code_is_wrong(string typed) => Assert.Null(OneTimeCodes.StepOf(Secret, typed, DateTimeOffset.FromUnixTimeSeconds(1234567890)));

    [Fact]
    public void An_app_is_told_whose_secret_it_is()
    {
        var address = OneTimeCodes.AddressOf(Secret, "zhang.wei", "\u5de5\u4f5c\u53f0");
        Assert.StartsWith("otpauth://totp/", address, StringComparison.Ordinal);
        Assert.Contains("secret=" + Secret, address, StringComparison.Ordinal);
        Assert.Contains("zhang.wei", address, StringComparison.Ordinal);
        Assert.Equal(20, Base32Encoding.ToBytes(OneTimeCodes.NewSecret()).Length);
        Assert.NotEqual(OneTimeCodes.NewSecret(), OneTimeCodes.NewSecret());
    }

    [Fact]
    public void Codes_on_paper_are_ten_and_read_in_any_case()
    {
        var codes = OneTimeCodes.NewRecoveryCodes();
        Assert.Equal(10, codes.Distinct(StringComparer.Ordinal).Count());
        Assert.All(codes, c => Assert.Equal(c, OneTimeCodes.Plain(string.Create(CultureInfo.InvariantCulture, $" {c[..5].ToLowerInvariant()}-{c[5..]} "))));
    }
}
