using System.Globalization;
using WeChatMask.Domain;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Domain;

public sealed class IdentityNumberTests
{
    private static readonly DateOnly Today = new(2020, 4, 4);

    /// <summary>The vectors name their reason in words; this is the fault each stands for.</summary>
    private static readonly Dictionary<string, IdentityNumberFault> RefusedVectors = new(StringComparer.Ordinal)
    {
        ["id-bad-check"] = IdentityNumberFault.CheckDigit,
        ["id-bad-date-0229"] = IdentityNumberFault.BirthDate,
        ["id-bad-month"] = IdentityNumberFault.BirthDate,
        ["id-17-digits"] = IdentityNumberFault.Length,
        ["id-letters"] = IdentityNumberFault.Characters,
        ["id-19000229"] = IdentityNumberFault.BirthDate,
        ["id-future"] = IdentityNumberFault.FutureBirth,
        ["id-day-31-june"] = IdentityNumberFault.BirthDate,
        ["id-X-inside"] = IdentityNumberFault.Characters,
        ["id-foreign-bad-check"] = IdentityNumberFault.CheckDigit,
        ["id-empty"] = IdentityNumberFault.Length,
    };

    public static TheoryData<string> VectorIds() =>
        VectorFile.Ids("14_identity_number.json");

    [Theory]
    [MemberData(nameof(VectorIds))]
    public void Every_vector_is_answered_as_written(string id)
    {
        var vector = VectorFile.Case("14_identity_number.json", id);
        var today = DateOnly.ParseExact(vector.Text("today"), "yyyy-MM-dd", CultureInfo.InvariantCulture);

        var number = IdentityNumber.TryParse(vector.Text("number"), today, out var fault);

        if (!vector.GetProperty("valid").GetBoolean())
        {
            Assert.Null(number);
            Assert.Equal(RefusedVectors[id], fault);
            return;
        }

        Assert.NotNull(number);
        Assert.Equal(IdentityNumberFault.None, fault);
        Assert.Equal(vector.OptionalText("normalized") ?? vector.Text("number"), number.Value);
        // The birth date that it carries is the first day on which it can be one.
        var birth = DateOnly.ParseExact(vector.Text("birth"), "yyyy-MM-dd", CultureInfo.InvariantCulture);
        Assert.NotNull(IdentityNumber.TryParse(vector.Text("number"), birth));
        Assert.Null(IdentityNumber.TryParse(vector.Text("number"), birth.AddDays(-1), out fault));
        Assert.Equal(IdentityNumberFault.FutureBirth, fault);
    }

    // Synthetic numbers: sequence 987, check characters worked out apart from the code under test.
    [Theory]
    [InlineData("431302200002299875", "2000 is a leap year")]
    [InlineData("431302202004049860", "born today")]
    [InlineData("431302190001019871", "the first day of 1900")]
    [InlineData("710000198506129877", "Taiwan's province code")]
    [InlineData("810000198506129870", "residence permit of a Hong Kong resident")]
    [InlineData("820000198506129872", "residence permit of a Macao resident")]
    [InlineData("830000198506129874", "residence permit of a Taiwan resident")]
    [InlineData("932840198506129874", "permanent resident card of a foreigner")]
    [InlineData(" 43130219850612987x  ", "blanks around a pasted number")]
    [InlineData("43130219850612987X\n", "a trailing line end comes with a paste")]
    [InlineData("43130219850612987X\u200B", "so does an invisible character")]
    [InlineData("431302 19850612 987X", "people group what is long")]
    [InlineData("4313021985061298７X", "one full-width digit of a Chinese keyboard")]
    [InlineData("43130219850612987Ｘ", "a full-width X")]
    [InlineData("٤٣١٣٠٢١٩٨٥٠٦١٢٩٨٧X", "a telephone set to Uyghur or Arabic")]
    public void A_right_number_is_accepted(string text, string why) =>
        Assert.True(IdentityNumber.TryParse(text, Today) is not null, why);

    [Theory]
    [InlineData(null, IdentityNumberFault.Length, "nothing")]
    [InlineData("   ", IdentityNumberFault.Length, "only blanks")]
    [InlineData("431302850612987", IdentityNumberFault.OldForm15, "the first-generation form")]
    [InlineData("KAZ110090123105", IdentityNumberFault.Length, "a foreigner's card before 2023 is a document of its own")]
    [InlineData("431302198506129871٩", IdentityNumberFault.Length, "nineteen characters")]
    [InlineData("43130219850612987٩", IdentityNumberFault.CheckDigit, "an Arabic-Indic check digit")]
    [InlineData("43130219850612987Y", IdentityNumberFault.Characters, "another letter at the end")]
    [InlineData("161302198506129874", IdentityNumberFault.Province, "no province 16")]
    [InlineData("381302198506129875", IdentityNumberFault.Province, "no province 38")]
    [InlineData("00000019850612987X", IdentityNumberFault.Province, "no province 00")]
    [InlineData("810100199408230027", IdentityNumberFault.Province, "a permit's area is 810000 and no other")]
    [InlineData("916682198501010017", IdentityNumberFault.Province, "a foreigner's card from no province")]
    [InlineData("431302190002299879", IdentityNumberFault.BirthDate, "1900 is no leap year")]
    [InlineData("431302189912319877", IdentityNumberFault.BirthDate, "before 1900")]
    [InlineData("431302198506009878", IdentityNumberFault.BirthDate, "day 0")]
    [InlineData("431302198500129879", IdentityNumberFault.BirthDate, "month 0")]
    [InlineData("431302202004059866", IdentityNumberFault.FutureBirth, "born tomorrow")]
    [InlineData("932682202004050017", IdentityNumberFault.FutureBirth, "a foreigner born tomorrow")]
    public void A_wrong_number_is_refused_for_its_first_fault(string? text, IdentityNumberFault expected, string why)
    {
        var number = IdentityNumber.TryParse(text, Today, out var fault);

        Assert.True(number is null, why);
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void Born_tomorrow_is_born_today_when_tomorrow_comes() =>
        Assert.NotNull(IdentityNumber.TryParse("431302202004059866", Today.AddDays(1)));

    [Fact]
    public void Every_other_check_character_is_refused()
    {
        const string Body = "43130219850612987";
        var accepted = "0123456789X".Where(check => IdentityNumber.TryParse(Body + check, Today) is not null);

        Assert.Equal("X", string.Concat(accepted));
    }

    [Fact]
    public void The_lower_case_x_is_the_same_number() =>
        Assert.Equal(
            IdentityNumber.TryParse("43130219850612987X", Today),
            IdentityNumber.TryParse("43130219850612987x", Today));

    [Fact]
    public void A_number_in_a_log_line_shows_no_more_than_its_last_four() =>
        Assert.Equal("id **************987X", $"id {IdentityNumber.TryParse("43130219850612987X", Today)}");
}
