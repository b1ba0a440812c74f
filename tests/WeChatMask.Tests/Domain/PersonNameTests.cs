using System.Text;
using WeChatMask.Domain;

namespace WeChatMask.Tests.Domain;

public sealed class PersonNameTests
{
    [Theory]
    [InlineData("张三", "张三")]
    [InlineData("段", "段")]
    [InlineData("欧阳震华", "欧阳震华")]
    [InlineData("李〇", "李〇")]
    [InlineData("阿·迪力", "阿·迪力")]
    [InlineData("阿•迪力", "阿·迪力")]
    [InlineData("阿‧迪力", "阿·迪力")]
    [InlineData("买买提·吐尔逊·阿不都", "买买提·吐尔逊·阿不都")]
    [InlineData("  张三  ", "张三")]
    [InlineData("\u3000张三\u3000", "张三")]
    [InlineData("张\u3000 \u00A0三", "张三")] // a blank between Han letters is spacing, not part of the name
    [InlineData("张三\n", "张三")]
    [InlineData("张\t三", "张三")]
    [InlineData("张\u202E三", "张三")] // right-to-left override
    [InlineData("张\u2066三", "张三")] // left-to-right isolate
    [InlineData("张\u200B三", "张三")] // zero-width space
    [InlineData("张\uFEFF三", "张三")] // byte order mark
    [InlineData("张\u2028三", "张三")] // line separator
    [InlineData("阿· 迪力", "阿·迪力")]
    [InlineData("阿 ·迪力", "阿·迪力")]
    [InlineData("Anne-Marie   O’Brien", "Anne-Marie O'Brien")]
    [InlineData("Nguyễn Thị", "Nguyễn Thị")]
    [InlineData("김민수", "김민수")]
    [InlineData("\U00020BB7田", "\U00020BB7田")] // extension B
    [InlineData("王\U0002B81C", "王\U0002B81C")] // extension D
    [InlineData("王\U00030EDD", "王\U00030EDD")] // extension G, plane 3
    [InlineData("\U000323B0\U0002EBF0", "\U000323B0\U0002EBF0")] // extensions J and I, newer than many tables
    public void A_name_is_accepted_in_one_spelling(string text, string expected)
    {
        Assert.Equal(expected, PersonName.TryParse(text, out var fault)?.Value);
        Assert.Equal(PersonNameFault.None, fault);
    }

    [Theory]
    [InlineData(null, PersonNameFault.Empty)]
    [InlineData("", PersonNameFault.Empty)]
    [InlineData(" \u3000 ", PersonNameFault.Empty)]
    [InlineData("张\0三", PersonNameFault.Characters)]
    [InlineData("张三1", PersonNameFault.Characters)]
    [InlineData("张三１", PersonNameFault.Characters)]
    [InlineData("张٣", PersonNameFault.Characters)]
    [InlineData("<b>张三</b>", PersonNameFault.Characters)]
    [InlineData("张&amp;三", PersonNameFault.Characters)]
    [InlineData("=HYPERLINK(A)", PersonNameFault.Characters)]
    [InlineData("\u3164", PersonNameFault.Empty)] // Hangul filler: a letter that shows nothing
    [InlineData("ʰ", PersonNameFault.Characters)] // a modifier alone
    [InlineData("张\U0002A6E0", PersonNameFault.Characters)] // nobody has assigned it
    [InlineData("张\u0301\u0301三", PersonNameFault.Characters)] // stacked marks
    [InlineData("张😀", PersonNameFault.Characters)]
    [InlineData("张❤️", PersonNameFault.Characters)]
    [InlineData("🇨🇳", PersonNameFault.Characters)]
    [InlineData("\U0001D400\U0001D401", PersonNameFault.Characters)] // mathematical letters
    [InlineData("张\uE000", PersonNameFault.Characters)] // private use
    [InlineData("张\U0002FFFF", PersonNameFault.Characters)] // no character
    [InlineData("张,三", PersonNameFault.Characters)]
    [InlineData("张(三)", PersonNameFault.Characters)]
    [InlineData("·迪力", PersonNameFault.Punctuation)]
    [InlineData("阿·", PersonNameFault.Punctuation)]
    [InlineData("阿··迪力", PersonNameFault.Punctuation)]
    [InlineData("阿· ", PersonNameFault.Punctuation)]
    [InlineData("-张三", PersonNameFault.Punctuation)]
    [InlineData("O'", PersonNameFault.Punctuation)]
    [InlineData("张--三", PersonNameFault.Punctuation)]
    public void What_is_no_name_is_refused_with_its_fault(string? text, PersonNameFault expected)
    {
        Assert.Null(PersonName.TryParse(text, out var fault));
        Assert.Equal(expected, fault);
    }

    // Made at run time: a lone surrogate does not survive as attribute data.
    [Theory]
    [InlineData(0xD842)]
    [InlineData(0xDFB7)]
    public void Half_of_a_surrogate_pair_is_refused(int unit)
    {
        Assert.Null(PersonName.TryParse("张" + (char)unit + "三", out var fault));
        Assert.Equal(PersonNameFault.Characters, fault);
    }

    [Fact]
    public void Sixty_four_letters_are_a_name_and_sixty_five_are_not()
    {
        Assert.NotNull(PersonName.TryParse("  " + new string('张', PersonName.MostLetters) + "  "));
        Assert.Null(PersonName.TryParse(new string('张', PersonName.MostLetters + 1), out var fault));
        Assert.Equal(PersonNameFault.TooLong, fault);
    }

    [Fact]
    public void Letters_count_as_the_reader_sees_them()
    {
        string Many(string letter) => string.Concat(Enumerable.Repeat(letter, 50));

        Assert.NotNull(PersonName.TryParse(Many(new Rune(0x20BB7).ToString())));
        Assert.NotNull(PersonName.TryParse(Many("x\u0323\u0301")));
    }

    [Fact]
    public void Two_spellings_of_a_dot_are_one_name() =>
        Assert.Equal(PersonName.TryParse("阿•迪力"), PersonName.TryParse(" 阿·迪力"));

    [Fact]
    public void A_name_in_a_log_line_is_masked() =>
        Assert.Equal("for 段**", $"for {PersonName.TryParse("段正淳")}");
}
