using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>Another sandbox's world that this node joins: its owner, city and clock, as they were when it was found.</summary>
public sealed class JoinedWorld
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);

    private JoinedWorld(Uri owner, WorldFacts facts)
    {
        Owner = owner;
        City = facts.City;
        Clock = facts.Clock;
    }

    /// <summary>How long to wait for a world that may be starting at the same time.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Where its owner listens.</summary>
    public Uri Owner { get; }

    /// <summary>Short name of its city.</summary>
    public string City { get; }

    /// <summary>Its clock.</summary>
    public WorldTime Clock { get; }

    /// <summary>Asks the sandbox at an address, for some time if it does not listen yet. A joined node names the owner of its own world.</summary>
    /// <exception cref="SandboxUsageException">Nobody answers there, or not a sandbox.</exception>
    public static async Task<JoinedWorld> FindAsync(Uri address, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        using var handler = Handler();
        using var http = new HttpClient(handler, disposeHandler: false) { Timeout = LongestAnswer };
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(address, WorldEndpoints.FactsPath), cancellationToken);
                if ((int)answer.StatusCode < (int)HttpStatusCode.InternalServerError) return await ReadAsync(address, answer, cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Not there yet.
            }

            if (TimeProvider.System.GetElapsedTime(start) > patience)
                throw SandboxOptions.Wrong($"--world \"{address}\" does not answer; start that sandbox first, or at the same time.", ExitCodes.NotYet);
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>How nodes of a world speak with each other: straight, and told of redirects.</summary>
    internal static SocketsHttpHandler Handler() => new() { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = LongestAnswer };

    private static async Task<JoinedWorld> ReadAsync(Uri address, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            if (answer.IsSuccessStatusCode
                && await answer.Content.ReadFromJsonAsync<WorldFacts>(SandboxJson.Options, cancellationToken) is { Clock: not null } facts
                && SandboxOptions.ReadAddress(facts.Address) is { } owner
                && Cities.Names.Contains(facts.City, StringComparer.Ordinal))
            {
                return new JoinedWorld(owner, facts);
            }
        }
        catch (JsonException)
        {
            // Something else speaks JSON there.
        }

        throw SandboxOptions.Wrong($"--world \"{address}\" is not a sandbox of this kind.");
    }
}
