using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.PublicLog;
using WeChatMask.Tests.Support;
using Receipts = WeChatMask.Domain.PublicLog.Receipt;

namespace WeChatMask.Tests.PublicLog;

/// <summary>A receipt can be had again at any time, byte for byte.</summary>
public sealed class ReadingReceiptTests
{
    [EngineTheory]
    public async Task A_receipt_is_what_the_desk_gave_before_tiles_are_made_and_after(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 4, [30]);
        var nodes = new[] { await city.AddNode().StartAsync(), await city.AddNode().StartAsync() };
        var people = await city.RegisterAsync(130);
        var answers = await Task.WhenAll(people.Select((p, i) => nodes[i % 2].BookAsync(p, city.Codes[i / 2 % 4])));
        var booked = answers.Where(a => a.Refusal == Refusal.None).ToList();
        Assert.Equal(120, booked.Count);
        var reader = new LogReader(city.Database);

        await HoldAsync(reader);
        await ReadingTree.GrowAsync(city.Database, 300);
        Assert.True(await ReadingTree.TileAllAsync(city.Database) > 0);
        Assert.Equal(0, await city.Database.ScalarAsync<long>("SELECT COUNT(*) FROM log_batch l JOIN booking b ON b.log_batch = l.id WHERE l.body IS NOT NULL"));
        await HoldAsync(reader);
        await HoldAsync(new LogReader(city.Database));

        async Task HoldAsync(LogReader read)
        {
            var receipts = new LogReceipts(read);
            foreach (var answer in booked)
            {
                Assert.Equal(answer.Line!.Receipt, await receipts.OfBookingAsync(answer.Booking!.Id, answer.Line.Salt, default));
                var plain = Receipts.TryVerify((await receipts.OfBookingAsync(answer.Booking.Id, null, default))!, TestLog.Keys.KeysOf("test/log"))!;
                Assert.Null(plain.Salt);
                Assert.StartsWith($"book 2020-02-10 {answer.Booking.PharmacyCode} 1 {answer.Booking.Serial} ", plain.Entry, StringComparison.Ordinal);
            }
        }
    }

    [EngineTheory]
    public async Task A_booking_that_went_to_other_pharmacies_has_the_receipt_of_the_first(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 3, [5]);
        var node = await city.AddNode().StartAsync();
        var answers = await Task.WhenAll((await city.RegisterAsync(3)).Select((p, i) => node.BookAsync(p, city.Codes[i])));
        var moved = answers[0];
        var at = (await city.Database.QueryAsync<(string Code, long Id)>("SELECT code, id FROM pharmacy")).ToDictionary(p => p.Code, p => p.Id, StringComparer.Ordinal);
        await city.Database.WriteAsync(
            async transaction =>
            {
                // Planned and dropped; then the second move, whose lever has the smaller id; then the first.
                await transaction.InsertManyAsync(
                    "booking_move",
                    ["lever_id", "booking_id", "round_date", "from_pharmacy_id", "from_serial", "to_pharmacy_id", "to_serial", "moved_at"],
                    [
                        [1L, moved.Booking!.Id, "2020-02-10", at["P003"], 1, at["P002"], null, null],
                        [2L, moved.Booking.Id, "2020-02-10", at["P002"], 2, at["P003"], 2, 2000L],
                        [3L, moved.Booking.Id, "2020-02-10", at["P001"], 1, at["P002"], 2, 1000L],
                    ]);
                await transaction.ExecuteAsync("UPDATE booking SET pharmacy_id = @to, serial = 2, window_index = 2 WHERE id = @Id", new { to = at["P003"], moved.Booking.Id });
                await transaction.ExecuteAsync("UPDATE booking SET log_batch = NULL WHERE id = @Id", new { answers[2].Booking!.Id });
            },
            default);
        var receipts = new LogReceipts(new LogReader(city.Database));

        Assert.Equal(moved.Line!.Receipt, await receipts.OfBookingAsync(moved.Booking!.Id, moved.Line.Salt, default));
        Assert.Equal(answers[1].Line!.Receipt, await receipts.OfBookingAsync(answers[1].Booking!.Id, answers[1].Line!.Salt, default));
        Assert.Null(await receipts.OfBookingAsync(answers[2].Booking!.Id, null, default));
        Assert.Null(await receipts.OfBookingAsync(1, null, default));
    }
}
