using System.Diagnostics;
using WeChatMask.Tests.Architecture;

namespace WeChatMask.Tests.Support;

/// <summary>What a stranger runs at home: <c>tools/check.py</c> as a process of its own.</summary>
internal static class CheckProgram
{
    /// <summary>Where it lies in the repository, as the pages' commands name it.</summary>
    public const string Path = "tools/check.py";

    /// <summary>Runs it to its end.</summary>
    public static async Task<CheckSaid> RunAsync(params string[] args)
    {
        // -B: nothing that is made while it runs is left beside it.
        var start = new ProcessStartInfo("python3", ["-B", Path, .. args])
        {
            WorkingDirectory = Repository.Root, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var program = Process.Start(start)!;
        var errors = program.StandardError.ReadToEndAsync();
        var said = await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync();
        return new CheckSaid(program.ExitCode, said + await errors);
    }
}

/// <summary>How it ended: 0 good, 2 something to notice, 1 a fault, 3 it could not look; and all that it printed.</summary>
internal sealed record CheckSaid(int Exit, string Text)
{
    /// <summary>The sentences that say what is wrong, each a line; not the heads of the rounds that they are of.</summary>
    public IReadOnlyList<string> Findings =>
        [.. Text.Split('\n').Where(l => IsOfRound(l) || (l.StartsWith("fault ", StringComparison.Ordinal) && !HasMore(l))).Select(l => l["fault ".Length..].TrimStart(' ', '-'))];

    private static bool IsOfRound(string line) => line.StartsWith("       - ", StringComparison.Ordinal);

    private bool HasMore(string line) => Text.Contains($"{line}\n       - ", StringComparison.Ordinal);
}
