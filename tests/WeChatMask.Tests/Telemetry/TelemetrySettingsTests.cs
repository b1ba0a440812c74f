using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using WeChatMask.Telemetry;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Telemetry;

/// <summary>What switches telemetry on, and what is refused at the start.</summary>
public sealed class TelemetrySettingsTests
{
    [Fact]
    public async Task Without_an_endpoint_nobody_listens_and_nothing_is_sent_whatever_the_environment_says()
    {
        await using var host = await SandboxHost.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1", ["Telemetry:SampleRatio"] = "1",
        });

        Assert.Null(host.App.Services.GetService<MeterProvider>());
        Assert.Null(host.App.Services.GetService<TracerProvider>());
        Assert.Null(host.App.Services.GetService<LoggerProvider>());
        Assert.DoesNotContain(host.App.Services.GetServices<IHostedService>(), s => s.GetType().Assembly.GetName().Name!.StartsWith("OpenTelemetry", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Endpoint", "collector:4317")]
    [InlineData("Endpoint", "/v1")]
    [InlineData("Endpoint", "ftp://collector")]
    [InlineData("Endpoint", "http://name:word@collector")]
    [InlineData("Endpoint", "http://collector/?key=1")]
    [InlineData("Protocol", "http/json")]
    [InlineData("ServiceName", "")]
    [InlineData("ServiceName", "two words")]
    [InlineData("SampleRatio", "1.1")]
    [InlineData("SampleRatio", "NaN")]
    [InlineData("Headers", "hush-hush")]
    [InlineData("Headers", "x-key=hush-hush,")]
    [InlineData("Headers", "x-key=hush-hush\nx-other: 1")]
    public async Task What_cannot_be_used_is_named_and_a_secret_is_not_repeated(string key, string value)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Telemetry:Endpoint"] = "http://127.0.0.1:4317", [$"Telemetry:{key}"] = value };

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => SandboxHost.StartAsync(settings: settings));

        var fault = Assert.Single(refusal.Failures);
        Assert.StartsWith($"Telemetry:{key} ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:4317", "grpc", "")]
    [InlineData("https://collector.example.gov.cn/otlp", "http/protobuf", "authorization=Basic%20YTpi, x-city=loudi=1")]
    public void What_collectors_ask_for_is_accepted(string endpoint, string protocol, string headers)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Telemetry:Endpoint"] = endpoint, ["Telemetry:Protocol"] = protocol, ["Telemetry:Headers"] = headers,
        }).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddTelemetry(configuration);
        using var provider = services.BuildServiceProvider();

        Assert.Equal(endpoint, provider.GetRequiredService<IOptions<TelemetrySettings>>().Value.Endpoint);
        Assert.NotNull(provider.GetService<MeterProvider>());
    }
}
