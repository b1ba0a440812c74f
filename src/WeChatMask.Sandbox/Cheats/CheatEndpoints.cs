using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>Cheating over HTTP. Every answer says what the witnesses find by then.</summary>
internal static class CheatEndpoints
{
    public static void MapCheats(this IEndpointRouteBuilder sandbox)
    {
        var cheats = sandbox.MapGroup("/cheats");
        cheats.MapGet("", (Cheater cheater, CheatTexts texts) => SayAsync(cheater.LookAsync(), texts));
        cheats.MapPost("", (CheatOrder order, Cheater cheater, CheatTexts texts, RefusalResults refusals) => KindOf(order.Kind) is not { } kind
            ? Task.FromResult(refusals.Plain(StatusCodes.Status422UnprocessableEntity, "unknown_cheat"))
            : RunAsync(cheater, c => c.CheatAsync(kind), texts, refusals));
        cheats.MapPost("/stage", (Cheater cheater, CheatTexts texts, RefusalResults refusals) => RunAsync(cheater, c => c.SetStageAsync(), texts, refusals));
        cheats.MapPost("/undo", (Cheater cheater, CheatTexts texts, RefusalResults refusals) => RunAsync(cheater, c => c.UndoAsync(), texts, refusals));
        sandbox.MapOtherLog();
    }

    /// <summary>The word for a cheat in calls and on the page.</summary>
    public static string WordOf(CheatKind kind) => kind.ToString().ToLowerInvariant();

    private static CheatKind? KindOf(string word) => Enum.GetValues<CheatKind>().Where(k => WordOf(k) == word).Select(k => (CheatKind?)k).FirstOrDefault();

    private static async Task<IResult> RunAsync(Cheater cheater, Func<Cheater, Task<CheatState>> act, CheatTexts texts, RefusalResults refusals) => cheater.IsSupported
        ? await SayAsync(act(cheater), texts)
        : refusals.Plain(StatusCodes.Status409Conflict, "other_database");

    private static async Task<IResult> SayAsync(Task<CheatState> acting, CheatTexts texts)
    {
        var state = await acting;
        return TypedResults.Ok(new CheatView(
            state.Stage is { } stage ? texts.Scene(stage) : null,
            state.Done is { } done ? WordOf(done.Kind) : null,
            state.Done is { } did ? texts.Did(did) : null,
            state.Done is { } known ? texts.Blind(known.Kind) : null,
            state.Verdicts));
    }

    internal sealed record CheatOrder(string Kind);

    internal sealed record CheatView(string? Scene, string? Kind, string? Did, string? Blind, IReadOnlyList<Verdict> Verdicts);
}
