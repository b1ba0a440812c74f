namespace WeChatMask.Web;

/// <summary>What stands before every route: errors, headers, sessions, rights, limits.</summary>
public static class WebRoom
{
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);

    public static void AddWeb(this IServiceCollection services)
    {
        services.AddErrors();
        services.AddSessions();
        services.AddPageCompression();
        services.AddOpenToAllOrigins();
        services.AddOpenApi(api => api.AddOperationTransformer<ApiExamples>()).AddSingleton<ApiDescription>();
        services.AddSingleton<SiteLinks>().AddSingleton<RateLimits>();
        // An address changes behind its name: connections are renewed, and the handlers that hold them live as long as the program.
        services.ConfigureHttpClientDefaults(client => client
            .UseSocketsHttpHandler((handler, _) => handler.PooledConnectionLifetime = ConnectionLife)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan));
    }

    /// <summary>Puts them before the routes, in the order in which a request meets them.</summary>
    public static void UseWeb(this WebApplication app)
    {
        app.UseErrors();
        app.UseSoundHosts();
        var links = app.Services.GetRequiredService<SiteLinks>();
        app.Use((context, next) =>
        {
            links.Remember(context.Request);
            return next(context);
        });
        app.UsePlainContentTypes();
        app.UseSafeHeaders();
        app.UsePageCompression();
        app.UseOpenToAllOrigins();
        app.UseRouting();
        app.UseNoStore();
        app.UseAuthentication();
        app.UseAuthorization();
        RateLimits.Use(app);
        app.UseLargeBodies();
    }

    /// <summary>Maps the server's clock, the choice of large type and the description of the API.</summary>
    public static void MapWeb(this IEndpointRouteBuilder routes)
    {
        routes.MapClock();
        routes.MapGet("/large-type", LargeType.Choose).AllowAnonymous().NoStore().ExcludeFromDescription();
        routes.MapGet(ApiDescription.Path, ApiDescription.GetAsync).AllowAnonymous().ExcludeFromDescription();
    }
}
