using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using WeChatMask.Telemetry;

namespace WeChatMask.Tests.Telemetry;

/// <summary>Takes whatever a node sends and keeps the bytes, in which text stands as it is.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private static readonly FrozenDictionary<string, string> Signals = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["/v1/metrics"] = "metrics", ["/v1/traces"] = "traces", ["/v1/logs"] = "logs",
        ["/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"] = "metrics",
        ["/opentelemetry.proto.collector.trace.v1.TraceService/Export"] = "traces",
        ["/opentelemetry.proto.collector.logs.v1.LogsService/Export"] = "logs",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly WebApplication app;
    private readonly ConcurrentQueue<(string Signal, string Text, string? Key)> taken = new();

    private Collector(string protocol)
    {
        Protocol = protocol;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // Without TLS a port speaks one of the two.
        builder.WebHost.UseKestrelCore().ConfigureKestrel(o => o.Listen(
            IPAddress.Loopback, 0, port => port.Protocols = protocol == TelemetrySettings.Grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(TakeAsync);
    }

    /// <summary>What it speaks.</summary>
    public string Protocol { get; }

    /// <summary>Where it listens.</summary>
    public string Address => app.Urls.First();

    /// <summary>The keys it was shown.</summary>
    public IEnumerable<string?> Keys => taken.Select(t => t.Key).Distinct(StringComparer.Ordinal);

    /// <summary>Starts one.</summary>
    public static async Task<Collector> StartAsync(string protocol)
    {
        var collector = new Collector(protocol);
        await collector.app.StartAsync();
        return collector;
    }

    /// <summary>All that came of <c>metrics</c>, <c>traces</c> or <c>logs</c>.</summary>
    public string Sent(string signal) => string.Concat(taken.Where(t => t.Signal == signal).Select(t => t.Text));

    /// <inheritdoc />
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (!Signals.TryGetValue(context.Request.Path.Value!, out var signal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        taken.Enqueue((signal, Encoding.UTF8.GetString(body.ToArray()), context.Request.Headers["x-key"].ToString()));
        if (Protocol != TelemetrySettings.Grpc) return;
        context.Response.ContentType = "application/grpc";
        // An empty message, uncompressed.
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
