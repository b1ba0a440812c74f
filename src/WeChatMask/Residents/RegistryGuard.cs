using System.Text.Json;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>
/// Keeps a slow, throttled or broken registry from holding people up, one for the whole node: so many calls at once, a limit
/// for each try and for all of them, retries with growing pauses, and a circuit breaker that answers at once while it is away.
/// </summary>
/// <remarks>
/// A throttled answer is retried but does not open the circuit: that registry is there. Whoever has time (the job) probes past
/// an open circuit, so that the first answer after an outage closes it for everybody.
/// </remarks>
public sealed class RegistryGuard : IDisposable
{
    private const int Retries = 4;

    private readonly SemaphoreSlim lanes;
    private readonly CircuitBreakerManualControl circuit = new();
    private readonly ResiliencePipeline<RegistryReply> pipeline;
    private readonly ResiliencePipeline<RegistryReply> probe;

    public RegistryGuard(IOptions<RegistrySettings> settings)
    {
        var limits = settings.Value;
        lanes = new SemaphoreSlim(limits.Concurrency, limits.Concurrency);
        pipeline = new ResiliencePipelineBuilder<RegistryReply>()
            .AddTimeout(limits.Timeout * 2)
            .AddRetry(new RetryStrategyOptions<RegistryReply>
            {
                MaxRetryAttempts = Retries,
                Delay = TimeSpan.FromMilliseconds(50),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(IsAway(args.Outcome.Exception) || args.Outcome.Result is { IsThrottled: true } or { IsTrouble: true }),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<RegistryReply>
            {
                // A dozen people's tries: fewer failures are a hiccup, more an outage.
                MinimumThroughput = 60,
                FailureRatio = 0.5,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(3),
                ManualControl = circuit,
                ShouldHandle = args => ValueTask.FromResult(IsAway(args.Outcome.Exception) || args.Outcome.Result is { IsTrouble: true }),
            })
            .AddTimeout(limits.Timeout)
            .Build();
        probe = new ResiliencePipelineBuilder<RegistryReply>().AddTimeout(limits.Timeout).Build();
    }

    /// <summary>Asks under all limits; waiting for a free lane counts too.</summary>
    public async Task<RegistryReply> AskAsync(Func<CancellationToken, Task<RegistryReply>> ask, CancellationToken cancellationToken) =>
        await pipeline.ExecuteAsync(async token => await InLaneAsync(ask, token), cancellationToken);

    /// <summary>Asks once. An answer closes the circuit.</summary>
    public async Task<RegistryReply> ProbeAsync(Func<CancellationToken, Task<RegistryReply>> ask, CancellationToken cancellationToken)
    {
        var reply = await probe.ExecuteAsync(async token => await InLaneAsync(ask, token), cancellationToken);
        if (reply.Answer is not null) await circuit.CloseAsync(cancellationToken);
        return reply;
    }

    /// <summary>Whether an error means that the registry could not be reached or not be understood in time.</summary>
    public static bool IsAway(Exception? error) => error is HttpRequestException or JsonException or TimeoutRejectedException;

    public void Dispose() => lanes.Dispose();

    private async Task<RegistryReply> InLaneAsync(Func<CancellationToken, Task<RegistryReply>> ask, CancellationToken cancellationToken)
    {
        await lanes.WaitAsync(cancellationToken);
        try
        {
            return await ask(cancellationToken);
        }
        finally
        {
            lanes.Release();
        }
    }
}
