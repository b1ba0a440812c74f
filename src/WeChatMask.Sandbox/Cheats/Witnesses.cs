namespace WeChatMask.Sandbox;

/// <summary>The city's own look through its log and its rows, where the product has one: each finding as a line that names table, key and column.</summary>
public interface INightlyCheck
{
    Task<IReadOnlyList<string>> LookAsync(CancellationToken cancellationToken);
}

/// <summary>Asks everybody who might notice. Nobody is told what was done.</summary>
public sealed class Witnesses(CitizenPhone phone, Door door, Journalist journalist, OtherLogStore others, CheatTexts texts, INightlyCheck? night = null)
{
    private const int MostLines = 4;

    public async Task<IReadOnlyList<Verdict>> LookAsync(Stage stage, CancellationToken cancellationToken)
    {
        // Where two logs are shown, the phone and the passer-by at the door are served the second, and the journalist the first.
        var half = await others.ReadAsync(cancellationToken) is null ? PublicSite.First : PublicSite.Other;
        List<Verdict> said =
        [
            await phone.LookAsync(stage, half, cancellationToken),
            await door.LookAsync(stage, half, cancellationToken),
            await journalist.LookAsync(stage, cancellationToken),
        ];
        if (half == PublicSite.Other) said[^1] = said[^1] with { Command = journalist.CompareCommand };
        if (night is not null) said.Add(await NightAsync(night, cancellationToken));
        return said;
    }

    private async Task<Verdict> NightAsync(INightlyCheck check, CancellationToken cancellationToken)
    {
        var found = await check.LookAsync(cancellationToken);
        return new Verdict("night", found.Count > 0, found.Count > 0 ? texts.Night(found.Count, found[0]) : texts.NightGood, [.. found.Skip(1).Take(MostLines)]);
    }
}
