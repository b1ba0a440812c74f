using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Rounds;

/// <summary>Policies, rounds and their windows, carry-over, and the board.</summary>
public static class RoundsRoom
{
    private const string BoardPath = "/api/board";
    private const string EventsPath = BoardPath + "/events";

    /// <summary>Also registers the watch that tells listeners what changes on the board.</summary>
    public static void AddRounds(this IServiceCollection services)
    {
        services.AddSingleton<PolicyQueries>().AddSingleton<RoundQueries>().AddSingleton<RoundLogStore>().AddSingleton<RoundStore>().AddSingleton<ReplanStore>();
        services.AddSingleton<BoardQueries>().AddSingleton<Board>().AddSingleton<BoardListeners>().AddSingleton<BoardWatch>();
        services.AddHostedService<LogBeginning>();
        services.AddHostedService(s => s.GetRequiredService<BoardWatch>());
    }

    /// <summary>Answers who looks at the board or follows it before anything else sees the call. Put right behind the cookies' names.</summary>
    /// <remarks>Each of the thousands who listen for hours would hold what every middleware, filter and scope keeps of a call that does not end.</remarks>
    public static IApplicationBuilder UseBoard(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        var (board, calendar, json) = (services.GetRequiredService<Board>(), services.GetRequiredService<CityCalendar>(), services.GetRequiredService<IOptions<JsonOptions>>());
        app.UseSharedAnswer(BoardPath, context => BoardEndpoints.Ready(context, board, calendar, json.Value.SerializerOptions));
        var follow = Follow(services);
        return app.Use((context, next) =>
            context.Request.Path == EventsPath && HttpMethods.IsGet(context.Request.Method) && AskedHosts.AreSound(context.Request) ? follow(context) : next(context));
    }

    public static void MapRounds(this IEndpointRouteBuilder routes)
    {
        routes.MapPublicApi(BoardPath).MapGet("/", BoardEndpoints.GetAsync).Produces<BoardView>();
        // So that the route is known, with who may call it; the call itself is answered before.
        routes.MapGet(EventsPath, Follow(routes.ServiceProvider)).AllowAnonymous().WithTags("Public");
    }

    private static RequestDelegate Follow(IServiceProvider services)
    {
        var (watch, listeners, scopes) = (services.GetRequiredService<BoardWatch>(), services.GetRequiredService<BoardListeners>(), services.GetRequiredService<IServiceScopeFactory>());
        return context => BoardEndpoints.EventsAsync(context, watch, listeners, scopes);
    }
}
