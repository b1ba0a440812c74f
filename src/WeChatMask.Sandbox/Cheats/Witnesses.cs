using WeChatMask.Operations;

namespace WeChatMask.Sandbox;

/// <summary>Asks everybody who might notice. Nobody is told what was done.</summary>
public sealed class Witnesses(CitizenPhone phone, Door door, Journalist journalist, LogVerifier check, OtherLogStore others, CheatTexts texts)
{
    private const int MostLines = 4;

    public async Task<IReadOnlyList<Verdict>> LookAsync(Stage stage, CancellationToken cancellationToken)
    {
        // Where two logs are shown, the phone and the passer-by at the door are served the second, and the journalist the first.
        var isTwo = await others.ReadAsync(cancellationToken) is not null;
        var half = isTwo ? PublicSite.Other : PublicSite.First;
        var written = await journalist.LookAsync(stage, cancellationToken);
        return
        [
            await phone.LookAsync(stage, half, cancellationToken),
            await door.LookAsync(stage, half, cancellationToken),
            isTwo ? written with { Command = journalist.CompareCommand } : written,
            await NightAsync(cancellationToken),
        ];
    }

    /// <summary>The city's own look, as it is at night, through its log and its rows.</summary>
    private async Task<Verdict> NightAsync(CancellationToken cancellationToken)
    {
        var seen = await check.RunAsync(new LogCheckScope(), cancellationToken);
        return seen.Count == 0
            ? new Verdict("night", false, texts.NightGood, [])
            : new Verdict("night", true, texts.Night(seen.Count, seen.Findings[0].Sentence), [.. seen.Findings.Skip(1).Take(MostLines).Select(f => f.Sentence)]);
    }
}
