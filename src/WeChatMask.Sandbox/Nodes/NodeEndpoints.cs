namespace WeChatMask.Sandbox;

/// <summary>The <c>/sandbox</c> routes of a joined node: its own clock, and everything else as the world's owner answers it.</summary>
internal static class NodeEndpoints
{
    /// <summary>Where a joined node is told the time.</summary>
    public const string ClockPath = "/sandbox/nodes/clock";

    // Before the pages, which are in the same program.
    private const int First = -1;

    /// <summary>Maps them.</summary>
    public static void MapNode(this IEndpointRouteBuilder sandbox)
    {
        // What this node itself believes, since it is what its people are answered by.
        sandbox.MapGet("/clock", ClockEndpoints.Show).WithOrder(First);
        sandbox.MapPut("/nodes/clock", FollowAsync).WithOrder(First);
        // The page is the owner's, under the owner's address: its phone opens the owner's pages in a frame.
        sandbox.MapGet("", (JoinedWorld world) => TypedResults.Redirect(new Uri(world.Owner, "/sandbox").AbsoluteUri)).WithOrder(First);
        sandbox.Map("/{**path}", (HttpContext context, WorldForwarder forwarder) => forwarder.ForwardAsync(context)).WithOrder(First);
    }

    private static async Task<IResult> FollowAsync(WorldTime told, WorldClock clock, IHostApplicationLifetime lifetime)
    {
        // An owner that has lost its patience must not leave the scheduler half held.
        var quiet = await clock.FollowAsync(told, lifetime.ApplicationStopping);
        return quiet ? TypedResults.NoContent() : TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }
}
