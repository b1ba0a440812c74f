using System.Diagnostics;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Crash;

/// <summary>What tests and measurements start ends with them, also when they are killed.</summary>
public sealed class WatchdogTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_was_started_ends_when_the_other_is_killed_even_if_it_stands_still(bool paused)
    {
        using var killed = Start();
        using var started = Start();
        if (paused) await Shell.RunAsync("kill", "-STOP", $"{started.Id}");
        Shell.EndTogether(killed.Id, started.Id, "TERM");

        killed.Kill();

        await killed.WaitForExitAsync();
        await started.WaitForExitAsync().WaitAsync(Eventually.GiveUp);
    }

    [Fact]
    public async Task Who_is_left_by_one_that_ended_goes_on()
    {
        using var watched = Start();
        using var ended = Start();
        Shell.EndTogether(watched.Id, ended.Id, "TERM");
        ended.Kill();
        await ended.WaitForExitAsync();

        Assert.False(watched.HasExited);
        watched.Kill();
    }

    private static Process Start() => Process.Start(new ProcessStartInfo("sleep", ["300"]) { UseShellExecute = false })!;
}
