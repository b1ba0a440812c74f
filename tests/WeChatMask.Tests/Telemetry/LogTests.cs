using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Telemetry;

/// <summary>No log of ours says an address, its query, or anything of a person's, however much of it is asked for.</summary>
public sealed class LogTests
{
    private const string ReceiptToken = "sandboxReceiptToken2020abcdef";

    [Theory]
    [InlineData("Logging:LogLevel:Default")]
    [InlineData("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics")]
    [InlineData("Logging:Lines:LogLevel:Default")]
    [InlineData("Logging:LogLevel:System.Net.Http")]
    public async Task Booking_numbers_tokens_states_and_queries_are_in_no_line(string asked)
    {
        using var lines = new Lines();
        await using var host = await SandboxHost.StartAsync(
            "loudi", "2020-02-10T19:00:00+08:00", configure: b => b.Logging.AddProvider(lines),
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { [asked] = "Trace" });
        using var person = await host.NewResidentAsync(7, "openid-of-somebody");
        var number = (await person.BookAsync("LD01", "request-of-somebody")).Body.GetProperty("number").GetString()!;
        await GetAsync(person.Http, $"/bookings/{number}");
        await GetAsync(person.Http, $"/bookings/{number}/voucher.svg");
        await GetAsync(person.Http, "/wechat?signature=signature-of-wechat&timestamp=1&nonce=2&echostr=echo-of-wechat");
        await GetAsync(person.Http, "/login/callback?code=code-of-a-login&state=state-of-a-login");
        await GetAsync(person.Http, $"/nowhere/{number}?x=query-of-somebody");
        using var receipt = await host.Http.PostAsync(new Uri($"/sms/receipts/aliyun/{ReceiptToken}", UriKind.Relative), new StringContent("not json"));
        await host.SetClockAsync("2020-02-11T09:10:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        await clerk.PostAsync("/api/pharmacy/redemptions", new { number, idNumberLast4 = "0000", requestId = "hand-over-of-somebody" });

        foreach (var secret in new[]
        {
            number, ReceiptToken, "openid-of-somebody", "signature-of-wechat", "echo-of-wechat", "code-of-a-login", "state-of-a-login", "query-of-somebody",
            "request-of-somebody", "hand-over-of-somebody", People.IdNumber(7), People.Mobile(7),
        })
            Assert.DoesNotContain(lines.Written, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
        // What stands around lines names paths, which sinks show where they are told to.
        Assert.Empty(lines.Scopes);
    }

    private static async Task GetAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
    }

    [ProviderAlias("Lines")]
    private sealed class Lines : ILoggerProvider
    {
        public ConcurrentQueue<string> Written { get; } = new();

        public ConcurrentQueue<string> Scopes { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Writer(categoryName, Written, Scopes);

        public void Dispose()
        {
        }

        private sealed class Writer(string category, ConcurrentQueue<string> written, ConcurrentQueue<string> scopes) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
            {
                scopes.Enqueue($"{category}: {state}");
                return null;
            }

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                written.Enqueue($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}
