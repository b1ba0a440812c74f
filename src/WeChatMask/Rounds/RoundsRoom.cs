using WeChatMask.Web;

namespace WeChatMask.Rounds;

/// <summary>Policies, rounds and their windows, carry-over, and the board.</summary>
public static class RoundsRoom
{
    /// <summary>Also registers the watch that tells listeners what changes on the board.</summary>
    public static void AddRounds(this IServiceCollection services)
    {
        services.AddSingleton<PolicyQueries>().AddSingleton<RoundQueries>().AddSingleton<RoundStore>().AddSingleton<ReplanStore>();
        services.AddSingleton<BoardQueries>().AddSingleton<Board>().AddSingleton<BoardListeners>().AddSingleton<BoardWatch>();
        services.AddHostedService(s => s.GetRequiredService<BoardWatch>());
    }

    public static void MapRounds(this IEndpointRouteBuilder routes)
    {
        var board = routes.MapPublicApi("/api/board");
        board.MapGet("/", BoardEndpoints.GetAsync).Produces<BoardView>();
        board.MapGet("/events", BoardEndpoints.EventsAsync);
    }
}
