using System.Diagnostics;
using WeChatMask.Tests.Architecture;

namespace WeChatMask.Tests.PublicLog;

/// <summary>What strangers check with, by itself: Python runs its program against an honest city, cheating ones and answers that are wrong.</summary>
public sealed class CheckProgramTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests/check_py");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "test_*.py").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task What_a_stranger_checks_is_what_was_written(string file)
    {
        // -B: nothing that is made while they run is left beside them.
        var start = new ProcessStartInfo("python3", ["-B", "-m", "unittest", file]) { WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardError = true };
        using var python = Process.Start(start)!;
        var said = await python.StandardError.ReadToEndAsync();
        await python.WaitForExitAsync();

        Assert.True(python.ExitCode == 0, said);
        Assert.Matches(@"Ran [1-9]\d* tests? in", said);
    }
}
