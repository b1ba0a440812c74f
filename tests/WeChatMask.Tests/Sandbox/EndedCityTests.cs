using System.Runtime.CompilerServices;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>A process may have many cities one after another, as this one has: each that ended is given back whole.</summary>
public sealed class EndedCityTests
{
    private const int Cities = 4;

    // Hangfire remembers the first host of a process for good, in a static of its own.
    private const int Remembered = 1;

    [Fact]
    public async Task A_city_that_has_ended_leaves_nothing_behind()
    {
        var ended = new List<WeakReference>();
        for (var i = 0; i < Cities; i++) ended.Add(await LiveAsync());

        await Eventually.UntilAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return ended.Count(city => city.IsAlive) <= Remembered;
        });
    }

    // Apart, so that no local of the test holds the city.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> LiveAsync()
    {
        await using var host = await SandboxHost.StartAsync();
        using var phone = await host.PhoneAsync("a-visitor");
        Assert.Equal("announced", (await phone.GetJsonAsync("/api/board")).GetProperty("round").GetProperty("phase").GetString());
        return new WeakReference(host.App.Services);
    }
}
