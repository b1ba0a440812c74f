using System.Diagnostics;
using WeChatMask.Tests.Architecture;

namespace WeChatMask.Tests.PublicLog;

/// <summary>What browsers check of the public record, by themselves: Node runs their scripts against what is made here from the definitions.</summary>
public sealed class CheckScriptTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests/WeChatMask.Tests/PublicLog/Script");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.test.mjs").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task What_a_browser_checks_is_what_was_written(string file)
    {
        using var node = Process.Start(new ProcessStartInfo("node", ["--test", file]) { WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardOutput = true })!;
        var said = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();

        Assert.True(node.ExitCode == 0, said);
        Assert.DoesNotContain(" pass 0", said, StringComparison.Ordinal);
    }
}
