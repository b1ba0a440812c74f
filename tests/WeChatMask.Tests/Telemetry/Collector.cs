using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace WeChatMask.Tests.Telemetry;

/// <summary>Takes by plain HTTP whatever a node sends and keeps the bytes, in which text stands as it is.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<(string Signal, string Text, string? Key)> taken = new();

    private Collector()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            taken.Enqueue((context.Request.Path.Value!, Encoding.UTF8.GetString(body.ToArray()), context.Request.Headers["x-key"].ToString()));
        });
    }

    /// <summary>Where it listens.</summary>
    public string Address => app.Urls.First();

    /// <summary>The keys it was shown.</summary>
    public IEnumerable<string?> Keys => taken.Select(t => t.Key).Distinct();

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector.app.StartAsync();
        return collector;
    }

    /// <summary>All that came by one path.</summary>
    public string Sent(string path) => string.Concat(taken.Where(t => t.Signal == path).Select(t => t.Text));

    /// <inheritdoc />
    public ValueTask DisposeAsync() => app.DisposeAsync();
}
