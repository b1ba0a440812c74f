using System.Diagnostics.Metrics;

namespace WeChatMask.Telemetry;

/// <summary>What the product counts and times, under one meter. No tag says who somebody is.</summary>
public sealed class Instruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "WeChatMask";

    private static readonly InstrumentAdvice<double> Calls = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] };
    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2000] };

    private readonly Meter meter;
    private readonly Counter<long> bookings;
    private readonly Histogram<int> batchSize;
    private readonly Histogram<double> batchDuration;
    private readonly Counter<long> redemptions;
    private readonly Counter<long> jobRuns;
    private readonly Histogram<double> jobDuration;
    private readonly Counter<long> vendorCalls;
    private readonly Histogram<double> vendorDuration;
    private readonly Counter<long> recentReads;

    /// <summary>Makes them on a meter of this host's own.</summary>
    public Instruments(IMeterFactory meters)
    {
        meter = meters.Create(MeterName);
        bookings = meter.CreateCounter<long>("wechatmask.bookings", "{attempt}", "Attempts that the booking desk has answered.");
        batchSize = meter.CreateHistogram("wechatmask.desk.batch.size", "{attempt}", "Attempts that were decided together.", advice: Sizes);
        batchDuration = meter.CreateHistogram("wechatmask.desk.batch.duration", "s", "From taking a batch to its commit.", advice: Calls);
        redemptions = meter.CreateCounter<long>("wechatmask.redemptions", "{verdict}", "Verdicts given at pharmacies' counters.");
        jobRuns = meter.CreateCounter<long>("wechatmask.job.runs", "{run}", "Runs of timed jobs.");
        jobDuration = meter.CreateHistogram("wechatmask.job.duration", "s", "How long a job ran.", advice: Calls);
        vendorCalls = meter.CreateCounter<long>("wechatmask.vendor.calls", "{call}", "Messages handed to SMS vendors, and calls of WeChat's API.");
        vendorDuration = meter.CreateHistogram("wechatmask.vendor.duration", "s", "How long a vendor took to answer.", advice: Calls);
        recentReads = meter.CreateCounter<long>("wechatmask.database.recent.reads", "{read}", "Reads that a standby may answer, where one is set.");
    }

    /// <summary>Whether anybody wants to know how attempts to book ended.</summary>
    public bool HearsBookings => bookings.Enabled;

    /// <summary>So many attempts to book ended so.</summary>
    public void Booked(string outcome, int count) => bookings.Add(count, Tag("outcome", outcome));

    /// <summary>A batch was decided and is committed.</summary>
    public void BatchDecided(int size, TimeSpan took)
    {
        batchSize.Record(size);
        batchDuration.Record(took.TotalSeconds);
    }

    /// <summary>A verdict was given.</summary>
    public void Redeemed(string verdict) => redemptions.Add(1, Tag("verdict", verdict));

    /// <summary>A job has run.</summary>
    public void JobRan(string job, string outcome, TimeSpan took)
    {
        jobRuns.Add(1, Tag("job", job), Tag("outcome", outcome));
        jobDuration.Record(took.TotalSeconds, Tag("job", job), Tag("outcome", outcome));
    }

    /// <summary>A vendor was called.</summary>
    public void VendorCalled(string vendor, string outcome, TimeSpan took)
    {
        vendorCalls.Add(1, Tag("vendor", vendor), Tag("outcome", outcome));
        vendorDuration.Record(took.TotalSeconds, Tag("vendor", vendor), Tag("outcome", outcome));
    }

    /// <summary>What may be a moment old was read from <c>standby</c> or <c>primary</c>.</summary>
    public void ReadRecent(string from) => recentReads.Add(1, Tag("from", from));

    /// <summary>Shows how many attempts wait at the desk.</summary>
    public void ShowDeskQueue(Func<int> waiting) =>
        meter.CreateObservableGauge("wechatmask.desk.queue", waiting, "{attempt}", "Attempts that wait at the booking desk.");

    /// <summary>Shows how many follow the board.</summary>
    public void ShowBoardListeners(Func<int> listeners) =>
        meter.CreateObservableGauge("wechatmask.board.listeners", listeners, "{listener}", "Browsers that follow the board's changes.");

    /// <summary>Shows how many reports of stock wait for a supervisor, once that was looked up. The answer says whether anybody listens.</summary>
    public ObservableGauge<long> ShowHeldReports(Func<long?> waiting) => meter.CreateObservableGauge<long>(
        "wechatmask.stock.held",
        () => waiting() is { } count ? [new Measurement<long>(count)] : [],
        "{report}",
        "Reports of stock that wait for a supervisor.");

    /// <summary>Shows how long the oldest notice of each channel has waited. The answer says whether anybody listens, for whom it costs something to know.</summary>
    public ObservableGauge<double> ShowOutboxAge(Func<IEnumerable<(string Channel, TimeSpan Age)>> ages) => meter.CreateObservableGauge(
        "wechatmask.outbox.age",
        () => ages().Select(a => new Measurement<double>(a.Age.TotalSeconds, Tag("channel", a.Channel))),
        "s",
        "How long the oldest notice has waited that is due or was tried in vain.");

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
