using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WeChatMask.Operations;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Operations;

/// <summary>A node ends when it is told to, also while it starts, and is ready only when it has started.</summary>
public sealed class SigtermTests
{
    private const int AtOnce = 6;
    private const int KilledBySystem = 128 + 15;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(ProgramProcess.Product)]
    [InlineData(ProgramProcess.Sandbox)]
    public async Task At_every_tenth_of_a_second_of_the_start_it_ends_with_0_in_under_3_seconds_and_says_nothing_more(string program)
    {
        var wrong = new ConcurrentBag<string>();
        var moments = Enumerable.Range(1, 50).Select(i => TimeSpan.FromMilliseconds(100 * i));
        await Parallel.ForEachAsync(moments, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (moment, _) =>
        {
            var end = await EndAtAsync(program, moment);
            if (end.Fault is { } fault) wrong.Add($"after {moment}: {fault}");
            // The others of this test may have held the machine: such a moment is tried again below, alone.
            else if (end.Took > Longest) wrong.Add($"slow after {moment}");
        });
        foreach (var slow in wrong.Where(w => w.StartsWith("slow after ", StringComparison.Ordinal)).ToList())
        {
            var end = await EndAtAsync(program, TimeSpan.Parse(slow["slow after ".Length..], System.Globalization.CultureInfo.InvariantCulture));
            Assert.True(end.Fault is null && end.Took < Longest, $"{slow}, alone: {end.Fault} {end.Took}");
        }

        Assert.DoesNotContain(wrong, w => !w.StartsWith("slow after ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_but_the_run_hears_signals()
    {
        // A host that hears one first gives its start up, and the run, not yet asked to end, calls that a fault.
        await using var host = await SandboxHost.StartAsync();

        Assert.Equal(typeof(ProcessRun).Assembly, host.Get<IHostLifetime>().GetType().Assembly);
    }

    [Fact]
    public async Task A_command_that_was_stopped_has_not_succeeded()
    {
        // Nobody accepts there, so the command waits for its database.
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var port = ((System.Net.IPEndPoint)silent.LocalEndpoint).Port;
        await using var verify = ProgramProcess.Start(ProgramProcess.Product, ["verify"], new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Database:Engine"] = "PostgreSql", ["Database:ConnectionString"] = FormattableString.Invariant($"Host=127.0.0.1;Port={port};Username=u;Timeout=60"),
        });
        using var line = await silent.AcceptSocketAsync();
        Assert.True(await verify.TerminateAsync());

        var ended = await verify.EndAsync();

        Assert.Equal((ExitCodes.NotYet, "Stopped before it was done."), (ended.Code, string.Join('\n', ended.Errors)));
    }

    [Fact]
    public async Task Ready_is_said_when_everything_has_started_and_not_before()
    {
        int? early = null;
        await using var host = await SandboxHost.StartAsync(configure: b => b.Services.AddHostedService(s => new Last(s.GetRequiredService<IServer>(), status => early = status)));

        Assert.Equal(503, early);
        Assert.Equal(200, (int)(await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);
    }

    private static async Task<(string? Fault, TimeSpan Took)> EndAtAsync(string program, TimeSpan moment)
    {
        await using var process = ProgramProcess.Start(program, program == ProgramProcess.Sandbox ? ["--urls", "http://127.0.0.1:0", "--data", "{folder}/data"] : ["--urls", "http://127.0.0.1:0"]);
        await Task.Delay(moment);
        if (process.HasEnded) return ($"had ended: {string.Join(" / ", (await process.EndAsync()).Errors)}", default);
        var isAlive = await process.TerminateAsync();
        var asked = TimeProvider.System.GetTimestamp();
        var ended = await process.EndAsync();
        var took = TimeProvider.System.GetElapsedTime(asked);
        // Before the runtime has come to the program's first line nobody but the system can end it.
        var code = !isAlive && ended.Code == KilledBySystem ? ExitCodes.Stopped : ended.Code;
        return (code == ExitCodes.Stopped && ended.Errors.Count == 0 ? null : $"ended with {ended.Code}: {string.Join(" / ", ended.Errors)}", took);
    }

    /// <summary>Started after everything else, asks for health from outside.</summary>
    private sealed class Last(IServer server, Action<int> told) : IHostedLifecycleService
    {
        public async Task StartedAsync(CancellationToken cancellationToken)
        {
            using var http = new HttpClient();
            using var answer = await http.GetAsync(new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/health/ready"), cancellationToken);
            told((int)answer.StatusCode);
        }

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
