using System.Data.Common;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Telemetry;

namespace WeChatMask.Bookings;

/// <summary>
/// The booking desk: attempts wait in a bounded queue, one writer per node takes what has gathered, decides it in one
/// transaction, commits, and only then answers everybody. The commit is shared, so a rush costs few disk syncs.
/// </summary>
public sealed partial class BookingDesk : IHostedService, IDisposable
{
    private const int Tries = 5;
    private static readonly string Busy = Outcome.Of(Refusal.Busy);
    private readonly BatchWriter<Waiting> writer;
    private readonly Database database;
    private readonly BookingStore store;
    private readonly FreshNumbers numbers = new();
    private readonly Board board;
    private readonly CityCalendar calendar;
    private readonly Instruments instruments;
    private readonly DeskTally tally;
    private readonly ILogger<BookingDesk> log;

    public BookingDesk(
        Database database, BookingStore store, Board board, CityCalendar calendar, IOptions<SiteSettings> settings, Instruments instruments,
        DeskTally tally, ILogger<BookingDesk> log)
    {
        this.database = database;
        this.store = store;
        this.board = board;
        this.calendar = calendar;
        this.instruments = instruments;
        this.tally = tally;
        this.log = log;
        writer = new BatchWriter<Waiting>("booking-desk", settings.Value.DeskQueue, settings.Value.DeskBatch, HandleAsync, TurnAway);
        instruments.ShowDeskQueue(() => writer.Waiting);
        tally.Show(() => writer.Waiting);
    }

    /// <summary>Brings an attempt to the desk and waits for its answer; a full queue answers <see cref="Refusal.Busy"/> at once.</summary>
    /// <remarks>The wait cannot be cancelled: what has been handed in is decided, and its request id finds the answer again.</remarks>
    public Task<BookingAnswer> BookAsync(BookingRequest request)
    {
        var waiting = new Waiting(request);
        if (!writer.TryAdd(waiting)) TurnAway(waiting);
        return waiting.Answer.Task;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        writer.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => writer.StopAsync(cancellationToken);

    public void Dispose() => writer.Dispose();

    /// <summary>Decides a batch; when it cannot be written, halves it, so that one bad attempt does not spoil the others.</summary>
    private async Task HandleAsync(IReadOnlyList<Waiting> batch)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var answers = await DecideAsync([.. batch.Select(w => w.Request)]);
            instruments.BatchDecided(batch.Count, Stopwatch.GetElapsedTime(began));
            Count(answers);
            board.MarkChanged();
            for (var i = 0; i < batch.Count; i++) batch[i].Answer.TrySetResult(answers[i]);
        }
        catch (DbException e) when (database.Engine.IsOutage(e))
        {
            // No attempt is to blame, so none is tried alone: hundreds of people would wait for hundreds of time limits.
            LogOutage(batch.Count, e.Message);
            foreach (var waiting in batch) waiting.TellBusy();
            instruments.Booked(Busy, batch.Count);
            tally.Count(Refusal.Busy, batch.Count);
            writer.GiveBackIfSlow();
        }
        catch (Exception e) when (batch.Count > 1)
        {
            LogSplit(e, batch.Count);
            var half = batch.Count / 2;
            await HandleAsync([.. batch.Take(half)]);
            await HandleAsync([.. batch.Skip(half)]);
        }
#pragma warning disable CA1031 // "Try again" is the truth, since the request id finds what was committed after all; the desk itself must go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailure(e);
            TurnAway(batch[0]);
        }
    }

    private async Task<BookingAnswer[]> DecideAsync(IReadOnlyList<BookingRequest> requests)
    {
        var isRepeated = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var thorough = isRepeated;
                return await Database.MapConnectionErrors(() => TryDecideAsync(requests, thorough));
            }
            catch (DbException e) when (attempt < Tries && database.Engine.MayRetry(e))
            {
                // A number or a place that another node gave, or a request whose booking is there and counts no more.
                isRepeated |= database.Engine.IsUniqueClash(e);
                LogRace(e);
            }
        }
    }

    private async Task<BookingAnswer[]> TryDecideAsync(IReadOnlyList<BookingRequest> requests, bool isRepeated)
    {
        await using var transaction = await database.Engine.BeginWriteAsync(isLarge: true, writer.Aborted);
        await numbers.PrepareAsync(transaction, requests.Count);
        // Read after the write lock was won, so that no attempt is judged by an instant long past.
        var now = calendar.Now;
        var batch = await store.LoadAsync(transaction, requests, calendar.DateOf(now), now, isRepeated);
        var answers = requests.Select(r => batch.Decide(r, numbers.Take)).ToArray();
        if (!isRepeated) await FindEarlierAsync(transaction, requests, answers);
        await store.SaveAsync(transaction, batch);
        if (batch.Made.Count > 0) await transaction.CommitAsync();
        return answers;
    }

    /// <summary>Gives a request that is refused the booking that it has made before. One that would book again is stopped by its unique key.</summary>
    private static async Task FindEarlierAsync(WriteTransaction transaction, IReadOnlyList<BookingRequest> requests, BookingAnswer[] answers)
    {
        var refused = requests.Where((_, i) => answers[i].Refusal != Refusal.None).ToList();
        if (refused.Count == 0) return;
        var earlier = (await BookingStore.EarlierAsync(transaction, refused)).ToDictionary(b => b.Request);
        if (earlier.Count == 0) return;
        for (var i = 0; i < answers.Length; i++)
        {
            if (answers[i].Refusal != Refusal.None && earlier.TryGetValue(requests[i].Key, out var booking)) answers[i] = new BookingAnswer(Refusal.None, booking, Repeated: true);
        }
    }

    private void TurnAway(Waiting waiting)
    {
        waiting.TellBusy();
        instruments.Booked(Busy, 1);
        tally.Count(Refusal.Busy, 1);
    }

    /// <summary>Counts how attempts ended; one that was answered before is a repetition and no booking more.</summary>
    private void Count(IEnumerable<BookingAnswer> answers)
    {
        foreach (var (outcome, count) in answers.CountBy(a => (a.Refusal, a.Repeated)))
        {
            if (!outcome.Repeated) tally.Count(outcome.Refusal, count);
            if (!instruments.HearsBookings) continue;
            instruments.Booked(outcome.Repeated ? "repeated" : outcome.Refusal == Refusal.None ? "booked" : Outcome.Of(outcome.Refusal), count);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database does not take bookings, {Count} attempts are answered busy: {Problem}")]
    private partial void LogOutage(int count, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A batch of {Count} could not be written and is split")]
    private partial void LogSplit(Exception failure, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "A booking attempt could not be written")]
    private partial void LogFailure(Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Another writer was first; the batch is decided anew")]
    private partial void LogRace(Exception race);

    private sealed record Waiting(BookingRequest Request)
    {
        public TaskCompletionSource<BookingAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void TellBusy() => Answer.TrySetResult(new BookingAnswer(Refusal.Busy));
    }
}
