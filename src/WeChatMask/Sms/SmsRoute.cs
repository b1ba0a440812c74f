using Polly;
using Polly.CircuitBreaker;

namespace WeChatMask.Sms;

/// <summary>
/// The way to one vendor, with a circuit before it: after failures that are the vendor's own it is left alone for a while,
/// and then one message is let through to see. State is a node's own; another node finds out by itself.
/// </summary>
internal sealed class SmsRoute
{
    private const double FailureRatio = 0.5;
    private const int FewestCalls = 2;
    private const int MostDoublings = 4;
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(30);

    private readonly ResiliencePipeline<SmsOutcome> circuit;
    private int problem;

    /// <summary>Only where it is guarded there is a circuit: a lone vendor is always tried, since nobody else could send.</summary>
    public SmsRoute(ISmsVendor vendor, TimeProvider time, bool guarded)
    {
        Vendor = vendor;
        var builder = new ResiliencePipelineBuilder<SmsOutcome> { TimeProvider = time };
        if (guarded)
        {
            builder.AddCircuitBreaker(new CircuitBreakerStrategyOptions<SmsOutcome>
            {
                FailureRatio = FailureRatio,
                MinimumThroughput = FewestCalls,
                SamplingDuration = Sampling,
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is { } outcome && SmsProblems.IsOfVendor(outcome.Reason)),
                BreakDurationGenerator = arguments => ValueTask.FromResult(Rest((SmsProblem)Volatile.Read(ref problem), arguments.HalfOpenAttempts)),
            });
        }

        circuit = builder.Build();
    }

    public ISmsVendor Vendor { get; }

    /// <summary>Hands a message over, unless the vendor is being left alone.</summary>
    /// <returns>The vendor's outcome; or, with <c>Asked</c> false, for how long it is left alone.</returns>
    public async Task<(bool Asked, SmsOutcome Outcome)> SendAsync(SmsMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return (true, await circuit.ExecuteAsync(
                async (_, token) =>
                {
                    var outcome = await Vendor.SendAsync(message, token) with { Provider = Vendor.Name };
                    if (SmsProblems.IsOfVendor(outcome.Reason)) Volatile.Write(ref problem, (int)outcome.Reason);
                    return outcome;
                },
                this, cancellationToken));
        }
        catch (BrokenCircuitException open)
        {
            var reason = (SmsProblem)Volatile.Read(ref problem);
            return (false, SmsOutcome.Of(reason == SmsProblem.None ? SmsProblem.Outage : reason, "circuit open", open.RetryAfter) with { Provider = Vendor.Name });
        }
    }

    /// <summary>How long a vendor is left alone: as long as its problem tends to last, and twice as long each time it is still there.</summary>
    internal static TimeSpan Rest(SmsProblem problem, int stillThere)
    {
        var first = problem switch
        {
            SmsProblem.Throttled => TimeSpan.FromSeconds(5),
            SmsProblem.Outage or SmsProblem.None => TimeSpan.FromSeconds(30),
            _ => TimeSpan.FromMinutes(5),
        };
        return first * (1 << Math.Clamp(stillThere, 0, MostDoublings));
    }
}
