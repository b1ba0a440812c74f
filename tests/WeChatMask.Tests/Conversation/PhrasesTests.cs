using WeChatMask.Conversation;
using WeChatMask.Domain;

namespace WeChatMask.Tests.Conversation;

/// <summary>The words a resident might type, each with what it should mean.</summary>
public sealed class PhrasesTests
{
    private static readonly Phrases Phrases = Phrases.Load();

    [Theory]
    [InlineData(Intent.Book, "预约")]
    [InlineData(Intent.Book, "我要预约")]
    [InlineData(Intent.Book, "怎么约")]
    [InlineData(Intent.Book, "怎么预约啊？")]
    [InlineData(Intent.Book, "如何预约口罩")]
    [InlineData(Intent.Book, "在哪里预约")]
    [InlineData(Intent.Book, "预 约")]
    [InlineData(Intent.Book, "　预约！！")]
    [InlineData(Intent.Book, "预月")]
    [InlineData(Intent.Book, "予约")]
    [InlineData(Intent.Book, "yuyue")]
    [InlineData(Intent.Book, "ＹＵＹＵＥ")]
    [InlineData(Intent.Book, "YuYue")]
    [InlineData(Intent.Book, "yuyeu")]
    [InlineData(Intent.Book, "还有名额吗")]
    [InlineData(Intent.Book, "还有没有口罩")]
    [InlineData(Intent.Book, "口罩")]
    [InlineData(Intent.Book, "我要买口罩")]
    [InlineData(Intent.Book, "抢")]
    [InlineData(Intent.Book, "约满了吗")]
    [InlineData(Intent.Book, "1")]
    [InlineData(Intent.Book, "１")]
    [InlineData(Intent.Book, "BOOK")]
    [InlineData(Intent.Query, "查询")]
    [InlineData(Intent.Query, "我的预约")]
    [InlineData(Intent.Query, "查询我的预约")]
    [InlineData(Intent.Query, "查寻")]
    [InlineData(Intent.Query, "查一下预约")]
    [InlineData(Intent.Query, "我约到了吗")]
    [InlineData(Intent.Query, "预约成功了没有")]
    [InlineData(Intent.Query, "什么时候领")]
    [InlineData(Intent.Query, "我几点去领？我几点领")]
    [InlineData(Intent.Query, "二维码呢")]
    [InlineData(Intent.Query, "我的")]
    [InlineData(Intent.Query, "2")]
    [InlineData(Intent.Query, "MINE")]
    [InlineData(Intent.Query, "QUERY")]
    [InlineData(Intent.Lists, "名单")]
    [InlineData(Intent.Lists, "看名单")]
    [InlineData(Intent.Lists, "查询名单")]
    [InlineData(Intent.Lists, "预约名单在哪里看")]
    [InlineData(Intent.Lists, "公示")]
    [InlineData(Intent.Lists, "公市")]
    [InlineData(Intent.Lists, "mingdan")]
    [InlineData(Intent.Lists, "LISTS")]
    [InlineData(Intent.Lists, "LIST")]
    [InlineData(Intent.Code, "核验")]
    [InlineData(Intent.Code, "核验码")]
    [InlineData(Intent.Code, "今天的核验码是多少？")]
    [InlineData(Intent.Code, "公开账本")]
    [InlineData(Intent.Code, "账本在哪里看")]
    [InlineData(Intent.Code, "凭据")]
    [InlineData(Intent.Query, "我的凭据")]
    [InlineData(Intent.Query, "我的预约待核验")]
    [InlineData(Intent.Query, "核验结果出来了吗")]
    [InlineData(Intent.Cancel, "取消")]
    [InlineData(Intent.Cancel, "取消预约")]
    [InlineData(Intent.Cancel, "怎么取消预约")]
    [InlineData(Intent.Cancel, "不要取消")]
    [InlineData(Intent.Cancel, "取销")]
    [InlineData(Intent.Cancel, "我不要了")]
    [InlineData(Intent.Cancel, "想换一家药店")]
    [InlineData(Intent.Cancel, "CANCEL")]
    [InlineData(Intent.Pharmacies, "药店")]
    [InlineData(Intent.Pharmacies, "药店地址")]
    [InlineData(Intent.Pharmacies, "地址")]
    [InlineData(Intent.Pharmacies, "去哪里")]
    [InlineData(Intent.Pharmacies, "附近有没有药房")]
    [InlineData(Intent.Pharmacies, "PHARMACIES")]
    [InlineData(Intent.Hours, "几点")]
    [InlineData(Intent.Hours, "几点开始预约")]
    [InlineData(Intent.Hours, "什么时候可以约")]
    [InlineData(Intent.Hours, "药店几点关门")]
    [InlineData(Intent.Hours, "时间")]
    [InlineData(Intent.Price, "多少钱")]
    [InlineData(Intent.Price, "口罩多少钱一个")]
    [InlineData(Intent.Price, "价格")]
    [InlineData(Intent.Price, "要不要付钱")]
    [InlineData(Intent.Price, "能买几只")]
    [InlineData(Intent.Complaints, "投诉")]
    [InlineData(Intent.Complaints, "我要投诉药店")]
    [InlineData(Intent.Complaints, "举报黄牛")]
    [InlineData(Intent.Human, "人工")]
    [InlineData(Intent.Human, "转人工客服")]
    [InlineData(Intent.Human, "有人吗？？")]
    [InlineData(Intent.Help, "帮助")]
    [InlineData(Intent.Help, "你好")]
    [InlineData(Intent.Help, "您好！")]
    [InlineData(Intent.Help, "怎么用")]
    [InlineData(Intent.Help, "要带什么东西")]
    [InlineData(Intent.Help, "可以代领吗")]
    [InlineData(Intent.Query, "没收到短信")]
    [InlineData(Intent.Query, "口罩怎么还没到")]
    [InlineData(Intent.Query, "口罩到了吗？")]
    [InlineData(Intent.Query, "口罩到货了没有")]
    [InlineData(Intent.Query, "我的口罩什么时候到")]
    [InlineData(Intent.Query, "怎么还不发货")]
    [InlineData(Intent.Query, "口罩是快递寄到家吗")]
    [InlineData(Intent.Query, "能不能送货上门")]
    [InlineData(Intent.Query, "约到了口罩没拿到")]
    [InlineData(Intent.Query, "口罩在哪里领")]
    [InlineData(Intent.Query, "口罩去哪领取")]
    [InlineData(Intent.Query, "昨天没去领还能领吗")]
    [InlineData(Intent.Query, "口罩过期了怎么办")]
    [InlineData(Intent.Query, "领不到口罩")]
    [InlineData(Intent.Query, "没收到通知")]
    [InlineData(Intent.Complaints, "口罩质量有问题")]
    [InlineData(Intent.Complaints, "口罩少了两个")]
    [InlineData(Intent.Complaints, "口罩是破的，破了好几个")]
    [InlineData(Intent.Complaints, "口罩是假的")]
    [InlineData(Intent.Complaints, "我要退款")]
    [InlineData(Intent.Complaints, "药店口罩涨价了")]
    [InlineData(Intent.Human, "收不到验证码")]
    [InlineData(Intent.Help, "忘记带身份证了")]
    [InlineData(Intent.Help, "身份证号填错了")]
    [InlineData(Intent.Hours, "时间到了吗")]
    [InlineData(Intent.Hours, "预约时间还没到吗")]
    [InlineData(Intent.Book, "口罩总是约满")]
    [InlineData(Intent.Book, "口罩还有没有货")]
    [InlineData(Intent.Price, "口罩能领几个")]
    [InlineData(Intent.Thanks, "谢谢！")]
    [InlineData(Intent.Thanks, "好的，谢谢")]
    [InlineData(Intent.Help, "HELP")]
    [InlineData(Intent.Unknown, "")]
    [InlineData(Intent.Unknown, "？")]
    [InlineData(Intent.Unknown, "😷😷")]
    [InlineData(Intent.Unknown, "今晚吃什么")]
    [InlineData(Intent.Unknown, "qwertyuiop")]
    [InlineData(Intent.Unknown, "'; DROP TABLE policy; --")]
    public void Words_mean_what_a_resident_wants(Intent wanted, string typed) =>
        Assert.Equal(wanted, Phrases.Find(TypedText.Of(typed).Words, "口罩"));

    [Theory]
    [InlineData("取消 {0}")]
    [InlineData("取消{0}")]
    [InlineData("{0}取消")]
    [InlineData("确认取消预约号：{0}。")]
    [InlineData("ＣＡＮＣＥＬ　{0}")]
    public void Only_a_plain_word_with_the_number_gives_a_booking_back(string typed)
    {
        var number = Number();
        var text = TypedText.Of(string.Format(System.Globalization.CultureInfo.InvariantCulture, typed, number));

        Assert.Equal(number, text.Number);
        Assert.True(Phrases.IsConfirmation(text.Words));
    }

    [Theory]
    [InlineData("不要取消 {0}")]
    [InlineData("怎么取消 {0}")]
    [InlineData("{0}")]
    [InlineData("查询 {0}")]
    public void Anything_else_with_a_number_does_not(string typed) =>
        Assert.False(Phrases.IsConfirmation(TypedText.Of(string.Format(System.Globalization.CultureInfo.InvariantCulture, typed, Number())).Words));

    [Theory]
    [InlineData("13800138000", SuspectNumber.Personal)]
    [InlineData("我的身份证 110101 19900307 7717", SuspectNumber.Personal)]
    [InlineData("11010119900307771X", SuspectNumber.Personal)]
    [InlineData("22222222222", SuspectNumber.Booking)]
    [InlineData("2222222222", SuspectNumber.Booking)]
    [InlineData("12345", SuspectNumber.None)]
    [InlineData("2020年2月10日", SuspectNumber.None)]
    public void Digits_are_told_apart(string typed, SuspectNumber suspect) => Assert.Equal(suspect, TypedText.Of(typed).Suspect);

    [Fact]
    public void Half_a_character_and_a_long_story_do_no_harm()
    {
        Assert.Equal("约", TypedText.Of("约\ud83d").Words);
        Assert.True(TypedText.Of(new string('约', 100_000)).Words.Length <= 200);
        Assert.Equal("", TypedText.Of(null).Words);
    }

    [Theory]
    [InlineData("abcd", "abcd", true)]
    [InlineData("abcd", "abed", true)]
    [InlineData("abcd", "abd", true)]
    [InlineData("abcd", "acbd", true)]
    [InlineData("abcd", "abdc", true)]
    [InlineData("abcd", "xabcd", true)]
    [InlineData("abcd", "dcba", false)]
    [InlineData("abcd", "ab", false)]
    [InlineData("abcd", "abdce", false)]
    public void One_slip_is_forgiven(string typed, string word, bool forgiven)
    {
        Assert.Equal(forgiven, Spelling.IsOneOff(typed, word));
        Assert.Equal(forgiven, Spelling.IsOneOff(word, typed));
    }

    private static string Number() => BookingNumber.FromPayload(2_345_678_901).Value;
}
