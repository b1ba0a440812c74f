using System.Globalization;
using WeChatMask.Sms;

namespace WeChatMask.Tests.Sms;

/// <summary>What vendors' codes mean, how long each is waited for, and how templates are filled.</summary>
public sealed class SmsRulesTests
{
    [Theory]
    [InlineData("OK", "OK", SmsProblem.None)]
    [InlineData("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", SmsProblem.NumberMinuteLimit)]
    [InlineData("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", SmsProblem.NumberHourLimit)]
    [InlineData("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", SmsProblem.NumberDayLimit)]
    [InlineData("isv.BUSINESS_LIMIT_CONTROL", "触发号码天级流控Permits:40", SmsProblem.NumberDayLimit)]
    [InlineData("isv.BUSINESS_LIMIT_CONTROL", "触发业务流控", SmsProblem.NumberHourLimit)]
    [InlineData("isv.DAY_LIMIT_CONTROL", "", SmsProblem.AccountLimit)]
    [InlineData("isv.MOBILE_NUMBER_ILLEGAL", "", SmsProblem.InvalidNumber)]
    [InlineData("isv.AMOUNT_NOT_ENOUGH", "", SmsProblem.Balance)]
    [InlineData("isv.OUT_OF_SERVICE", "", SmsProblem.Balance)]
    [InlineData("isv.SMS_SIGNATURE_ILLEGAL", "", SmsProblem.Sign)]
    [InlineData("isv.SMS_TEMPLATE_ILLEGAL", "", SmsProblem.Template)]
    [InlineData("isv.PARAM_LENGTH_LIMIT", "", SmsProblem.Template)]
    [InlineData("isp.RAM_PERMISSION_DENY", "", SmsProblem.Access)]
    [InlineData("InvalidTimeStamp.Expired", "", SmsProblem.Clock)]
    [InlineData("Throttling.User", "", SmsProblem.Throttled)]
    [InlineData("isv.SOMETHING_NEW", "", SmsProblem.Unknown)]
    public void Aliyuns_codes_are_told_apart(string code, string message, SmsProblem expected) =>
        Assert.Equal(expected, AliyunCodes.Read(code, message));

    [Theory]
    [InlineData("Ok", SmsProblem.None)]
    [InlineData("LimitExceeded.PhoneNumberThirtySecondLimit", SmsProblem.NumberMinuteLimit)]
    [InlineData("LimitExceeded.PhoneNumberOneHourLimit", SmsProblem.NumberHourLimit)]
    [InlineData("LimitExceeded.PhoneNumberDailyLimit", SmsProblem.NumberDayLimit)]
    [InlineData("LimitExceeded.AppDailyLimit", SmsProblem.AccountLimit)]
    [InlineData("FailedOperation.InsufficientBalanceInSmsPackage", SmsProblem.Balance)]
    [InlineData("UnauthorizedOperation.SerivceSuspendDueToArrears", SmsProblem.Balance)]
    [InlineData("InvalidParameterValue.IncorrectPhoneNumber", SmsProblem.InvalidNumber)]
    [InlineData("FailedOperation.PhoneNumberInBlacklist", SmsProblem.NumberBlocked)]
    [InlineData("FailedOperation.MarketingSendTimeConstraint", SmsProblem.SendingHours)]
    [InlineData("FailedOperation.SignatureIncorrectOrUnapproved", SmsProblem.Sign)]
    [InlineData("AuthFailure.SignatureExpire", SmsProblem.Clock)]
    [InlineData("AuthFailure.SignatureFailure", SmsProblem.Access)]
    [InlineData("RequestLimitExceeded.UinLimitExceeded", SmsProblem.Throttled)]
    [InlineData("InternalError.OtherError", SmsProblem.Outage)]
    [InlineData("", SmsProblem.Unknown)]
    public void Tencents_codes_are_told_apart(string code, SmsProblem expected) => Assert.Equal(expected, TencentCodes.Read(code));

    [Theory]
    [InlineData("InternalError.Timeout", true)]
    [InlineData("InternalError.SendAndRecvFail", true)]
    [InlineData("InternalError.OtherError", false)]
    [InlineData("RequestLimitExceeded", false)]
    public void An_error_that_may_hide_a_message_is_known(string code, bool mayHaveLeft) => Assert.Equal(mayHaveLeft, TencentCodes.MayHaveLeft(code));

    [Theory]
    [InlineData(SmsProblem.NumberMinuteLimit, "22:00:40", "00:00:21")]
    [InlineData(SmsProblem.NumberHourLimit, "22:10:00", "00:50:01")]
    [InlineData(SmsProblem.NumberDayLimit, "22:00:00", "02:00:01")]
    [InlineData(SmsProblem.NumberDayLimit, "01:00:00", "06:00:00")]
    [InlineData(SmsProblem.OwnDailyCap, "22:00:00", "02:00:01")]
    [InlineData(SmsProblem.SendingHours, "22:00:00", "10:00:01")]
    [InlineData(SmsProblem.SendingHours, "07:30:00", "00:30:01")]
    [InlineData(SmsProblem.AccountLimit, "10:00:00", "01:00:00")]
    [InlineData(SmsProblem.Balance, "10:00:00", "00:10:00")]
    [InlineData(SmsProblem.Outage, "10:00:00", null)]
    public void The_pause_fits_the_limit(SmsProblem problem, string time, string? pause)
    {
        var now = new DateTimeOffset(2020, 2, 10, 0, 0, 0, TimeSpan.FromHours(8)) + TimeSpan.Parse(time, CultureInfo.InvariantCulture);

        Assert.Equal(pause is null ? null : TimeSpan.Parse(pause, CultureInfo.InvariantCulture), SmsProblems.Pause(problem, now));
    }

    [Fact]
    public void Each_problem_has_one_way_out()
    {
        var all = Enum.GetValues<SmsProblem>();

        Assert.Equal([SmsProblem.InvalidNumber, SmsProblem.NumberBlocked, SmsProblem.Content], all.Where(SmsProblems.IsFinal));
        // Limits that protect a number's owner are waited for, never got around.
        SmsProblem[] ofNumber = [SmsProblem.NumberMinuteLimit, SmsProblem.NumberHourLimit, SmsProblem.NumberDayLimit, SmsProblem.OwnDailyCap, SmsProblem.NumberBlocked, SmsProblem.InvalidNumber];
        Assert.DoesNotContain(ofNumber, SmsProblems.FailsOver);
        Assert.DoesNotContain(ofNumber, SmsProblems.IsAlarm);
        Assert.All(
            [SmsProblem.Balance, SmsProblem.Sign, SmsProblem.Template, SmsProblem.Access, SmsProblem.Clock],
            p => Assert.True(SmsProblems.IsAlarm(p) && SmsProblems.FailsOver(p) && !SmsProblems.IsFinal(p), p.ToString()));
    }

    [Fact]
    public void A_vendor_is_left_alone_longer_each_time_it_is_still_out()
    {
        Assert.Equal([30, 60, 120, 240, 480, 480], Enumerable.Range(0, 6).Select(i => (int)SmsRoute.Rest(SmsProblem.Outage, i).TotalSeconds));
        Assert.Equal(TimeSpan.FromMinutes(5), SmsRoute.Rest(SmsProblem.Balance, 0));
    }

    [Fact]
    public void A_template_gets_its_values_in_order_cut_and_without_addresses()
    {
        var hindrance = Fill(new() { Id = "T1", Values = "number, when=day, pharmacy, address" }, 12, out var filled, new()
        {
            ["number"] = "12345678901", ["day"] = "2月11日", ["pharmacy"] = "一二三四五六七八九十甲乙丙丁", ["address"] = "见https://a.example.com/x?y=1路1号 www.b.cn",
        });

        Assert.Null(hindrance);
        Assert.Equal(["number", "when", "pharmacy", "address"], filled.Select(f => f.Key));
        Assert.Equal(["12345678901", "2月11日", "一二三四五六七八九十甲…", "见路1号"], filled.Select(f => f.Value));
    }

    [Theory]
    [InlineData("a𠮷𠮷𠮷", 4, "a𠮷…")]
    [InlineData("一二三四五", 5, "一二三四五")]
    [InlineData("一二三四五六", 5, "一二三四…")]
    [InlineData("一二三", 1, "…")]
    public void A_value_is_cut_between_characters(string value, int longest, string expected)
    {
        Assert.Null(Fill(new() { Id = "T1", Values = "address" }, longest, out var filled, new() { ["address"] = value }));
        Assert.Equal(expected, Assert.Single(filled).Value);
        Assert.True(filled[0].Value.Length <= longest);
    }

    [Fact]
    public void What_must_not_be_cut_hinders_instead()
    {
        Assert.Equal("value number too long", Fill(new() { Id = "T1", Values = "number" }, 10, out _, new() { ["number"] = "12345678901" }));
        Assert.Equal("no value slot", Fill(new() { Id = "T1", Values = "slot" }, 10, out _, []));
        Assert.Equal("no template", Fill(new() { Id = SmsTemplate.Never, Values = "" }, 10, out _, []));
    }

    private static string? Fill(SmsTemplate template, int longest, out IReadOnlyList<KeyValuePair<string, string>> filled, Dictionary<string, string> values) =>
        SmsTemplates.Fill(
            new SmsMessage("1", "13800000001", "", false) { Kind = SmsKind.SlotAssigned, Values = values },
            new AliyunSmsSettings { LongestValue = longest, Templates = { [nameof(SmsKind.SlotAssigned)] = template } }, out _, out filled);
}
