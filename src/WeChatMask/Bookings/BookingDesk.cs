using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;

namespace WeChatMask.Bookings;

/// <summary>
/// The booking desk: attempts wait in a bounded queue, one writer per node takes what has gathered, decides it in one
/// transaction, commits, and only then answers everybody. The commit is shared, so a rush costs few disk syncs.
/// </summary>
public sealed class BookingDesk : IHostedService, IDisposable
{
    private const int Tries = 5;
    private readonly Channel<Waiting> queue;
    private readonly Database database;
    private readonly BookingStore store;
    private readonly FreshNumbers numbers;
    private readonly Board board;
    private readonly CityCalendar calendar;
    private readonly ILogger<BookingDesk> log;
    private readonly int batchSize;
    private readonly CancellationTokenSource abort = new();
    private Thread? writer;

    /// <summary>Sets the desk up; it takes nothing before it is started.</summary>
    public BookingDesk(
        Database database, BookingStore store, BookingQueries queries, Board board, CityCalendar calendar, IOptions<SiteSettings> settings, ILogger<BookingDesk> log)
    {
        this.database = database;
        this.store = store;
        this.board = board;
        this.calendar = calendar;
        this.log = log;
        batchSize = settings.Value.DeskBatch;
        numbers = new FreshNumbers(queries, batchSize);
        queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(settings.Value.DeskQueue) { SingleReader = true });
    }

    /// <summary>Brings an attempt to the desk and waits for its answer; a full queue answers <see cref="Refusal.Busy"/> at once.</summary>
    /// <remarks>The wait cannot be cancelled: what has been handed in is decided, and its request id finds the answer again.</remarks>
    public Task<BookingAnswer> BookAsync(BookingRequest request)
    {
        var waiting = new Waiting(request);
        return queue.Writer.TryWrite(waiting) ? waiting.Answer.Task : Task.FromResult(new BookingAnswer(Refusal.Busy));
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: on the pool, busy request threads could keep the one who answers them from running.
        writer = new Thread(Run) { IsBackground = true, Name = "booking-desk" };
        writer.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        await using var stop = cancellationToken.Register(abort.Cancel);
        if (writer is { } thread) await Task.Run(thread.Join, CancellationToken.None);
    }

    /// <inheritdoc />
    public void Dispose() => abort.Dispose();

    private void Run()
    {
        var batch = new List<Waiting>(batchSize);
        // An exception that left this thread would end the process.
        while (!abort.IsCancellationRequested && queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < batchSize && queue.Reader.TryRead(out var waiting)) batch.Add(waiting);
            SettleAsync(batch).GetAwaiter().GetResult();
        }

        // Left only when the stop could not wait: nothing was written for them.
        while (queue.Reader.TryRead(out var left)) left.Answer.TrySetResult(new BookingAnswer(Refusal.Busy));
    }

    /// <summary>Decides a batch; when it cannot be written, halves it, so that one bad attempt does not spoil the others.</summary>
    private async Task SettleAsync(IReadOnlyList<Waiting> batch)
    {
        try
        {
            var answers = await DecideAsync([.. batch.Select(w => w.Request)]);
            board.MarkChanged();
            for (var i = 0; i < batch.Count; i++) batch[i].Answer.TrySetResult(answers[i]);
        }
        catch (DbException e) when (database.Engine.IsOutage(e))
        {
            // No attempt is to blame, so none is tried alone: hundreds of people would wait for hundreds of time limits.
            log.LogWarning("The database does not take bookings, {Count} attempts are answered busy: {Problem}", batch.Count, e.Message);
            foreach (var waiting in batch) waiting.Answer.TrySetResult(new BookingAnswer(Refusal.Busy));
        }
        catch (Exception e) when (batch.Count > 1)
        {
            log.LogWarning(e, "A batch of {Count} could not be written and is split", batch.Count);
            var half = batch.Count / 2;
            await SettleAsync([.. batch.Take(half)]);
            await SettleAsync([.. batch.Skip(half)]);
        }
#pragma warning disable CA1031 // "Try again" is the truth, since the request id finds what was committed after all; the desk itself must go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "A booking attempt could not be written");
            batch[0].Answer.TrySetResult(new BookingAnswer(Refusal.Busy));
        }
    }

    private async Task<BookingAnswer[]> DecideAsync(IReadOnlyList<BookingRequest> requests)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryDecideAsync(requests);
            }
            catch (DbException e) when (attempt < Tries && database.Engine.MayRetry(e))
            {
                log.LogInformation(e, "Another writer was first; the batch is decided anew");
            }
        }
    }

    private async Task<BookingAnswer[]> TryDecideAsync(IReadOnlyList<BookingRequest> requests)
    {
        await numbers.PrepareAsync(requests.Count, abort.Token);
        await using var transaction = await database.Engine.BeginWriteAsync(abort.Token);
        // Read after the write lock was won, so that no attempt is judged by an instant long past.
        var now = calendar.Now;
        var batch = await store.LoadAsync(transaction, requests, calendar.DateOf(now), now, abort.Token);
        var answers = requests.Select(r => batch.Decide(r, numbers.Take)).ToArray();
        await store.SaveAsync(transaction, batch, abort.Token);
        if (batch.Made.Count > 0) await transaction.CommitAsync(abort.Token);
        return answers;
    }

    private sealed record Waiting(BookingRequest Request)
    {
        public TaskCompletionSource<BookingAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
