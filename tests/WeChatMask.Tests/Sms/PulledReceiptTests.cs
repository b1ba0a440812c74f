using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Notices;
using WeChatMask.Sms;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sms;

/// <summary>Receipts that nobody pushed are asked for, seldom, and no message is sent for it.</summary>
public sealed class PulledReceiptTests
{
    private const int Residents = 4;
    private const int Pharmacies = 5;

    [EngineTheory]
    public async Task Receipts_that_were_not_pushed_are_asked_for_after_some_minutes(DatabaseKind engine)
    {
        foreach (var (vendor, delivered, failed) in new[] { ("Aliyun", "DELIVERED", "MOBILE_NOT_ON_SERVICE"), ("Tencent", "DELIVRD", "MK:0001") })
        {
            await using var host = await VendorCity.StartAsync(engine, vendor);
            await host.BookAsync(Residents);
            await host.SetNumberAsync(People.Mobile(0), "off");
            await host.SetClockAsync(VendorCity.Published);
            await host.AdvanceAsync("PT15M");
            Assert.All(await host.OutboxAsync(), row => Assert.Equal((1, vendor, 0), (row.Status, row.Provider, row.Receipt)));

            await host.AdvanceAsync("PT10M");

            var rows = await host.OutboxAsync();
            Assert.Equal(Residents + Pharmacies, rows.Count);
            Assert.Equal((2, failed), Assert.Single(rows.Select(r => (r.Receipt, r.ReceiptCode!)), r => r.Receipt != 1));
            Assert.Equal(Residents + Pharmacies - 1, rows.Count(r => r.Receipt == 1 && r.ReceiptCode == delivered));
            Assert.All(rows, row => Assert.Equal((1, 1), (row.Status, row.Attempts)));
            VendorCity.AssertOnce(await host.SmsAsync(), Residents + Pharmacies - 1);
            Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM sms_receipt"));

            // Asked again, and pushed after all, it stays as it is.
            Assert.Equal(0, await PullAsync(host));
            await host.PushReceiptsAsync();
            await host.AdvanceAsync("PT2H");
            Assert.Equal(rows.Select(r => (r.Id, r.Receipt, r.ReceiptCode)), (await host.OutboxAsync()).Select(r => (r.Id, r.Receipt, r.ReceiptCode)));
            VendorCity.AssertOnce(await host.SmsAsync(), Residents + Pharmacies - 1);
        }
    }

    [EngineTheory]
    public async Task A_vendor_that_does_not_answer_is_asked_again_later_and_about_few(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Aliyun");
        await host.BookAsync(Residents);
        await host.SetClockAsync(VendorCity.Published);
        await host.FailAsync("aliyun", "down");

        await host.AdvanceAsync("PT25M");
        Assert.All(await host.OutboxAsync(), row => Assert.Equal((1, 0), (row.Status, row.Receipt)));
        await host.FailAsync("aliyun", "ok");
        // Nobody asks before the pause is over, which is as long as the messages are old.
        Assert.Equal(0, await PullAsync(host));
        await host.AdvanceAsync("PT30M");

        Assert.All(await host.OutboxAsync(), row => Assert.Equal((1, 1), (row.Status, row.Receipt)));
        VendorCity.AssertOnce(await host.SmsAsync(), Residents + Pharmacies);
    }

    [EngineTheory]
    public async Task What_is_older_than_the_vendor_keeps_is_not_asked_about(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Tencent");
        await host.BookAsync(1);
        await host.FailAsync("tencent", "ok");
        await host.SetClockAsync(VendorCity.Published);
        var store = host.Get<UnreportedStore>();
        var now = await host.NowAsync();

        Assert.Empty(await store.LeaseAsync("Tencent", now.AddMinutes(1), now.AddMinutes(2), 10, CancellationToken.None));
        Assert.Empty(await store.LeaseAsync("Aliyun", now.AddDays(-7), now.AddMinutes(2), 10, CancellationToken.None));
        // Two who ask at once do not ask about the same message.
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => store.LeaseAsync("Tencent", now.AddDays(-7), now.AddMinutes(2), 10, CancellationToken.None)));
        Assert.Equal(1 + Pharmacies, both.Sum(b => b.Count));
        Assert.Equal(1 + Pharmacies, both.SelectMany(b => b).Select(n => n.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"OutId":"7","SendStatus":3,"ErrCode":"DELIVERED","ReceiveDate":"2020-02-10 22:00:03"}""", SmsReceiptState.Delivered)]
    [InlineData("""{"OutId":"7","SendStatus":"2","ErrCode":"UNDELIV","ReceiveDate":"2020-02-10 22:00:03"}""", SmsReceiptState.Failed)]
    [InlineData("""{"SendStatus":3,"ErrCode":"DELIVERED","ReceiveDate":"2020-02-10 22:00:03"}""", SmsReceiptState.Delivered)]
    [InlineData("""{"OutId":"7","SendStatus":1,"ErrCode":""}""", SmsReceiptState.None)]
    [InlineData("""{"OutId":"8","SendStatus":3,"ErrCode":"DELIVERED"}""", SmsReceiptState.None)]
    [InlineData("""{}""", SmsReceiptState.None)]
    public void Aliyuns_detail_is_a_receipt_once_the_network_has_answered(string detail, SmsReceiptState state)
    {
        var receipt = SmsReceipts.OfAliyunDetail(JsonDocument.Parse(detail).RootElement, Sent("b^0"), Now);

        Assert.Equal(state, receipt?.State ?? SmsReceiptState.None);
        if (receipt is not null) Assert.Equal(("Aliyun:b^0", 7L, Now.AddSeconds(3)), (receipt.Key, receipt.OutboxId, receipt.At));
    }

    [Theory]
    [InlineData("""{"SerialNo":"s:1","ReportStatus":"SUCCESS","Description":"DELIVRD","UserReceiveTime":1581343203}""", SmsReceiptState.Delivered)]
    [InlineData("""{"SerialNo":"s:1","ReportStatus":"FAIL","Description":"MK:0001","UserReceiveTime":1581343203}""", SmsReceiptState.Failed)]
    [InlineData("""{"SerialNo":"s:2","ReportStatus":"SUCCESS","Description":"DELIVRD","UserReceiveTime":1581343203}""", SmsReceiptState.None)]
    [InlineData("""{"SerialNo":"s:1","ReportStatus":"?"}""", SmsReceiptState.None)]
    public void Tencents_status_is_a_receipt_of_the_message_with_its_serial(string status, SmsReceiptState state)
    {
        var receipt = SmsReceipts.OfTencentStatus(JsonDocument.Parse(status).RootElement, Sent("s:1"), Now);

        Assert.Equal(state, receipt?.State ?? SmsReceiptState.None);
        if (receipt is not null) Assert.Equal(("Tencent:s:1", 7L, Now.AddSeconds(3)), (receipt.Key, receipt.OutboxId, receipt.At));
    }

    private static DateTimeOffset Now { get; } = new(2020, 2, 10, 22, 0, 0, TimeSpan.FromHours(8));

    private static SentSms Sent(string providerId) => new(7, providerId, "13800000000", Now);

    private static Task<int> PullAsync(SandboxHost host) =>
        Microsoft.Extensions.DependencyInjection.ActivatorUtilities.CreateInstance<PullReceiptsJob>(host.App.Services).RunAsync(CancellationToken.None);
}
