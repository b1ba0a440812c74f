using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Sms;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Notices;

/// <summary>A pharmacy's message of an evening: never more than two parts, and true.</summary>
public sealed class PharmacySmsTests
{
    private const string Rare = "\U00020BB7";

    [Theory]
    [InlineData(0, 1)]
    [InlineData(70, 1)]
    [InlineData(71, 2)]
    [InlineData(134, 2)]
    [InlineData(135, 3)]
    public void Parts_are_counted_as_vendors_charge_them(int letters, int parts)
    {
        Assert.Equal(parts, SmsLength.Segments(new string('口', letters)));
        Assert.Equal(parts, SmsLength.Segments(new string('a', letters)));
    }

    [Fact]
    public void A_character_of_two_is_not_cut_through() =>
        Assert.Equal((2, 3), (SmsLength.Segments(new string('口', 134)), SmsLength.Segments(new string('口', 66) + Rare + new string('口', 66))));

    [Theory]
    [InlineData("loudi", "https://mask.loudi.gov.cn")]
    [InlineData("chuzhou", "https://mask.chuzhou.gov.cn")]
    [InlineData("loudi", "https://a-rather-long-name-of-a-city-service.some-department.example-province.gov.cn")]
    [InlineData("chuzhou", "")]
    public async Task On_any_day_it_has_two_parts_at_most_and_its_figures_are_the_lists(string city, string site)
    {
        await using var host = await SandboxHost.StartAsync(city, configure: builder => Set(builder, site));
        var texts = host.Get<NoticeTexts>();
        var calendar = host.Get<CityCalendar>();
        var names = host.Get<CityFile>().Pharmacies.Select(p => p.Name).OrderByDescending(n => n.Length).Take(3)
            .Concat(["店", new string('药', 60), string.Concat(Enumerable.Repeat(Rare, 50)), "Pharmacy of the Eastern Market, next to the bus station, first floor", "e\u0301" + new string('a', 80)]).ToList();
        var policies = host.Get<CityFile>().Policies.Select(p => PolicyDocument.Parse(p.GetRawText())).ToList();
        var random = new Random(20200210);
        for (var i = 0; i < 3000; i++)
        {
            var policy = policies[random.Next(policies.Count)];
            var opens = new DayTime(random.Next(0, 20), 15 * random.Next(4));
            policy = policy with
            {
                Pickup = new PickupHours(opens, new DayTime(random.Next(20, 24) + 1, 0), random.Next(4) == 0 ? 0 : random.Next(1, 200)),
                Goods = new Goods(random.Next(2) == 0 ? policy.Goods.Name : new string('物', random.Next(1, 31)), random.Next(2) == 0 ? policy.Goods.Unit : new string('件', random.Next(1, 9))),
                UnitsPerBooking = random.Next(1, 1001),
            };
            Assert.Empty(policy.Faults());
            var day = new DateOnly(2020, random.Next(1, 13), random.Next(1, 29));
            var times = RoundTimes.Of(policy, day, calendar.Instant);
            var people = random.Next(5) == 0 ? 0 : random.Next(1, 5000);
            var slots = PickupSlots.Of(times, policy.Pickup.SlotMinutes);
            List<SlotCount> counts = people == 0 ? []
                : slots.Count == 0 ? [new SlotCount { Bookings = people, Units = people * policy.UnitsPerBooking }]
                : [.. Enumerable.Range(0, people).GroupBy(p => PickupSlots.IndexFor(p, people, slots.Count)).Select(g => new SlotCount
                {
                    SlotStartsAt = slots[g.Key].StartsAt, SlotEndsAt = slots[g.Key].EndsAt, Bookings = g.Count(), Units = g.Count() * policy.UnitsPerBooking,
                })];
            // Some have cancelled since.
            if (slots.Count > 0) counts = [.. counts.Where(_ => random.Next(10) > 0)];
            var name = names[random.Next(names.Count)];
            var sign = new[] { "", "娄底市", "滁州市疫情防控指挥部口罩预约" }[random.Next(3)];
            var notice = new LeasedNotice
            {
                Kind = NoticeKind.PharmacyList, RoundDate = day, PickupDate = times.PickupDate, PickupOpensAt = times.PickupOpensAt, PickupClosesAt = times.PickupClosesAt, PharmacyName = name,
            };

            var text = texts.ForPharmacy(notice, policy, counts, sign);

            Assert.True(SmsLength.Segments(text) <= 2, $"{SmsLength.Segments(text)}: {text}");
            AssertTrue(text, notice, policy, counts);
        }
    }

    [Fact]
    public async Task An_evening_of_eighteen_slots_reads_so()
    {
        await using var host = await SandboxHost.StartAsync(configure: builder => Set(builder, "https://mask.loudi.gov.cn"));
        var calendar = host.Get<CityCalendar>();
        var policy = PolicyDocument.Parse(host.Get<CityFile>().Policies[0].GetRawText());
        var times = RoundTimes.Of(policy, new DateOnly(2020, 2, 10), calendar.Instant);
        var slots = PickupSlots.Of(times, 30);
        var counts = Enumerable.Range(0, 160).GroupBy(p => PickupSlots.IndexFor(p, 160, 18))
            .Select(g => new SlotCount { SlotStartsAt = slots[g.Key].StartsAt, SlotEndsAt = slots[g.Key].EndsAt, Bookings = g.Count(), Units = g.Count() * 5 }).ToList();

        var text = host.Get<NoticeTexts>().ForPharmacy(
            new LeasedNotice { RoundDate = times.Date, PickupDate = times.PickupDate, PickupOpensAt = times.PickupOpensAt, PickupClosesAt = times.PickupClosesAt, PharmacyName = "城东湘柳大药房" }, policy, counts, "娄底市");

        Assert.Equal("【娄底市】城东湘柳大药房：2月11日160人预约，共800只口罩，09:00-18:00每30分钟最多9人。名单：https://mask.loudi.gov.cn/pharmacy/lists/2020-02-10", text);
    }

    private static void AssertTrue(string text, LeasedNotice notice, Policy policy, List<SlotCount> counts)
    {
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{notice.PickupDate.Month}月{notice.PickupDate.Day}日"), text, StringComparison.Ordinal);
        Assert.True(text.Contains("名单", StringComparison.Ordinal), text);
        if (counts.Count == 0)
        {
            Assert.Contains("无人预约", text, StringComparison.Ordinal);
            return;
        }

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"日{counts.Sum(c => c.Bookings)}人预约，共{counts.Sum(c => c.Units)}{policy.Goods.Unit}"), text, StringComparison.Ordinal);
        var pace = Regex.Match(text, "(?<from>[0-9:]{5})-(?<to>[0-9:]{5})每(?<minutes>[0-9]+)分钟最多(?<most>[0-9]+)人");
        Assert.Equal(policy.Pickup.SlotMinutes > 0, pace.Success);
        if (!pace.Success) return;
        // Nobody comes outside of the hours, and never more in so many minutes.
        var most = int.Parse(pace.Groups["most"].Value, CultureInfo.InvariantCulture);
        Assert.Equal(counts.Max(c => c.Bookings), most);
        Assert.True(int.Parse(pace.Groups["minutes"].Value, CultureInfo.InvariantCulture) <= policy.Pickup.SlotMinutes);
    }

    private static void Set(WebApplicationBuilder builder, string site) => builder.Services.Configure<SiteSettings>(s => s.PublicBaseUrl = site);
}
