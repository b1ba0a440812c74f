using WeChatMask.PublicLog;
using WeChatMask.Web;

namespace WeChatMask.Operations;

/// <summary>What an operator asks and commands.</summary>
public static class OperationsRoom
{
    public static void AddOperations(this IServiceCollection services) => services
        .AddSingleton<IHostLifetime, NoSignals>().AddSingleton<InvariantQueries>().AddSingleton<LogVerifier>().AddSingleton<LogCheckStore>().AddSingleton<ILogChecks>(s => s.GetRequiredService<LogCheckStore>()).AddSingleton<LogExportQueries>().AddSingleton<LogForkCommand>().AddSingleton<DoctorQueries>().AddSingleton<Troubles>()
        .AddSingleton<LiveFormatter>().AddSingleton<LiveFigures>().AddHostedService(s => s.GetRequiredService<LiveFigures>());

    /// <summary>Maps <c>/health/live</c> and <c>/health/ready</c>, for machines, and what follows an opening.</summary>
    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").AllowAnonymous().WithTags("Health");
        health.MapGet("/live", Health.Live);
        health.MapGet("/ready", Health.ReadyAsync);
        var supervisors = routes.MapSupervisorApi("/api/supervisor/live");
        supervisors.MapGet("/", LiveEndpoints.OfAsync).Produces<LiveView>();
        supervisors.MapGet("/events", LiveEndpoints.EventsAsync);
    }
}
