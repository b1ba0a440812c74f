using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>The clock over HTTP.</summary>
internal static class ClockEndpoints
{
    /// <summary>Maps reading and moving.</summary>
    public static void MapClock(this IEndpointRouteBuilder sandbox)
    {
        sandbox.MapGet("/clock", Show);
        sandbox.MapPost("/clock", MoveAsync);
    }

    /// <summary>What this node's clock shows.</summary>
    public static IResult Show(SandboxClock clock, CityCalendar calendar) => TypedResults.Ok(new ClockFace(calendar.Local(clock.GetUtcNow())));

    private static async Task<IResult> MoveAsync(ClockMove move, ClockMover mover, CityCalendar calendar, RefusalResults refusals)
    {
        if (move.Now is null == move.Advance is null) return refusals.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_clock");
        var now = await mover.MoveAsync(from => move.Now is { } text ? SandboxTime.Read(text) : SandboxTime.Add(from, move.Advance!));
        return now is { } instant ? TypedResults.Ok(new ClockFace(calendar.Local(instant))) : refusals.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_clock");
    }

    internal sealed record ClockFace(DateTimeOffset Now);

    internal sealed record ClockMove(string? Now = null, string? Advance = null);
}
