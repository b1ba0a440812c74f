using System.Collections.Frozen;
using System.Diagnostics;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace WeChatMask.Telemetry;

/// <summary>Leaves in a span what is known to be harmless. Paths and queries hold receipt tokens, signatures, log-in codes and booking numbers.</summary>
internal sealed class SpanRedaction : BaseProcessor<Activity>
{
    private static readonly FrozenSet<string> Kept = new[]
    {
        "http.request.method", "http.response.status_code", "http.route", "url.scheme", "server.address", "server.port",
        "network.protocol.name", "network.protocol.version", "error.type",
    }.ToFrozenSet(StringComparer.Ordinal);

    public override void OnEnd(Activity data)
    {
        foreach (var tag in data.TagObjects.Where(tag => !Kept.Contains(tag.Key)).ToList()) data.SetTag(tag.Key, null);
        // A caller's own text, and at times an exception's.
        data.TraceStateString = null;
        data.SetStatus(data.Status);
    }
}

/// <summary>Leaves of an exception its types and where it came from: a database's message may quote the row it is about.</summary>
internal sealed class LogRedaction : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        if (data.Exception is not { } exception) return;
        data.Exception = null;
        data.Attributes =
        [
            .. data.Attributes ?? [],
            new("exception.type", exception.GetType().FullName),
            new("exception.stacktrace", Trace(exception)),
        ];
    }

    private static string Trace(Exception exception)
    {
        var trace = new StringBuilder();
        for (var e = exception; e is not null; e = e.InnerException) trace.Append(e.GetType().FullName).Append('\n').Append(e.StackTrace).Append('\n');
        return trace.ToString();
    }
}
