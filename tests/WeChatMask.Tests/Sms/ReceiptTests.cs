using System.Net;
using System.Text;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sms;

/// <summary>Receipts over HTTP: proof, order, repetition.</summary>
public sealed class ReceiptTests
{
    private const string Token = "sandboxReceiptToken2020abcdef";

    [EngineTheory]
    public async Task Without_the_secret_in_its_address_a_receipt_changes_nothing(DatabaseKind engine)
    {
        await using var host = await SentAsync(engine);
        var id = (await host.OutboxAsync())[0].Id;

        foreach (var token in new[] { "x", Token + "a", Token.ToUpperInvariant() })
            Assert.Equal(HttpStatusCode.NotFound, await PushAsync(host, "aliyun", Aliyun(id, true), token));

        Assert.All(await host.OutboxAsync(), r => Assert.Equal(0, r.Receipt));
    }

    [EngineTheory]
    public async Task Failed_then_delivered_is_delivered_and_the_other_way_round_too(DatabaseKind engine)
    {
        await using var host = await SentAsync(engine);
        var ids = (await host.OutboxAsync()).Select(r => r.Id).ToList();

        Assert.Equal(HttpStatusCode.OK, await PushAsync(host, "aliyun", Aliyun(ids[0], false)));
        Assert.Equal(HttpStatusCode.OK, await PushAsync(host, "aliyun", Aliyun(ids[0], true)));
        Assert.Equal(HttpStatusCode.OK, await PushAsync(host, "aliyun", Aliyun(ids[0], true)));
        Assert.Equal(HttpStatusCode.OK, await PushAsync(host, "aliyun", Aliyun(ids[1], true)));
        Assert.Equal(HttpStatusCode.OK, await PushAsync(host, "aliyun", Aliyun(ids[1], false)));

        var rows = await host.OutboxAsync();
        Assert.Equal([(1, "DELIVERED"), (1, "DELIVERED")], rows.Take(2).Select(r => (r.Receipt, r.ReceiptCode!)));
        Assert.All(rows.Skip(2), r => Assert.Equal(0, r.Receipt));
    }

    [EngineTheory]
    public async Task A_receipt_that_comes_before_its_message_is_settled_finds_it_later(DatabaseKind engine)
    {
        await using var host = await SentAsync(engine, "Tencent");
        var row = (await host.Get<Database>().QueryAsync<(long Id, string Key)>("SELECT id, receipt_key FROM outbox WHERE channel = 0 ORDER BY id"))[0];
        // As if the sender had not written down yet what the vendor called it.
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE outbox SET receipt_key = NULL WHERE id = @Id", new { row.Id }), default);
        var push = $$"""[{"user_receive_time":"2020-02-10 22:00:05","nationcode":"86","mobile":"13800000000","report_status":"SUCCESS","errmsg":"DELIVRD","sid":"{{row.Key.Split(':', 2)[1]}}"}]""";
        Assert.Equal(HttpStatusCode.OK, await PushAsync(host, "tencent", push));
        Assert.Equal(HttpStatusCode.OK, await PushAsync(host, "tencent", push));
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE outbox SET receipt_key = @Key WHERE id = @Id", new { row.Id, row.Key }), default);

        await host.AdvanceAsync("PT1S");

        Assert.Equal((1, "DELIVRD"), (await host.OutboxAsync()).Where(r => r.Id == row.Id).Select(r => (r.Receipt, r.ReceiptCode!)).Single());
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM sms_receipt"));
    }

    [EngineTheory]
    public async Task One_vendors_receipt_does_not_settle_anothers_message(DatabaseKind engine)
    {
        await using var host = await SentAsync(engine, "Tencent");
        var id = (await host.OutboxAsync())[0].Id;

        Assert.Equal(HttpStatusCode.OK, await PushAsync(host, "aliyun", Aliyun(id, false)));

        Assert.All(await host.OutboxAsync(), r => Assert.Equal((1, 0), (r.Status, r.Receipt)));
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("\"x\"", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.OK)]
    [InlineData("[1,null,{},[],{\"biz_id\":7,\"success\":\"maybe\"},{\"sid\":\"x\",\"report_status\":\"?\"}]", HttpStatusCode.OK)]
    public async Task A_body_that_makes_no_sense_is_refused_and_what_is_strange_in_it_left_out(string body, HttpStatusCode expected)
    {
        await using var host = await SandboxHost.StartAsync();

        Assert.Equal(expected, await PushAsync(host, "aliyun", body));
        Assert.Equal(expected, await PushAsync(host, "tencent", body));
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM sms_receipt"));
    }

    private static async Task<SandboxHost> SentAsync(DatabaseKind engine, string provider = "Aliyun")
    {
        var host = await VendorCity.StartAsync(engine, provider);
        await host.BookAsync(1);
        await host.SetClockAsync(VendorCity.Published);
        return host;
    }

    private static string Aliyun(long id, bool delivered) =>
        $$"""[{"phone_number":"13800000000","send_time":"2020-02-10 22:00:00","report_time":"2020-02-10 22:00:03","success":{{(delivered ? "true" : "false")}},"err_code":"{{(delivered ? "DELIVERED" : "UNDELIV")}}","err_msg":"","sms_size":"1","biz_id":"b-{{id}}","out_id":"{{id}}"}]""";

    private static async Task<HttpStatusCode> PushAsync(SandboxHost host, string vendor, string body, string token = Token)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await host.Http.PostAsync(new Uri($"/sms/receipts/{vendor}/{token}", UriKind.Relative), content);
        return answer.StatusCode;
    }
}
