using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>An address where people come in: a node, or the one proxy before all of them.</summary>
internal abstract class Entrance : IDisposable
{
    /// <summary>How long a caller waits for an answer, be it "later".</summary>
    public static TimeSpan LongestAnswer { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Prepares its clients.</summary>
    protected Entrance(int port)
    {
        Address = new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}"));
        Http = Phone.Connect(Address);
        // A paused node says nothing for good; whoever asked it goes to another.
        Http.Timeout = LongestAnswer;
        Pages = Phone.Connect(Address);
        Pages.Timeout = LongestAnswer;
        Pages.DefaultRequestHeaders.Add("Accept", "text/html");
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>A program's client.</summary>
    public HttpClient Http { get; }

    /// <summary>A browser's client.</summary>
    public HttpClient Pages { get; }

    /// <summary>Whether it answers that it is ready.</summary>
    public async Task<bool> IsReadyAsync()
    {
        try
        {
            return (await new Phone("watch").SendAsync(Http, HttpMethod.Get, "/health/ready")).Status == 200;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Http.Dispose();
        Pages.Dispose();
    }
}
