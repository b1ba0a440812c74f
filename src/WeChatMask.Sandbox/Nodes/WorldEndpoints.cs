using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>What a sandbox says of its world to those who want to join it.</summary>
/// <param name="Address">Where its owner listens.</param>
/// <param name="City">Which city it is.</param>
/// <param name="Clock">Its clock.</param>
public sealed record WorldFacts(string Address, string City, WorldTime Clock);

/// <summary>Joining over HTTP, on the sandbox that owns the world.</summary>
internal static class WorldEndpoints
{
    /// <summary>Where the facts are.</summary>
    public const string FactsPath = "/sandbox/world";

    /// <summary>Where nodes join and leave.</summary>
    public const string NodesPath = "/sandbox/nodes";

    /// <summary>Maps the facts, and joining and leaving. A node joins again each second, so that it can never stay off.</summary>
    public static void MapWorld(this IEndpointRouteBuilder sandbox)
    {
        sandbox.MapGet("/world", (OwnAddress self, SandboxOptions options, SandboxClock clock) =>
            TypedResults.Ok(new WorldFacts(self.Value, options.City, clock.Time)));
        sandbox.MapGet("/nodes", (JoinedNodes nodes) => TypedResults.Ok(nodes.All));
        sandbox.MapPost("/nodes", (NodeTold told, JoinedNodes nodes, SandboxClock clock, RefusalResults refusals) =>
        {
            if (SandboxOptions.ReadAddress(told.Url) is not { } node) return Invalid(refusals);
            // First on the list, then the clock: a move in between reaches it one way or the other.
            nodes.Add(node);
            return TypedResults.Ok(clock.Time);
        });
        sandbox.MapDelete("/nodes", (string url, JoinedNodes nodes, RefusalResults refusals) =>
        {
            if (SandboxOptions.ReadAddress(url) is not { } node) return Invalid(refusals);
            nodes.Remove(node);
            return TypedResults.NoContent();
        });
    }

    private static IResult Invalid(RefusalResults refusals) => refusals.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_node");

    /// <summary>A node's own address.</summary>
    internal sealed record NodeTold(string Url);
}
