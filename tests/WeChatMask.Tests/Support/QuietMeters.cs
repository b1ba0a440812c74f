using System.Diagnostics.Metrics;
using WeChatMask.Telemetry;

namespace WeChatMask.Tests.Support;

/// <summary>Instruments for what a test puts together by hand.</summary>
internal static class QuietMeters
{
    /// <summary>A set of its own.</summary>
    public static Instruments New() => new(new Factory());

    private sealed class Factory : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
