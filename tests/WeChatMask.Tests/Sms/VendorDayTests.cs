using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sms;

/// <summary>Loudi's messages through the vendors' stand-ins, which check each call as the vendors would.</summary>
public sealed class VendorDayTests
{
    private const int Residents = 60;
    private const int Pharmacies = 5;
    private const int Sent = 1;
    private const int Failed = 3;

    [EngineTheory]
    public async Task Each_message_goes_out_once_by_the_first_vendor_and_its_receipt_is_written_down(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Aliyun,Tencent");
        await host.BookAsync(Residents);
        await host.SetClockAsync(VendorCity.Published);

        VendorCity.AssertOnce(await host.SmsAsync(), Residents + Pharmacies);
        Assert.Equal(new Dictionary<string, int> { ["Aliyun"] = Residents + Pharmacies }, await host.CarriedAsync());
        var text = Assert.Single(await host.SmsAsync(People.Mobile(0))).GetProperty("text").GetString()!;
        Assert.StartsWith("【便民预约】您已预约成功。请于2月11日 ", text, StringComparison.Ordinal);
        Assert.Contains("到城东湘柳大药房（娄底市娄星区湘柳路118号", text, StringComparison.Ordinal);
        Assert.Contains("5只", text, StringComparison.Ordinal);
        Assert.Contains("共8.00元", text, StringComparison.Ordinal);

        await host.PushReceiptsAsync();
        await host.AdvanceAsync("PT1S");
        Assert.All(await host.OutboxAsync(), row => Assert.Equal((Sent, "Aliyun", 1, "DELIVERED"), (row.Status, row.Provider, row.Receipt, row.ReceiptCode)));
        Assert.Empty(await host.WarningsAsync());
    }

    [EngineTheory]
    public async Task While_the_first_vendor_is_down_the_second_carries_each_message_once(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Aliyun,Tencent");
        await host.BookAsync(Residents);
        await host.FailAsync("aliyun", "down");
        await host.SetClockAsync(VendorCity.Published);

        // Pharmacies' contacts have one message each too, so no number meets Tencent's limits.
        VendorCity.AssertOnce(await host.SmsAsync(), Residents + Pharmacies);
        Assert.Equal(new Dictionary<string, int> { ["Tencent"] = Residents + Pharmacies }, await host.CarriedAsync());
        Assert.Equal(["sms Aliyun Outage"], await host.WarningsAsync());

        await host.PushReceiptsAsync();
        await host.AdvanceAsync("PT1S");
        Assert.All(await host.OutboxAsync(), row => Assert.Equal((Sent, "Tencent", 1, "DELIVRD"), (row.Status, row.Provider, row.Receipt, row.ReceiptCode)));
        Assert.All(await host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, r.Name));
    }

    [EngineTheory]
    public async Task A_full_Loudi_evening_is_805_messages_each_once_while_the_first_vendor_is_down(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Aliyun,Tencent");
        Assert.Equal(800, (await host.Http.PostAsync("/sandbox/neighbours", new { count = 900 })).Body.GetProperty("accepted").GetInt32());
        await host.FailAsync("aliyun", "down");
        await host.SetClockAsync(VendorCity.Published);

        VendorCity.AssertOnce(await host.SmsAsync(), 805);
        Assert.Equal(new Dictionary<string, int> { ["Tencent"] = 805 }, await host.CarriedAsync());
    }

    [EngineTheory]
    public async Task The_first_vendor_is_tried_again_with_care_and_its_alarm_goes_when_it_answers(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-02T17:30:00+08:00", engine: engine, configure: b => b.Configuration["Sms:Providers"] = "Aliyun,Tencent");
        await host.FailAsync("aliyun", "balance");
        await BookOneAsync(host, 1);
        await BookOneAsync(host, 2);
        await host.FailAsync("aliyun", "ok");
        await BookOneAsync(host, 3);
        // The circuit is open for minutes after an empty account, so the third went straight to the second vendor.
        Assert.Equal(new Dictionary<string, int> { ["Tencent"] = 3 }, await host.CarriedAsync());
        Assert.Equal(["sms Aliyun Balance"], await host.WarningsAsync());

        await host.AdvanceAsync("PT6M");
        await BookOneAsync(host, 4);
        await BookOneAsync(host, 5);

        Assert.Equal(new Dictionary<string, int> { ["Tencent"] = 3, ["Aliyun"] = 2 }, await host.CarriedAsync());
        Assert.Empty(await host.WarningsAsync());
    }

    [EngineTheory]
    public async Task A_lost_answer_is_looked_up_and_nobody_gets_a_message_twice(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Aliyun,Tencent");
        await host.BookAsync(3);
        await host.FailAsync("aliyun", "silent");
        await host.SetClockAsync(VendorCity.Published);
        // The first few were taken and not answered for; what came after the circuit opened went the other way.
        Assert.Contains(await host.OutboxAsync(), r => r is { Status: 0, MaybeRepeated: true });

        await host.FailAsync("aliyun", "ok");
        await host.AdvanceAsync("PT5M");

        VendorCity.AssertOnce(await host.SmsAsync(), 3 + Pharmacies);
        Assert.All(await host.OutboxAsync(), row => Assert.Equal(Sent, row.Status));
    }

    [EngineTheory]
    public async Task A_receipt_settles_a_message_whose_answer_was_lost(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Aliyun");
        await host.BookAsync(1);
        await host.FailAsync("aliyun", "silent");
        await host.SetClockAsync(VendorCity.Published);
        await host.PushReceiptsAsync();

        Assert.All(await host.OutboxAsync(), row => Assert.Equal((Sent, 1, true), (row.Status, row.Receipt, row.MaybeRepeated)));
        await host.AdvanceAsync("PT30M");
        VendorCity.AssertOnce(await host.SmsAsync(), 1 + Pharmacies);
    }

    [EngineTheory]
    public async Task A_number_that_does_not_exist_is_refused_for_good_and_asked_of_one_vendor_only(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Aliyun,Tencent");
        await host.BookAsync(2);
        await host.SetNumberAsync(People.Mobile(0), "unknown");
        await host.SetClockAsync(VendorCity.Published);

        var failed = Assert.Single(await host.OutboxAsync(), r => r.Status == Failed);
        Assert.Equal(("isv.MOBILE_NUMBER_ILLEGAL", 1), (failed.Problem, failed.Attempts));
        VendorCity.AssertOnce(await host.SmsAsync(), 1 + Pharmacies);
        Assert.Empty(await host.WarningsAsync());
    }

    [EngineTheory]
    public async Task A_phone_that_is_off_shows_as_failed_in_its_receipt(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Tencent");
        await host.BookAsync(2);
        await host.SetNumberAsync(People.Mobile(0), "off");
        await host.SetClockAsync(VendorCity.Published);
        await host.PushReceiptsAsync();
        await host.AdvanceAsync("PT1S");

        var rows = await host.OutboxAsync();
        Assert.Equal(1 + Pharmacies, rows.Count(r => r is { Status: Sent, Receipt: 1 }));
        Assert.Equal("MK:0001", Assert.Single(rows, r => r.Receipt == 2).ReceiptCode);
    }

    [EngineTheory]
    public async Task An_empty_account_without_another_vendor_waits_for_the_operator_and_loses_nothing(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Tencent");
        await host.BookAsync(3);
        await host.FailAsync("tencent", "balance");
        var published = await host.SetClockAsync(VendorCity.Published);
        Assert.Empty(await host.SmsAsync());
        Assert.Equal(["sms Tencent Balance"], await host.WarningsAsync());
        // The clock stood still while it was tried, so that only the second of jitter is left.
        Assert.All(await host.OutboxAsync(), r => Assert.InRange(r.DueAt - published, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(601)));

        await host.FailAsync("tencent", "ok");
        await host.AdvanceAsync("PT11M");

        VendorCity.AssertOnce(await host.SmsAsync(), 3 + Pharmacies);
        Assert.Empty(await host.WarningsAsync());
    }

    [EngineTheory]
    public async Task A_family_on_one_phone_is_told_of_every_booking_in_spite_of_the_vendors_limits(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Tencent");
        // Tencent takes one message of a number in half a minute, and five in an hour.
        await host.BookAsync(7, mobile: "13900000001");
        await host.SetClockAsync(VendorCity.Published);
        Assert.Single(await host.SmsAsync("13900000001"));

        await host.AdvanceAsync("PT5M");
        Assert.Equal(5, (await host.SmsAsync("13900000001")).Count);
        Assert.All((await host.OutboxAsync()).Where(r => r.Status == 0), r => Assert.Equal("LimitExceeded.PhoneNumberOneHourLimit", r.Problem));

        await host.AdvanceAsync("PT1H");
        VendorCity.AssertOnce(await host.SmsAsync("13900000001"), 7);
        Assert.Empty(await host.WarningsAsync());
    }

    [EngineTheory]
    public async Task Throttled_calls_go_to_the_other_vendor(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Aliyun,Tencent");
        await host.BookAsync(20);
        await host.FailAsync("aliyun", "throttle");
        await host.SetClockAsync(VendorCity.Published);

        VendorCity.AssertOnce(await host.SmsAsync(), 20 + Pharmacies);
        Assert.True((await host.CarriedAsync())["Tencent"] >= 16, "four of five calls of the first vendor are refused");
    }

    [EngineTheory]
    public async Task The_older_signature_of_Alibaba_Cloud_is_taken_too(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(engine, "Aliyun", ("Sms:Aliyun:Signing", "Rpc"));
        await host.BookAsync(2);
        await host.SetClockAsync(VendorCity.Published);

        VendorCity.AssertOnce(await host.SmsAsync(), 2 + Pharmacies);
    }

    [EngineTheory]
    public async Task Wrong_keys_and_signs_raise_alarms_with_the_vendors_codes(DatabaseKind engine)
    {
        await using var host = await VendorCity.StartAsync(
            engine, "Aliyun,Tencent", ("Sms:Aliyun:SignName", "别的签名"), ("Sms:Tencent:SecretKey", "sandboxWrongKey"));
        await host.BookAsync(1);
        await host.SetClockAsync(VendorCity.Published);

        Assert.Empty(await host.SmsAsync());
        Assert.Equal(["sms Aliyun Sign", "sms Tencent Access"], await host.WarningsAsync());
        var codes = await host.Get<WeChatMask.Sms.SmsAlarmStore>().AllAsync(default);
        Assert.Equal(["isv.SMS_SIGNATURE_ILLEGAL", "AuthFailure.SignatureFailure"], codes.Select(a => a.Code));
        using var supervisor = host.Browser();
        await (await PageReader.OpenAsync(supervisor, "/staff/login")).PostAsync(supervisor, ("username", "supervisor"), ("password", "supervisor-demo"));
        var strip = (await PageReader.OpenAsync(supervisor, "/supervisor")).Text;
        Assert.Contains("短信发不出：阿里云短信，短信签名未通过审核或不可用。", strip, StringComparison.Ordinal);
        Assert.Contains("1 人还不知道领取时段", strip, StringComparison.Ordinal);
        var page = (await PageReader.OpenAsync(supervisor, "/supervisor/messages")).Text;
        Assert.Contains("阿里云短信：短信签名未通过审核或不可用", page, StringComparison.Ordinal);
        Assert.Contains("腾讯云短信：密钥、权限或来源地址不对，请检查配置", page, StringComparison.Ordinal);
        Assert.Contains("isv.SMS_SIGNATURE_ILLEGAL", page, StringComparison.Ordinal);
    }

    private static async Task BookOneAsync(SandboxHost host, int person)
    {
        using var resident = await host.NewResidentAsync(person);
        Assert.Equal(201, (await resident.BookAsync("CZ001", "a")).Status);
        await host.AdvanceAsync("PT1S");
    }
}
