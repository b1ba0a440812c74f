using WeChatMask.Domain;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Domain;

public sealed class MobileNumberTests
{
    public static TheoryData<string> VectorIds() =>
        VectorFile.Ids("15_mobile_number.json");

    [Theory]
    [MemberData(nameof(VectorIds))]
    public void Every_vector_is_answered_as_written(string id)
    {
        var vector = VectorFile.Case("15_mobile_number.json", id);

        var number = MobileNumber.TryParse(vector.Text("input"), out var fault);

        Assert.Equal(vector.OptionalText("normalized"), number?.Value);
        Assert.Equal(vector.GetProperty("valid").GetBoolean(), fault == MobileNumberFault.None);
    }

    [Theory]
    [InlineData("13000000000")]
    [InlineData("19999999999")]
    [InlineData(" 138 0013 8000 ")]
    [InlineData("+86 138-0013-8000")]
    [InlineData("0086-13800138000")]
    [InlineData("13800138000\n")]
    [InlineData("138００138000")]
    [InlineData("١٣٨٠٠١٣٨٠٠٠")]
    [InlineData("\u202D13800138000\u202C")]
    [InlineData("＋8613800138000")]
    public void A_mobile_number_is_accepted_however_it_is_grouped(string text) =>
        Assert.NotNull(MobileNumber.TryParse(text));

    [Theory]
    [InlineData(null, MobileNumberFault.Length)]
    [InlineData("", MobileNumberFault.Length)]
    [InlineData(" - ", MobileNumberFault.Length)]
    [InlineData("+86", MobileNumberFault.Length)]
    [InlineData("8613800138", MobileNumberFault.Length)]
    [InlineData("8686138001380", MobileNumberFault.Range)]
    [InlineData("1064812345678", MobileNumberFault.Length)]
    [InlineData("10000000000", MobileNumberFault.Range)]
    [InlineData("23800138000", MobileNumberFault.Range)]
    [InlineData("07388888888", MobileNumberFault.Range)]
    [InlineData("+85291234567", MobileNumberFault.Country)]
    [InlineData("+13800138000", MobileNumberFault.Country)]
    [InlineData("1380013800a", MobileNumberFault.Characters)]
    public void What_is_no_mobile_number_is_refused_with_its_fault(string? text, MobileNumberFault expected)
    {
        Assert.Null(MobileNumber.TryParse(text, out var fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void An_endless_text_is_refused_without_being_read() =>
        Assert.Null(MobileNumber.TryParse(new string(' ', 100_000) + "13800138000"));

    [Fact]
    public void A_number_in_a_log_line_is_masked()
    {
        var number = MobileNumber.TryParse("+86 138-0013-8000");

        Assert.Equal("to 138****8000", $"to {number}");
    }
}
