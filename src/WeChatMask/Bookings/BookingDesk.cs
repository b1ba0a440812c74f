using System.Data.Common;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Telemetry;

namespace WeChatMask.Bookings;

/// <summary>
/// The booking desk: attempts wait in a bounded queue, a writer takes what has gathered, decides it in one transaction,
/// commits, and only then answers everybody. The commit is shared, so a rush costs few disk syncs.
/// </summary>
/// <remarks>A pharmacy's attempts all come to one line, in order of arrival. On a server there are two: while it works for one, this node works for the other.</remarks>
public sealed partial class BookingDesk : IHostedService, IDisposable
{
    // A clash comes of the batch itself, or of another node once in a while; a lost lock may come again and again while two nodes write.
    private const int Clashes = 5;
    private const int Tries = 20;
    private static readonly string Busy = Outcome.Of(Refusal.Busy);
    private readonly Line[] lines;
    private readonly int mostWaiting;
    private readonly Database database;
    private readonly BookingStore store;
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
        mostWaiting = settings.Value.DeskQueue;
        lines = [.. Enumerable.Range(0, database.Engine.WritersAtOnce).Select(_ => new Line(this, mostWaiting, settings.Value.DeskBatch))];
        instruments.ShowDeskQueue(CountWaiting);
        tally.Show(CountWaiting);
    }

    /// <summary>Brings an attempt to the desk and waits for its answer; a full queue answers <see cref="Refusal.Busy"/> at once.</summary>
    /// <remarks>The wait cannot be cancelled: what has been handed in is decided, and its request id finds the answer again.</remarks>
    public Task<BookingAnswer> BookAsync(BookingRequest request)
    {
        var waiting = new Waiting(request);
        var line = lines[(uint)request.PharmacyCode.GetHashCode(StringComparison.Ordinal) % lines.Length];
        if (CountWaiting() >= mostWaiting || !line.Writer.TryAdd(waiting)) TurnAway(waiting);
        return waiting.Answer.Task;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var line in lines) line.Writer.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(lines.Select(l => l.Writer.StopAsync(cancellationToken)));

    public void Dispose()
    {
        foreach (var line in lines) line.Writer.Dispose();
    }

    private int CountWaiting()
    {
        var waiting = 0;
        foreach (var line in lines) waiting += line.Writer.Waiting;
        return waiting;
    }

    /// <summary>Decides a batch; when it cannot be written, halves it, so that one bad attempt does not spoil the others.</summary>
    private async Task HandleAsync(Line line, IReadOnlyList<Waiting> batch)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var answers = await DecideAsync(line, [.. batch.Select(w => w.Request)]);
            instruments.BatchDecided(batch.Count, Stopwatch.GetElapsedTime(began));
            Count(answers);
            // Refusals change nothing that it shows: in a rush where all is gone nobody waits for it to be read again.
            if (Array.Exists(answers, a => a is { Refusal: Refusal.None, Repeated: false })) board.MarkChanged();
            for (var i = 0; i < batch.Count; i++) batch[i].Answer.TrySetResult(answers[i]);
        }
        catch (DbException e) when (database.Engine.IsOutage(e))
        {
            // No attempt is to blame, so none is tried alone: hundreds of people would wait for hundreds of time limits.
            LogOutage(batch.Count, e.Message);
            foreach (var waiting in batch) waiting.TellBusy();
            instruments.Booked(Busy, batch.Count);
            tally.Count(Refusal.Busy, batch.Count);
            line.Writer.GiveBackIfSlow();
        }
        catch (Exception e) when (batch.Count > 1)
        {
            LogSplit(e, batch.Count);
            var half = batch.Count / 2;
            await HandleAsync(line, [.. batch.Take(half)]);
            await HandleAsync(line, [.. batch.Skip(half)]);
        }
#pragma warning disable CA1031 // "Try again" is the truth, since the request id finds what was committed after all; the desk itself must go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailure(e);
            TurnAway(batch[0]);
        }
    }

    private async Task<BookingAnswer[]> DecideAsync(Line line, IReadOnlyList<BookingRequest> requests)
    {
        var isRepeated = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var thorough = isRepeated;
                return await Database.MapConnectionErrors(() => TryDecideAsync(line, requests, thorough));
            }
            catch (DbException e) when (attempt < Clashes && database.Engine.IsUniqueClash(e))
            {
                // A number or a place that another node gave, or a request whose booking is there and counts no more.
                isRepeated = true;
                LogRace(e);
            }
            catch (DbException e) when (attempt < Tries && database.Engine.MayRetry(e) && !database.Engine.IsUniqueClash(e))
            {
                LogRace(e);
                await Task.Delay(Random.Shared.Next(1, 5 * attempt), line.Writer.Aborted);
            }
        }
    }

    private async Task<BookingAnswer[]> TryDecideAsync(Line line, IReadOnlyList<BookingRequest> requests, bool isRepeated)
    {
        await using var transaction = await database.Engine.BeginWriteAsync(isLarge: true, line.Writer.Aborted);
        await line.Numbers.PrepareAsync(transaction, requests.Count);
        // Read after the write lock was won, so that no attempt is judged by an instant long past.
        var now = calendar.Now;
        var batch = await store.LoadAsync(transaction, requests, calendar.DateOf(now), now, isRepeated);
        var answers = requests.Select(r => batch.Decide(r, line.Numbers.Take)).ToArray();
        if (!isRepeated) await FindEarlierAsync(transaction, requests, answers);
        var salts = await store.SaveAsync(transaction, batch);
        if (batch.Made.Count > 0) await transaction.CommitAsync();
        if (transaction.Logged is { } lines) GiveLines(answers, lines, salts);
        return answers;
    }

    /// <summary>Gives each booking that was made its line: they stand in the log in the order in which they were decided.</summary>
    private static void GiveLines(BookingAnswer[] answers, LoggedLines lines, IReadOnlyList<Hash> salts)
    {
        var line = 0;
        for (var i = 0; i < answers.Length; i++)
        {
            if (answers[i] is not { Refusal: Refusal.None, Repeated: false }) continue;
            answers[i] = answers[i] with { Line = new LoggedBooking(lines, line, salts[line]) };
            line++;
        }
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

    private sealed class Line
    {
        public Line(BookingDesk desk, int capacity, int batch) =>
            Writer = new BatchWriter<Waiting>("booking-desk", capacity, batch, waiting => desk.HandleAsync(this, waiting), desk.TurnAway);

        public BatchWriter<Waiting> Writer { get; }

        public FreshNumbers Numbers { get; } = new();
    }

    private sealed record Waiting(BookingRequest Request)
    {
        public TaskCompletionSource<BookingAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void TellBusy() => Answer.TrySetResult(new BookingAnswer(Refusal.Busy));
    }
}
