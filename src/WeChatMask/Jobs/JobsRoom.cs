namespace WeChatMask.Jobs;

/// <summary>How jobs run, are recorded and shown.</summary>
public static class JobsRoom
{
    /// <summary>Registers the jobs of a schedule and what runs them.</summary>
    public static void AddJobs(this IServiceCollection services, IReadOnlyList<ScheduledJob> schedule)
    {
        services.AddSingleton(schedule).AddSingleton<JobRunStore>().AddSingleton<JobRuns>().AddSingleton<JobRunner>().AddSingleton<JobBarrier>().AddSingleton<JobBoard>();
        foreach (var job in schedule) services.AddScoped(job.Type);
        services.AddScheduler(schedule);
    }

    /// <summary>Maps the dashboard. Who may see it, its caller says.</summary>
    public static IEndpointConventionBuilder MapJobs(this IEndpointRouteBuilder routes) => routes.MapJobDashboard();
}
