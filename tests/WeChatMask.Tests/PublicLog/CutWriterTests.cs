using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Bookings;
using WeChatMask.City;
using WeChatMask.Counter;
using WeChatMask.Data;
using WeChatMask.DayEnd;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;
using WeChatMask.Web;
using Receipts = WeChatMask.Domain.PublicLog.Receipt;

namespace WeChatMask.Tests.PublicLog;

/// <summary>
/// A round's day on which every writer that adds to the log is cut off before its first statement, before its second, and so on, before its
/// commit, and after the commit, of which it then does not hear. Each time it comes again.
/// </summary>
public sealed class CutWriterTests(EachEngine<CounterHost> hosts) : IClassFixture<EachEngine<CounterHost>>
{
    // What a node writes by the machine's clock beside its work.
    private static readonly string[] Beside = ["live_second"];

    // Kinds of lines whose number a city's data decide.
    private static readonly string[] Planned = ["log", "policy", "round", "window", "quota", "list", "carry"];

    private CounterHost host = null!;

    private Database Database => host.Get<Database>();

    [EngineTheory]
    public async Task Wherever_a_writer_is_cut_off_nothing_of_it_is_there_and_it_comes_again(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        CutEngine.PutUnder(Database);
        var people = new List<(BookingRequest Request, Person Person)>();
        for (var i = 0; i < 5; i++) people.Add(await host.RequestAsync());

        IReadOnlyList<BookingAnswer> answers = [];
        await CutEverywhereAsync(async () => answers = await BookAsync([.. people.Take(3).Select(p => p.Request)]));
        // Those were told by a repetition what a commit had kept of which nobody heard; these at once.
        answers = [.. answers, .. await BookAsync([.. people.Skip(3).Select(p => p.Request)])];
        Assert.Equal([null, null, null, 4, 5], answers.Select(a => a.Line is null ? (int?)null : a.Booking!.Serial));
        await CutEverywhereAsync(() => CancelAsync(answers[1].Booking!));
        host.Now = CounterHost.Morning.AddHours(-11);
        await CutEverywhereAsync(() => host.Get<RoundStore>().CloseDueAsync(default));
        await CutEverywhereAsync(() => PublishAsync(host.Get<PublishStore>()));
        host.Now = CounterHost.Morning;
        await host.Get<RoundStore>().AdvanceAsync(default);
        var handedOver = host.BookedBy(answers[0].Booking!, people[0].Person);
        await CutEverywhereAsync(() => RedeemAsync(handedOver));
        await Database.WriteAsync(t => LogPendingStore.AddAsync(t, [.. Enumerable.Range(0, 300).Select(i => LogEntry.Audit("office", i, MerkleTree.EmptyRoot))]), default);
        await CutEverywhereAsync(() => new AppendPendingJob(Database, host.Get<LogStore>()).RunAsync(default));
        await CutEverywhereAsync(() => host.Get<LogTileStore>().MakeAsync(default));
        host.Now = CounterHost.Morning.AddHours(9);
        await CutEverywhereAsync(() => host.Get<LapseStore>().LapseAsync(default));

        await CityLog.HoldsAsync(Database);
        var log = await CityLog.ReadAsync(Database);
        Assert.Equal(
            ["book 5", "cancel 1", "close 1", "publish 1", "give 1", "audit 300", "end 1"],
            log.Entries.Select(e => e.Split(' ')[0]).CountBy(k => k).Where(k => !Planned.Contains(k.Key)).Select(k => $"{k.Key} {k.Value}"));
        foreach (var answer in answers)
        {
            var text = await host.Get<BookingReceipts>().OfAsync(answer.Booking!, default);
            if (answer.Line is { } line) Assert.Equal(line.Receipt, text);
            var receipt = Receipts.TryVerify(text!, host.Get<LogKeys>().KeysOf(log.Head.LogOrigin!))!;
            Assert.Equal(log.Entries[(int)receipt.Index], receipt.Entry);
            Assert.StartsWith($"book 2020-02-10 LD01 1 {answer.Booking!.Serial} ", receipt.Entry, StringComparison.Ordinal);
        }
    }

    /// <summary>Holds after each cut that the log is whole, that every row is what it says, and that nothing is there that was not committed.</summary>
    private async Task CutEverywhereAsync(Func<Task> write)
    {
        var cuts = 0;
        for (var at = 1; ; at++)
        {
            var before = await RowsAsync();
            var cut = await CutEngine.RunAsync(at, write);
            Assert.Equal([], (await CityLog.ReadAsync(Database)).Faults());
            Assert.Equal([], await CityLog.DifferencesAsync(Database, host.Get<PersonalData>()));
            if (!cut.HasCome) break;
            cuts++;
            var after = await RowsAsync();
            if (before.SequenceEqual(after, StringComparer.Ordinal)) continue;
            Assert.True(cut.Commits > 0, $"Cut before step {at}, and yet there is:\n{string.Join('\n', after.Except(before, StringComparer.Ordinal))}");
            // What comes after that commit is cut from its first statement on.
            at = 0;
        }

        // The log's end, what is added there, before the commit, after it.
        Assert.True(cuts >= 4, $"Only {cuts} cuts.");
    }

    /// <summary>A batch at a desk of its own, which runs in the flow of the test.</summary>
    private async Task<IReadOnlyList<BookingAnswer>> BookAsync(IReadOnlyList<BookingRequest> requests)
    {
        using var desk = ActivatorUtilities.CreateInstance<BookingDesk>(host.Get<IServiceProvider>(), new DeskTally());
        var waiting = requests.Select(desk.BookAsync).ToList();
        await desk.StartAsync(default);
        await desk.StopAsync(default);
        var answers = await Task.WhenAll(waiting);
        // A cut is no one's fault: everybody is told to come again, and nobody that they have a place.
        if (Array.Exists(answers, a => a.Refusal != Refusal.None)) Assert.All(answers, a => Assert.Equal((Refusal.Busy, null, null), (a.Refusal, a.Booking, a.Line)));
        return answers;
    }

    private async Task CancelAsync(BookingRow booking) =>
        Assert.Equal(Refusal.None, await host.Get<CancellationStore>().CancelAsync(booking.AccountId, booking.Number, default));

    private static async Task PublishAsync(PublishStore store)
    {
        await store.AssignSlotsAsync(default);
        await store.PublishAsync(default);
    }

    private async Task RedeemAsync(Booked booking)
    {
        var clerk = Clerk.Of(new StaffMember(1, "clerk", StaffRole.Clerk, booking.Row.PharmacyId));
        var body = new RedemptionBody(Number: booking.Number, IdNumberLast4: booking.LastFour, RequestId: "h");
        Assert.Equal(Refusal.None, host.Get<RedemptionRequestReader>().Read(body, requestIdNeeded: true, out var request));
        Assert.Equal(Verdict.Redeemed, (await host.Get<RedemptionStore>().RedeemAsync(clerk, request!, default)).Verdict);
    }

    private async Task<IReadOnlyList<string>> RowsAsync() =>
    [
        .. (await AllRows.ReadAsync(Database)).Where(r => !Beside.Contains(r.Table)).Select(r => $"{r.Table}: {string.Join('|', r.Row.Values)}").Order(StringComparer.Ordinal),
    ];
}
