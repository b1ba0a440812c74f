using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>Something that is done to a database cluster, or to what stands before it, while three nodes behind one proxy book.</summary>
internal abstract class ClusterFault(ClusterKind kind) : Fault(kind == ClusterKind.Patroni ? DatabaseKind.PostgreSql : DatabaseKind.MySql)
{
    /// <summary>How a member comes back whose programs have ended.</summary>
    protected const string Started = "was started, as systemd does it,";

    private const long NotYet = -1;
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromSeconds(60);
    private Cluster? cluster;

    /// <inheritdoc />
    public override string Product => kind.ToString();

    /// <inheritdoc />
    public override int? BehindProxy => 3;

    /// <summary>The cluster's kind.</summary>
    protected ClusterKind Kind => kind;

    /// <summary>Seconds without a booking that are not to be exceeded.</summary>
    protected virtual double? MostSeconds => null;

    /// <summary>The cluster.</summary>
    protected Cluster Cluster => cluster!;

    /// <inheritdoc />
    public override async Task<DatabaseSettings> PrepareAsync()
    {
        cluster = await Cluster.StartAsync(kind, Folder);
        return cluster.Settings;
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyList<string>> CheckAsync(ChaosCity city, Answers answers)
    {
        var broken = new List<string>();
        if (answers.LongestGap.TotalSeconds > MostSeconds) broken.Add(string.Create(CultureInfo.InvariantCulture, $"more than {MostSeconds} s without a booking"));
        var watch = Stopwatch.StartNew();
        var counts = await CountAsync();
        // Who follows without being waited for is some moments behind.
        while ((counts.Contains(NotYet) || counts.Distinct().Count() > 1) && watch.Elapsed < LongestCatchUp)
        {
            await Task.Delay(500);
            counts = await CountAsync();
        }

        if (counts.Contains(NotYet) || counts.Distinct().Count() > 1) broken.Add($"the members have {string.Join(", ", counts)} bookings");
        return broken;
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>The member that would take over, since it has every commit.</summary>
    protected async Task<int> StandbyAsync()
    {
        if (kind == ClusterKind.Patroni) return (await Cluster.RolesAsync()).First(r => r.Value == "synchronous").Key;
        var writer = await Cluster.WriterAsync();
        return Cluster.Members.First(m => m != writer);
    }

    /// <summary>Waits until a member is in step again, and notes how long that took; one that has ended is started.</summary>
    protected async Task BringBackAsync(int member, string how)
    {
        var since = Stopwatch.GetTimestamp();
        await Cluster.ActAsync(member, "start");
        Notes.Add(string.Create(CultureInfo.InvariantCulture, $"member {member} {how} and was in step {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s later"));
    }

    /// <summary>Seconds from <paramref name="since"/> until a booking that was asked for later.</summary>
    protected static Task<double?> BooksAgainAsync(ChaosCity city, Rush rush, long since) => rush.Answers.RecoveredAsync(city.Entrances, since, LongestRecovery);

    /// <summary>Lets a fault last, and notes what was answered meanwhile.</summary>
    protected async Task LastAsync(Rush rush, TimeSpan time, string what)
    {
        var (bookings, busy) = (rush.Answers.Bookings.Count, rush.Answers.Busy);
        await Task.Delay(time);
        Notes.Add(string.Create(CultureInfo.InvariantCulture, $"{what} for {time.TotalSeconds:0} s: {rush.Answers.Bookings.Count - bookings} bookings and {rush.Answers.Busy - busy} times 503 meanwhile"));
    }


    private async Task<List<long>> CountAsync()
    {
        var counts = new List<long>();
        foreach (var member in Cluster.Members)
        {
            using var database = new Database(Microsoft.Extensions.Options.Options.Create(Cluster.SettingsOf(member)));
            try
            {
                counts.Add(await database.ScalarAsync<long>("SELECT COUNT(*) FROM booking"));
            }
            catch (DbException)
            {
                // It has only just come back.
                counts.Add(NotYet);
            }
        }

        return counts;
    }
}
