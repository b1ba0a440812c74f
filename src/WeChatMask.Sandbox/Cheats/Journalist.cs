using Microsoft.Extensions.Localization;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>
/// A journalist's script, which ran yesterday and kept the whole log: the same steps in the same order as <c>check.py monitor</c>, over
/// HTTP, with nothing that a stranger does not have.
/// </summary>
public sealed class Journalist(PublicSite site, CheatFiles files, JournalistChecks checks, IStringLocalizer<Text.Cheat> text)
{
    private const int Shown = 60;
    private const int Looks = 3;

    // Longer than a line waits to be added and its note to be served.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <summary>How anybody holds the two logs side by side that two halves are shown.</summary>
    public string CompareCommand => $"python3 tools/check.py compare {site.Address}{PublicSite.First} {site.Address}{PublicSite.Other} --key {files.Key}";

    /// <summary>Keeps the log as it is now, line by line and held against its signed root.</summary>
    public async Task<(string Note, IReadOnlyList<string> Lines)?> KeepAsync(string key, CancellationToken cancellationToken)
    {
        var log = site.Log(PublicSite.First, key);
        if (await log.NewestAsync(cancellationToken) is not { } newest) return null;
        var lines = await log.LinesAsync(0, newest.Checkpoint.Size, cancellationToken);
        return Read(lines).Root() == newest.Checkpoint.Root ? (newest.Text, lines) : null;
    }

    public async Task<Verdict> LookAsync(Stage stage, CancellationToken cancellationToken)
    {
        files.LayOut(stage);
        var log = site.Log(PublicSite.First, stage.Key);
        var before = SignedNote.TryVerify(stage.Note, [VerifierKey.TryParse(stage.Key)!])!.Checkpoint;
        if (await log.NewestAsync(cancellationToken) is not { Checkpoint: var now }) return Say([text["Journalist_NoNote"]], []);
        if (now.Size < before.Size) return Say([text["Journalist_Shorter", before.Size, now.Size, before.Size - now.Size]], [Line(before.Size - 1, stage.Lines)]);

        List<string> lines = [.. stage.Lines, .. await log.LinesAsync(before.Size, now.Size, cancellationToken)];
        var replay = Read(lines);
        // With yesterday's lines at its beginning the log must have the root that is signed today.
        if (replay.Root() != now.Root) return Say(Rewritten(stage.Lines, await log.LinesAsync(0, now.Size, cancellationToken)), []);

        List<string> found = [.. Broken(replay, lines), .. await StandingAsync(log, lines, replay, cancellationToken)];
        return Say(found, [text["Journalist_Lines", before.Size, now.Size - before.Size], text["Journalist_Checks"]], text["Journalist_Good", now.Size]);
    }

    /// <summary>What does not fit the lines and still does not while they catch up: a city goes on while it is looked at.</summary>
    private async Task<IReadOnlyList<string>> StandingAsync(PublicLogSite log, List<string> lines, Replay replay, CancellationToken cancellationToken)
    {
        var found = await checks.RunAsync(log, lines, replay, cancellationToken);
        for (var look = 1; look < Looks && found.Count > 0; look++)
        {
            await Task.Delay(Pause, cancellationToken);
            if (await log.NewestAsync(cancellationToken) is { Checkpoint: var now } && now.Size > lines.Count)
            {
                var added = await log.LinesAsync(lines.Count, now.Size, cancellationToken);
                lines.AddRange(added);
                foreach (var line in added) replay.Add(line);
            }

            var before = found;
            found = await checks.RunAsync(log, lines, replay, cancellationToken);
            if (found.SequenceEqual(before, StringComparer.Ordinal)) break;
        }

        return found;
    }

    private Verdict Say(IReadOnlyList<string> found, IReadOnlyList<string> grounds, string good = "")
    {
        var command = $"python3 tools/check.py monitor {site.Address}{PublicSite.First} --key {files.Key} --state {files.Journalist}";
        return new Verdict("journalist", found.Count > 0, found.Count > 0 ? found[0] : good, [.. found.Skip(1).Take(4), .. grounds]) { Command = command };
    }

    /// <summary>Broken rules; of one kind the first, and how many there are.</summary>
    private IEnumerable<string> Broken(Replay replay, IReadOnlyList<string> lines) =>
        from finding in replay.Findings
        where finding.Code.ToString()[0] == 'F'
        group finding.Line by finding.Code into same
        let rule = text[$"Rule_{same.Key}"]
        select text["Journalist_Rule", same.First(), rule.ResourceNotFound ? same.Key.ToString() : rule.Value, same.Count(), Brief(lines[(int)same.First()])].Value;

    /// <summary>Where today's log first differs from yesterday's.</summary>
    private List<string> Rewritten(IReadOnlyList<string> was, IReadOnlyList<string> now)
    {
        var at = Enumerable.Range(0, Math.Min(was.Count, now.Count)).FirstOrDefault(i => was[i] != now[i], -1);
        if (at < 0) return [text["Journalist_Unlike", was.Count]];
        string first = was[at].Split(' ') is ["book", var day, var code, _, var serial, ..] && now[at].StartsWith($"book {day} {code} ", StringComparison.Ordinal)
            ? text["Journalist_Rebooked", at, code, serial]
            : text["Journalist_Changed", at];
        return [first, text["Journalist_Was", was[at]], text["Journalist_Now", now[at]]];
    }

    private string Line(long index, IReadOnlyList<string> lines) => text["Journalist_Was", lines[(int)index]];

    private static Replay Read(IEnumerable<string> lines)
    {
        var replay = new Replay();
        foreach (var line in lines) replay.Add(line);
        return replay;
    }

    private static string Brief(string line) => line.Length <= Shown ? line : line[..Shown] + "…";
}
