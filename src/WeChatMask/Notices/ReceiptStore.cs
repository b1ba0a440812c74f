using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>Writes receipts to the messages they are of, once, whatever comes twice or in the wrong order.</summary>
public sealed class ReceiptStore(Database database, SmsNumberStore numbers, CityCalendar calendar)
{
    // Vendors push for three days at most.
    private static readonly TimeSpan KeepUnmatched = TimeSpan.FromDays(7);
    private const int AtOnce = 200;

    // A receipt also tells that a message whose answer was lost was taken. Good news replaces bad, never the other way.
    private const string ToRow =
        """
        UPDATE outbox
           SET status = CASE WHEN status = @waiting THEN @sent ELSE status END,
               settled_at = COALESCE(settled_at, @receiptAt), receipt_key = COALESCE(receipt_key, @key),
               provider = COALESCE(provider, @provider), receipt_code = @code, receipt_at = @receiptAt, receipt = @state
        """;

    private const string Unsaid = "(receipt = @none OR (receipt = @failed AND @state = @delivered))";

    public Task RecordAsync(IReadOnlyCollection<SmsReceipt> receipts, CancellationToken cancellationToken) => receipts.Count == 0
        ? Task.CompletedTask
        : database.WriteAsync(
            async transaction =>
            {
                foreach (var receipt in receipts.OrderBy(r => r.Key, StringComparer.Ordinal)) await RecordAsync(transaction, receipt);
            },
            cancellationToken);

    /// <summary>Writes down what WeChat says became of a message it had taken.</summary>
    /// <remarks><c>messageId</c> is WeChat's id of it, <c>result</c> is <c>success</c> or why it did not arrive.</remarks>
    public Task ReportAsync(string messageId, string result, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync(
            """
            UPDATE outbox SET wechat_result = @result, status = CASE WHEN @arrived = 1 THEN status ELSE @failed END
             WHERE message_id = @messageId AND channel = @channel AND status = @sent
            """,
            new { messageId, result, channel = NoticeChannel.WeChat, sent = NoticeStatus.Sent, failed = NoticeStatus.Failed, arrived = result == "success" }),
        cancellationToken);

    /// <summary>Gives receipts that came early to the rows which know their vendor's id by now. Returns how many.</summary>
    public async Task<int> ApplyEarlyAsync(CancellationToken cancellationToken)
    {
        var early = await database.QueryAsync<EarlyReceipt>(
            """
            SELECT e.receipt_key, e.receipt AS state, e.receipt_code, e.receipt_at, o.id AS outbox_id
              FROM sms_receipt e JOIN outbox o ON o.receipt_key = e.receipt_key
             LIMIT @count
            """,
            new { count = AtOnce },
            cancellationToken);
        if (early.Count == 0) return 0;
        return await database.WriteAsync(
            async transaction =>
            {
                foreach (var one in early)
                {
                    await transaction.ExecuteAsync($"{ToRow} WHERE id = @outboxId AND {Unsaid}", Args(one.Receipt()));
                    await transaction.ExecuteAsync("DELETE FROM sms_receipt WHERE receipt_key = @ReceiptKey", one);
                }

                return early.Count;
            },
            cancellationToken);
    }

    /// <summary>Forgets counted numbers of days that are over, and receipts that nobody claimed. Returns how many.</summary>
    public Task<int> ForgetAsync(CancellationToken cancellationToken) => database.WriteAsync(
        async transaction => await numbers.ForgetAsync(transaction, calendar.Today.AddDays(-1))
            + await transaction.ExecuteAsync("DELETE FROM sms_receipt WHERE receipt_at < @before", new { before = calendar.Now - KeepUnmatched }),
        cancellationToken);

    private static async Task RecordAsync(WriteTransaction transaction, SmsReceipt receipt)
    {
        var args = Args(receipt);
        var row = await transaction.QueryOneAsync<long?>("SELECT MIN(id) FROM outbox WHERE receipt_key = @key", args);
        // Its own id is believed only of a row that no other vendor has taken.
        row ??= await transaction.QueryOneAsync<long?>("SELECT id FROM outbox WHERE id = @outboxId AND (provider IS NULL OR provider = @provider)", args);
        if (row is { } id)
        {
            await transaction.ExecuteAsync($"{ToRow} WHERE id = @outboxId AND {Unsaid}", Args(receipt with { OutboxId = id }));
            return;
        }

        if (await transaction.ExecuteAsync(
            "UPDATE sms_receipt SET receipt = CASE WHEN receipt = @delivered THEN receipt ELSE @state END WHERE receipt_key = @key", args) == 0)
        {
            await transaction.ExecuteAsync(
                "INSERT INTO sms_receipt (receipt_key, outbox_id, receipt, receipt_code, receipt_at) VALUES (@key, @outboxId, @state, @code, @receiptAt)", args);
        }
    }

    private static object Args(SmsReceipt receipt) => new
    {
        key = receipt.Key,
        provider = receipt.Key[..receipt.Key.IndexOf(':', StringComparison.Ordinal)],
        outboxId = receipt.OutboxId,
        state = receipt.State,
        code = receipt.Code,
        receiptAt = receipt.At,
        waiting = NoticeStatus.Waiting,
        sent = NoticeStatus.Sent,
        none = SmsReceiptState.None,
        failed = SmsReceiptState.Failed,
        delivered = SmsReceiptState.Delivered,
    };

    private sealed class EarlyReceipt
    {
        public string ReceiptKey { get; init; } = "";
        public SmsReceiptState State { get; init; }
        public string ReceiptCode { get; init; } = "";
        public DateTimeOffset ReceiptAt { get; init; }
        public long OutboxId { get; init; }

        public SmsReceipt Receipt() => new(ReceiptKey, OutboxId, State, ReceiptCode, ReceiptAt);
    }
}
