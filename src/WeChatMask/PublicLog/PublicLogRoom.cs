using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.PublicLog;

/// <summary>The public log: lines that name nobody, in one order, signed, which anybody can read and nobody can change. Other rooms hand it their lines.</summary>
public static class PublicLogRoom
{
    private const string Path = "/log";
    private const string Checkpoint = "/checkpoint";

    public static void AddPublicLog(this IServiceCollection services)
    {
        services.AddSection<PublicLogSettings, PublicLogSettingsValidator>("Log");
        services.AddSingleton<LogKeys>().AddSingleton<LogStore>().AddSingleton<IPublicLog>(s => s.GetRequiredService<LogStore>()).AddSingleton<RoundKeyStore>();
        services.AddSingleton<LogReader>().AddSingleton<LogReceipts>().AddSingleton<ListLines>().AddSingleton<LogWitnesses>().AddSingleton<CosignatureStore>();
        services.AddSingleton<LogTileStore>().AddSingleton<LogMirror>().AddSingleton<ReadyMarkStore>();
        services.AddSingleton<LogStateQueries>().AddSingleton<KeyHoldStore>();
        services.AddSingleton<SeenLog>().AddSingleton<LogForkStore>().AddSingleton<LogStart>().AddHostedService(s => s.GetRequiredService<LogStart>());
    }

    /// <summary>Answers the newest note before anything else sees the call. Put behind <see cref="HeadRequests.UseHead"/>.</summary>
    public static IApplicationBuilder UsePublicLog(this IApplicationBuilder app)
    {
        var reader = app.ApplicationServices.GetRequiredService<LogReader>();
        return app.UseSharedAnswer(Path + Checkpoint, context => LogEndpoints.Ready(context, reader));
    }

    public static void MapPublicLog(this IEndpointRouteBuilder routes)
    {
        var log = routes.MapPublicApi(Path);
        log.MapGet(Checkpoint, LogEndpoints.CheckpointAsync).Produces<string>(StatusCodes.Status200OK, LogEndpoints.Text);
        log.MapGet($"{Checkpoint}/witnessed", LogEndpoints.WitnessedAsync).KeptBriefly().Produces<string>(StatusCodes.Status200OK, LogEndpoints.Text);
        log.MapGet("/tile/{**path}", LogEndpoints.TileAsync);
        log.MapGet("/docs/{hash}", LogEndpoints.DocumentAsync);
        log.MapGet("/vkeys", LogEndpoints.KeysAsync).KeptBriefly().Produces<string>(StatusCodes.Status200OK, LogEndpoints.Text);
        log.MapGet("/marks", LogEndpoints.MarksAsync).KeptBriefly().Produces<MarkList>();
        log.MapGet("/inclusion", LogEndpoints.InclusionAsync).Produces<InclusionView>();
        log.MapGet("/consistency", LogEndpoints.ConsistencyAsync).Produces<ConsistencyView>();
        log.MapPost("/cosignatures", LogEndpoints.CosignAsync).RequireRateLimiting(RateLimits.PerAddress);
    }
}
