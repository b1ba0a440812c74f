using System.Globalization;
using WeChatMask.Data;
using WeChatMask.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>
/// Loudi over three evenings, on each of which a journalist's cron job looked at nine. After the third look the city stands where cheating
/// pays, and its own jobs rest.
/// </summary>
public sealed class MonitoredCity : IAsyncLifetime
{
    private const int Neighbours = 120;
    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-journalist-").FullName;
    private readonly List<CheckSaid> days = [];
    private SandboxHost host = null!;
    private IAsyncDisposable? quiet;
    private string key = "";

    /// <summary>What the job printed, evening by evening.</summary>
    internal IReadOnlyList<CheckSaid> Days => days;

    /// <summary>Cheats in this city.</summary>
    internal CheatCalls Cheats { get; private set; } = null!;

    /// <summary>What the job keeps from one day to the next.</summary>
    internal string State => Path.Combine(folder, "state");

    public async Task InitializeAsync()
    {
        host = await SandboxHost.StartAsync();
        Cheats = new CheatCalls(host);
        key = (await host.Http.GetStringAsync(new Uri("/log/vkeys", UriKind.Relative))).TrimEnd('\n');
        foreach (var day in (int[])[10, 11])
        {
            await EveningAsync(day, "19:00:01");
            await host.Http.PostAsync("/sandbox/neighbours", new { count = Neighbours });
            await LookAtNineAsync(day);
        }

        // Lets the second round close and the third open, with receipts kept, a code on a door and a backup of the night.
        await Cheats.StageAgainAsync();
        await LookAtNineAsync(12);
        quiet = await host.HoldJobsAsync();
    }

    public async Task DisposeAsync()
    {
        if (quiet is not null) await quiet.DisposeAsync();
        if (host is not null) await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The job's run at this moment, on a copy of what it kept: what it sees of a cheat is not there at the next run.</summary>
    internal async Task<CheckSaid> LookOnCopyAsync()
    {
        var copy = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        foreach (var file in Directory.EnumerateFiles(State, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(State, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return await LookAsync(copy);
    }

    /// <summary>As the crontab has it, but for the seconds that it waits before it looks again at what may still move.</summary>
    private Task<CheckSaid> LookAsync(string state) =>
        CheckProgram.RunAsync("monitor", host.Address.GetLeftPart(UriPartial.Authority), "--key", key, "--state", state, "--lang", "en", "--wait", "0.2");

    private async Task LookAtNineAsync(int day)
    {
        await EveningAsync(day, "21:00:00");
        // The record's end is read every other second at the latest, and here an evening passes in less.
        var size = await host.Get<Database>().ReadAsync(async c => (await LogStore.HeadAsync(c, null)).Size, default);
        await Eventually.UntilAsync(async () =>
            long.Parse((await host.Http.GetStringAsync(new Uri("/log/checkpoint", UriKind.Relative))).Split('\n')[1], CultureInfo.InvariantCulture) >= size);
        days.Add(await LookAsync(State));
    }

    private Task EveningAsync(int day, string time) => host.SetClockAsync($"2020-02-{day}T{time}+08:00");
}
