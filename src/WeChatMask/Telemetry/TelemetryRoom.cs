using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using WeChatMask.Settings;

namespace WeChatMask.Telemetry;

/// <summary>Metrics, traces and logs by OTLP, once <c>Telemetry:Endpoint</c> is set.</summary>
public static class TelemetryRoom
{
    // The .NET runtime's own meter, and the source of spans for calls by HttpClient.
    private const string Runtime = "System.Runtime";
    private const string OutgoingCalls = "System.Net.Http";

    /// <summary>Registers the instruments, which cost nothing while nobody listens; who listens and sends only where there is an endpoint.</summary>
    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSection<TelemetrySettings, TelemetrySettingsValidator>("Telemetry");
        services.AddQuietFrameworks();
        services.AddMetrics().AddSingleton<Instruments>();
        var settings = configuration.GetSection("Telemetry").Get<TelemetrySettings>() ?? new TelemetrySettings();
        // What is wrong with them is said at the start, with the other settings' faults.
        if (settings.Endpoint.Length > 0 && new TelemetrySettingsValidator().Validate(null, settings).Succeeded) services.AddSenders(settings);
    }

    private static void AddSenders(this IServiceCollection services, TelemetrySettings settings)
    {
        // Two read what a caller says of a trace: the web server, and its instrumentation once more. A third tells WeChat, the registry and vendors of ours.
        services.AddSingleton(DistributedContextPropagator.Current = new OwnTraces());
        Sdk.SetDefaultTextMapPropagator(new CompositeTextMapPropagator([]));
        services.AddOpenTelemetry()
            // Cleared of what the environment's OTEL_ variables would add.
            .ConfigureResource(resource => resource.Clear().AddTelemetrySdk().AddService(
                settings.ServiceName,
                serviceVersion: typeof(TelemetryRoom).Assembly.GetName().Version?.ToString(),
                autoGenerateServiceInstanceId: false,
                serviceInstanceId: FormattableString.Invariant($"{Environment.MachineName}-{Environment.ProcessId}")))
            .WithMetrics(metrics => metrics
                .AddMeter(Instruments.MeterName, Runtime)
                .AddAspNetCoreInstrumentation()
                .AddOtlpExporter(exporter => Address(exporter, settings, "metrics")))
            .WithTracing(traces => traces
                .SetSampler(RequestSampler.Of(settings.SampleRatio))
                .AddAspNetCoreInstrumentation(http => http.Filter = context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
                .AddSource(OutgoingCalls)
                .AddProcessor(new SpanRedaction())
                .AddOtlpExporter(exporter => Address(exporter, settings, "traces")))
            .WithLogging(
                logs => logs
                    .AddProcessor(new LogRedaction())
                    .AddOtlpExporter(exporter => Address(exporter, settings, "logs")),
                // Scopes hold the path of the request.
                options => (options.IncludeFormattedMessage, options.IncludeScopes) = (true, false));
        // What frameworks say in detail holds addresses of calls, whatever Logging:LogLevel lets the console show.
        services.AddLogging(logging => logging
            .AddFilter<OpenTelemetryLoggerProvider>("Microsoft", LogLevel.Warning)
            .AddFilter<OpenTelemetryLoggerProvider>("System", LogLevel.Warning));
    }

    // All of them are set, so that no OTEL_ variable speaks for one that is left out.
    private static void Address(OtlpExporterOptions exporter, TelemetrySettings settings, string signal)
    {
        var http = settings.Protocol == TelemetrySettings.HttpProtobuf;
        exporter.Protocol = http ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = new Uri(http ? $"{settings.Endpoint.TrimEnd('/')}/v1/{signal}" : settings.Endpoint);
        exporter.Headers = settings.Headers;
    }
}
