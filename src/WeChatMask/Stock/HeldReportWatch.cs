using System.Data.Common;
using System.Diagnostics.Metrics;
using WeChatMask.Telemetry;

namespace WeChatMask.Stock;

/// <summary>Looks up, while somebody listens to the instruments, how many reports of stock wait for a supervisor.</summary>
public sealed class HeldReportWatch : BackgroundService
{
    private const long Unknown = -1;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);

    private readonly HeldReportStore held;
    private readonly ObservableGauge<long> gauge;
    private long waiting = Unknown;

    /// <summary>Shows what the last look saw.</summary>
    public HeldReportWatch(HeldReportStore held, Instruments instruments)
    {
        this.held = held;
        gauge = instruments.ShowHeldReports(() => Volatile.Read(ref waiting) is not Unknown and var count ? count : null);
    }

    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!gauge.Enabled) return;
        try
        {
            Volatile.Write(ref waiting, await held.CountAsync(cancellationToken));
        }
        catch (DbException)
        {
            // Nothing is shown of what is not known; that the database is away is told elsewhere.
            Volatile.Write(ref waiting, Unknown);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pace, stoppingToken);
            await LookAsync(stoppingToken);
        }
    }
}
