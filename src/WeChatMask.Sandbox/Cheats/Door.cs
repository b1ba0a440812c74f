using Microsoft.Extensions.Localization;

namespace WeChatMask.Sandbox;

/// <summary>The notice on the pharmacy's door: twelve characters on paper, beside those that passers-by are shown for the same round.</summary>
public sealed class Door(PublicSite site, IStringLocalizer<Text.Cheat> text)
{
    /// <summary>What is on it, once the lists are out; null before.</summary>
    public async Task<KeptCode?> PrintAsync(DateOnly round, string key, CancellationToken cancellationToken) =>
        (await site.Log(PublicSite.First, key).MarksAsync(round, cancellationToken)).TryGetValue("published", out var mark) ? new KeptCode(mark.Size, mark.Code) : null;

    /// <param name="stage">With the code on paper.</param>
    /// <param name="half">Where the passer-by is served.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<Verdict> LookAsync(Stage stage, string half, CancellationToken cancellationToken)
    {
        var marks = await site.Log(half, stage.Key).MarksAsync(stage.Listed, cancellationToken);
        var shown = marks.TryGetValue("published", out var mark) ? mark.Code : null;
        var sentence = shown is null ? text["Door_None"]
            : shown == stage.Door.Code ? text["Door_Same"]
            : half == PublicSite.Other ? text["Door_Two"] : text["Door_Changed"];
        return new Verdict("door", shown != stage.Door.Code, sentence, [text["Door_Ground", stage.Door.Size]]) { Printed = stage.Door.Code, Shown = shown ?? "-" };
    }
}
