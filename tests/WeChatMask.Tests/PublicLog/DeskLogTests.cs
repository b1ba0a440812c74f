using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Tests.Support;
using Receipts = WeChatMask.Domain.PublicLog.Receipt;

namespace WeChatMask.Tests.PublicLog;

/// <summary>What the desk books stands in the public log with the same commit.</summary>
public sealed class DeskLogTests
{
    [EngineTheory]
    public async Task A_confirmed_booking_has_its_line_and_a_receipt_that_holds(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        var node = await city.AddNode().StartAsync();
        var person = (await city.RegisterAsync(1))[0];

        var answer = await node.BookAsync(person, city.Codes[0]);

        var receipt = Receipts.TryVerify(answer.Line!.Receipt, TestLog.Keys.KeysOf("test/log"))!;
        var log = await CityLog.ReadAsync(city.Database);
        Assert.Equal(log.Entries[(int)receipt.Index], receipt.Entry);
        Assert.Equal($"book 2020-02-10 P001 1 1 {DeskCity.Opening.ToUnixTimeSeconds() + 1} {Who.Of(receipt.Salt!.Value, DeskCity.ProofOf(person))}", receipt.Entry);
        Assert.Equal(log.Head.Frontier.Root(), receipt.Note.Checkpoint.Root);
    }

    [EngineTheory]
    public async Task A_rush_at_two_nodes_leaves_one_log_without_a_gap_in_which_every_receipt_holds(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 4, [30]);
        var nodes = new[] { await city.AddNode().StartAsync(), await city.AddNode().StartAsync() };
        var people = await city.RegisterAsync(200);

        var answers = await Task.WhenAll(people.Select((p, i) => nodes[i % 2].BookAsync(p, city.Codes[i / 2 % 4])));

        var log = await CityLog.ReadAsync(city.Database);
        Assert.Empty(log.Faults());
        var booked = answers.Where(a => a.Refusal == Refusal.None).ToList();
        Assert.Equal(120, booked.Count);
        var keys = TestLog.Keys.KeysOf("test/log");
        foreach (var answer in booked)
        {
            var receipt = Receipts.TryVerify(answer.Line!.Receipt, keys)!;
            Assert.Equal(receipt.Entry, log.Entries[(int)receipt.Index]);
            Assert.StartsWith($"book 2020-02-10 {answer.Booking!.PharmacyCode} 1 {answer.Booking.Serial} ", receipt.Entry, StringComparison.Ordinal);
        }

        Assert.Equal(booked.Count, log.Entries.Count(e => e.StartsWith("book ", StringComparison.Ordinal)));
    }

    [EngineTheory]
    public async Task What_is_not_committed_leaves_nothing_in_the_log(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        var before = await CityLog.ReadAsync(city.Database);

        await using (var transaction = await city.Database.Engine.BeginWriteAsync(default))
        {
            transaction.Log(LogEntry.Publish(DeskCity.Day, 1));
            await TestLog.Store.AppendAsync(transaction, [LogEntry.Publish(DeskCity.Day, 1)]);
        }

        Assert.Equal(before.Entries, (await CityLog.ReadAsync(city.Database)).Entries);
    }
}
