using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Telemetry;

namespace WeChatMask.Tests.Telemetry;

/// <summary>Listens to the instruments of one host, of which there are several in this process.</summary>
internal sealed class Figures : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly Dictionary<string, (double Sum, int Count, double Last)> seen = new(StringComparer.Ordinal);

    public Figures(IServiceProvider services)
    {
        var own = services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter.Name == Instruments.MeterName && ReferenceEquals(instrument.Meter.Scope, own)) to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();
    }

    /// <summary>Everything seen, as the name and then the tags' values in their order.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (seen) return [.. seen.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>All measurements together.</summary>
    public double Sum(params string[] nameAndTags) => Of(nameAndTags).Sum;

    /// <summary>How many measurements there were.</summary>
    public int Count(params string[] nameAndTags) => Of(nameAndTags).Count;

    /// <summary>What a gauge shows now.</summary>
    public double Now(params string[] nameAndTags)
    {
        listener.RecordObservableInstruments();
        return Of(nameAndTags).Last;
    }

    /// <inheritdoc />
    public void Dispose() => listener.Dispose();

    private (double Sum, int Count, double Last) Of(string[] nameAndTags)
    {
        lock (seen) return seen.GetValueOrDefault(string.Join(' ', nameAndTags));
    }

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = string.Join(' ', [instrument.Name, .. tags.ToArray().Select(t => (string)t.Value!)]);
        lock (seen)
        {
            var before = seen.GetValueOrDefault(key);
            seen[key] = (before.Sum + value, before.Count + 1, value);
        }
    }
}
