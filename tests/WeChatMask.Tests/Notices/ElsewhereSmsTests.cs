using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Sms;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Notices;

/// <summary>The message that a booking is another pharmacy's now: two parts at most, and what one must know is never cut.</summary>
public sealed class ElsewhereSmsTests
{
    [Fact]
    public async Task However_long_reason_address_and_name_are_it_says_where_when_and_by_which_number()
    {
        await using var host = await SandboxHost.StartAsync("loudi");
        var texts = host.Get<NoticeTexts>();
        var policy = PolicyDocument.Parse(host.Get<CityFile>().Policies[0].GetRawText());
        var day = new DateOnly(2020, 2, 11);
        foreach (var reason in new[] { "停电", new string('因', 60) })
        {
            foreach (var address in new[] { "", "长青街 3 号", new string('路', 120) })
            {
                foreach (var name in new[] { "老百姓大药房长青店", new string('药', 60) })
                {
                    var text = texts.ForResident(
                        new LeasedNotice
                        {
                            Kind = NoticeKind.PharmacyChanged, PickupDate = day, PharmacyName = name, PharmacyAddress = address, WithdrawReason = reason, Number = "36221232596",
                            SlotStartsAt = new DateTimeOffset(2020, 2, 11, 9, 30, 0, TimeSpan.FromHours(8)), SlotEndsAt = new DateTimeOffset(2020, 2, 11, 10, 0, 0, TimeSpan.FromHours(8)),
                        },
                        policy, "娄底市便民预约服务中心");
                    Assert.InRange(SmsLength.Segments(text), 1, 2);
                    Assert.Contains(name[..9], text, StringComparison.Ordinal);
                    Assert.Contains("2月11日 9:30", text.Replace("09:30", "9:30", StringComparison.Ordinal), StringComparison.Ordinal);
                    Assert.Contains("36221232596", text, StringComparison.Ordinal);
                    if (reason.Length + address.Length < 20) Assert.Contains(reason, text, StringComparison.Ordinal);
                }
            }
        }
    }
}
