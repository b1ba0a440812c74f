using System.Text.Json;
using WeChatMask.Operations;
using WeChatMask.Tests.Counter;

namespace WeChatMask.Tests.Support;

/// <summary>Staff of a sandbox, and what the public reads of a pharmacy's books.</summary>
internal static class StaffLogins
{
    /// <summary>A clerk of a pharmacy, logged in.</summary>
    public static Task<HttpClient> ClerkAsync(this SandboxHost host, string pharmacy) => LogInAsync(host, $"clerk-{pharmacy.ToLowerInvariant()}", "clerk-demo");

    /// <summary>The supervisor, logged in.</summary>
    public static Task<HttpClient> SupervisorAsync(this SandboxHost host) => LogInAsync(host, "supervisor", "supervisor-demo");

    /// <summary>A pharmacy's books of a round.</summary>
    public static async Task<JsonElement> BooksAsync(this SandboxHost host, string date, string pharmacy) =>
        (await host.Http.GetJsonAsync($"/api/public/rounds/{date}")).GetProperty("pharmacies").EnumerateArray()
            .Single(p => p.GetProperty("code").GetString() == pharmacy);

    /// <summary>A figure of a pharmacy's books.</summary>
    public static int Figure(this JsonElement books, string name) => books.GetProperty(name).GetInt32();

    /// <summary>Fails with the promises that do not hold.</summary>
    public static async Task AssertSoundAsync(this SandboxHost host) =>
        Assert.Empty((await host.Get<InvariantQueries>().RunAsync(default)).Where(r => r.Broken != 0).Select(r => r.Name));

    private static async Task<HttpClient> LogInAsync(SandboxHost host, string username, string password)
    {
        var browser = host.Browser();
        using var answer = await CounterHost.LogInAsync(browser, username, password);
        Assert.Equal(302, (int)answer.StatusCode);
        return browser;
    }
}
