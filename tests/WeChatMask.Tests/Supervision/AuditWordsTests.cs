using System.Text.RegularExpressions;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Supervision;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Supervision;

/// <summary>What was written down for good, as a supervisor reads it.</summary>
public sealed class AuditWordsTests(EachEngine<CounterHost> hosts) : IClassFixture<EachEngine<CounterHost>>
{
    [Theory]
    [InlineData("audit.export", "csv, 20 lines, one actor, one subject", "CSV 文件，20 条")]
    [InlineData("list.read", "offline", "存进手机，断网时用")]
    [InlineData("holder.find", "0 found", "找到 0 个预约")]
    [InlineData("booking.annul", "TooLate", "已经太晚")]
    [InlineData("booking.annul", "重复登记", "重复登记")]
    [InlineData("booking.annul", "12", "12")]
    [InlineData("holder.cancel", "LoginFailed", "用户名或密码不正确")]
    [InlineData("eligibility.unanswered", "7 bookings stand without the registry's word", "7 个预约没有等到核对结果，照样有效")]
    [InlineData("redemption.make", "Redeemed, by card", "已发放（凭身份证号码）")]
    [InlineData("redemption.check", "OtherPharmacy", "不在这家药店领取")]
    [InlineData("redemption.settle", "AlreadyRedeemed, one place short in 2020-02-12", "已经领取过，2020-02-12 因此少一个名额")]
    [InlineData("delivery.record", "500", "数量 500")]
    [InlineData("stock.lose", "5 包装破了", "数量 5，说明：包装破了")]
    [InlineData("stock.decline", "900: 请再点一次", "数量 900，说明：请再点一次")]
    [InlineData("round.postpone", "2020-02-10 19:00 -> 2020-02-10 20:00, 0 bookings: 停电\n了", "从 2020-02-10 19:00 改到 2020-02-10 20:00，涉及 0 个预约。原因：停电\n了")]
    [InlineData("round.annul", "160 bookings: 口罩没有到", "涉及 160 个预约。原因：口罩没有到")]
    [InlineData("shelf.count", "792 -> 790: 多发: 一份", "账上 792，实点 790。多发: 一份")]
    [InlineData("pharmacy.add", "2020-02-13", "2020-02-13 起发放")]
    [InlineData("pharmacies.list", "12 pharmacies", "12 家药店")]
    [InlineData("plan.change", "2 pharmacies, 160 -> 180 places: 多到了一批: 20 个", "2 家药店有变化，名额总数从 160 改为 180。原因：多到了一批: 20 个")]
    [InlineData("policy.add", "3 after 2; sooner 12, later 0, rounds 2: 间隔改为 5 天", "规则编号 3。可以更早预约的 12 人，要更晚的 0 人，影响 2 期。原因：间隔改为 5 天")]
    [InlineData("flag.reopen", "1 -> 3", "记录从 1 条增加到 3 条")]
    [InlineData("staff.invited", "PharmacyLead", "药店负责人")]
    [InlineData("staff.moved", "Clerk LD01 > Clerk LD02", "从店员 LD01 改为店员 LD02")]
    [InlineData("staff.role_changed", "Supervisor  > Clerk LD02", "从监管 改为店员 LD02")]
    public async Task A_detail_is_worded(string action, string detail, string expected)
    {
        Assert.StartsWith(expected, Regex.Replace(await WordedAsync(action, detail), " +", " "), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redemption.void", "7 found")] // Somebody typed that.
    [InlineData("list.read", "in a form of another version")]
    [InlineData("something.new", "csv, 20 lines")]
    [InlineData("staff.login", null)]
    public async Task What_somebody_typed_and_what_another_version_wrote_stand_as_they_are(string action, string? detail) =>
        Assert.Equal(detail ?? "", await WordedAsync(action, detail));

    private async Task<string> WordedAsync(string action, string? detail) =>
        (await hosts.OnAsync(DatabaseKind.Sqlite)).Get<AuditWords>().DetailOf(new AuditLine { Action = action, Detail = detail });
}
