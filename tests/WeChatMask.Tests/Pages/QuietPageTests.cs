using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>Personal pages with a form are kept by nobody, and the log stays quiet about it.</summary>
public sealed class QuietPageTests
{
    [Fact]
    public async Task Pages_with_a_form_are_not_stored_and_warn_of_nothing()
    {
        using var lines = new Lines();
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", configure: builder => builder.Logging.AddProvider(lines));
        using var anonymous = host.Browser();
        using var supervisor = await host.SupervisorAsync();
        using var clerk = await host.ClerkAsync("LD01");
        using var one = await host.NewResidentAsync(1);

        foreach (var (browser, path) in new[] { (anonymous, "/staff/login"), (supervisor, "/supervisor"), (clerk, "/pharmacy"), (one.Http, "/book"), (one.Http, "/my-data") })
        {
            var page = await PageReader.OpenAsync(browser, path);
            Assert.Equal(200, (int)page.Status);
            Assert.Contains("__RequestVerificationToken", page.Html, StringComparison.Ordinal);
            Assert.True(page.Answer.Headers.CacheControl!.NoStore, path);
        }

        // One without a form's token too.
        Assert.True((await PageReader.OpenAsync(one.Http, "/bookings")).Answer.Headers.CacheControl!.NoStore);
        Assert.Empty(lines.All);
    }

    /// <summary>Everything that antiforgery logs as a warning or worse.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) =>
            categoryName.StartsWith("Microsoft.AspNetCore.Antiforgery", StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) All.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
