using System.Collections.Concurrent;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WeChatMask.Telemetry;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Telemetry;

/// <summary>What leaves the house: figures, spans and log lines, and in none of them a secret or a person.</summary>
[Collection(nameof(InstrumentTests))]
public sealed class ExportTests
{
    private const string ReceiptToken = "sandboxReceiptToken2020abcdef";
    private const string OpenId = "oExportedPerson";

    [Theory]
    [InlineData(TelemetrySettings.Grpc)]
    [InlineData(TelemetrySettings.HttpProtobuf)]
    public async Task Metrics_traces_and_logs_arrive_and_hold_no_secret_and_nobody(string protocol)
    {
        await using var collector = await Collector.StartAsync(protocol);
        var secrets = await LiveAsync(collector, sampleRatio: "1");

        var (metrics, traces, logs) = (collector.Sent("metrics"), collector.Sent("traces"), collector.Sent("logs"));
        Assert.Equal(["key-of-the-collector"], collector.Keys);
        Assert.Contains("wechatmask.bookings", metrics, StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", metrics, StringComparison.Ordinal);
        Assert.Contains("dotnet.gc.collections", metrics, StringComparison.Ordinal);
        Assert.Contains("city-of-tests", metrics, StringComparison.Ordinal);
        Assert.Contains("/api/bookings/{number}", traces, StringComparison.Ordinal);
        Assert.Contains("/sms/receipts/aliyun/{token}", traces, StringComparison.Ordinal);
        Assert.Contains("city-of-tests", traces, StringComparison.Ordinal);
        Assert.Contains("The row of {Table} is there already", logs, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException", logs, StringComparison.Ordinal);
        Assert.All(secrets, secret =>
        {
            Assert.DoesNotContain(secret, metrics, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(secret, traces, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(secret, logs, StringComparison.OrdinalIgnoreCase);
        });
    }

    [Theory]
    [InlineData("0")]
    // Who chose the trace's number could choose one that is sampled.
    [InlineData("0.000001")]
    public async Task A_caller_cannot_ask_to_be_traced(string ratio)
    {
        await using var collector = await Collector.StartAsync(TelemetrySettings.HttpProtobuf);
        await LiveAsync(collector, ratio);

        Assert.Contains("wechatmask.bookings", collector.Sent("metrics"), StringComparison.Ordinal);
        var traces = collector.Sent("traces");
        Assert.True(traces.Length == 0, traces);
    }

    [Fact]
    public async Task Nobody_outside_is_told_of_a_trace()
    {
        await using var collector = await Collector.StartAsync(TelemetrySettings.HttpProtobuf);
        var heard = new ConcurrentQueue<string>();
        await LiveAsync(collector, sampleRatio: "1", outside: call => heard.Enqueue(string.Join(' ', call.Headers.Keys)));

        Assert.NotEmpty(heard);
        Assert.All(heard, names => Assert.DoesNotContain("trace", names, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Leads a city through what has secrets in its addresses, and gives back what must not be seen.</summary>
    private static async Task<IReadOnlyList<string>> LiveAsync(Collector collector, string sampleRatio, Action<HttpRequest>? outside = null)
    {
        // A test's host has no logger's provider but what is added here; what it is set to stays as the product says.
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", configure: b => b.Services.AddSingleton<IStartupFilter>(new Outside(outside)).AddOpenTelemetry().WithLogging(), settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Telemetry:Endpoint"] = collector.Address, ["Telemetry:Protocol"] = collector.Protocol, ["Telemetry:SampleRatio"] = sampleRatio,
            ["Telemetry:Headers"] = "x-key=key-of-the-collector", ["Telemetry:ServiceName"] = "city-of-tests", ["Logging:LogLevel:Default"] = "Debug",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1", ["OTEL_SERVICE_NAME"] = "not-this-name", ["OTEL_RESOURCE_ATTRIBUTES"] = "who=not-this-name",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=not-this-key",
        });
        using var person = await host.NewResidentAsync(7, OpenId);
        person.Http.DefaultRequestHeaders.Add("traceparent", "00-00000000000000000000000000000001-2222222222222222-01");
        person.Http.DefaultRequestHeaders.Add("tracestate", "who=tracestate-of-a-caller");
        person.Http.DefaultRequestHeaders.UserAgent.ParseAdd("phone-of-somebody/1.0");
        var booking = (await person.BookAsync("LD01", "request-of-somebody")).Body;
        var number = booking.GetProperty("number").GetString()!;
        var voucher = (await person.Http.GetJsonAsync($"/api/bookings/{number}")).GetProperty("voucher").GetString()!;
        await GetAsync(person.Http, $"/bookings/{number}");
        await GetAsync(person.Http, $"/bookings/{number}/voucher.svg");
        await GetAsync(person.Http, $"/wechat?signature=signature-of-wechat&timestamp=1&nonce=2&echostr=echo-of-wechat");
        await GetAsync(person.Http, "/login/callback?code=code-of-a-login&state=state-of-a-login");
        // On its way the product calls WeChat.
        await GetAsync(person.Http, "/login?returnUrl=%2Fhealth%2Flive");
        await GetAsync(person.Http, $"/nowhere/{number}?voucher={Uri.EscapeDataString(voucher)}");
        using var receipt = await host.Http.PostAsJsonAsync($"/sms/receipts/aliyun/{ReceiptToken}", Array.Empty<object>());
        using var message = await host.Http.PostAsJsonAsync($"/sandbox/phones/{OpenId}/messages", new { type = "text", content = People.IdNumber(7) });
        await host.SetClockAsync("2020-02-11T09:10:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        await clerk.PostAsync("/api/pharmacy/redemptions", new { voucher, requestId = "hand-over-of-somebody" });
        var log = host.Get<ILoggerFactory>().CreateLogger("WeChatMask.Tests");
        var quoting = new InvalidOperationException("Duplicate entry 'row-of-somebody'", new InvalidOperationException("Key (row-of-somebody) exists"));
        log.LogError(quoting, "The row of {Table} is there already", "booking");
        return
        [
            ReceiptToken, OpenId, number, voucher, People.IdNumber(7), People.Mobile(7), "张三丰", "signature-of-wechat", "echo-of-wechat",
            "code-of-a-login", "state-of-a-login", "request-of-somebody", "hand-over-of-somebody", "row-of-somebody", "phone-of-somebody", "tracestate-of-a-caller",
            "key-of-the-collector", "not-this-name", "not-this-key",
        ];
    }

    private static async Task GetAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
    }

    /// <summary>Hears the product's own calls to WeChat.</summary>
    private sealed class Outside(Action<HttpRequest>? hear) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, rest) =>
            {
                if (context.Request.Path.Value!.EndsWith("/sns/oauth2/access_token", StringComparison.Ordinal)) hear?.Invoke(context.Request);
                return rest(context);
            });
            next(app);
        };
    }
}
