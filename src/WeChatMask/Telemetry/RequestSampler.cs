using System.Diagnostics;
using OpenTelemetry.Trace;

namespace WeChatMask.Telemetry;

/// <summary>Traces a part of the requests, and what is called on their behalf; not what jobs call each second of the day.</summary>
internal sealed class RequestSampler : Sampler
{
    private readonly TraceIdRatioBasedSampler ratio;

    private RequestSampler(double ratio) => this.ratio = new TraceIdRatioBasedSampler(ratio);

    /// <summary>A sampler that lets calls follow the request they are made for.</summary>
    public static Sampler Of(double ratio) => new ParentBasedSampler(new RequestSampler(ratio));

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.Kind == ActivityKind.Server ? ratio.ShouldSample(samplingParameters) : new SamplingResult(SamplingDecision.Drop);
}
