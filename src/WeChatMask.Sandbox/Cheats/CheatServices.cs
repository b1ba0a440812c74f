namespace WeChatMask.Sandbox;

/// <summary>What cheating needs. Nothing of it is in the product's program.</summary>
internal static class CheatServices
{
    public static void AddCheats(this IServiceCollection services)
    {
        services.AddSingleton<CheatFiles>().AddSingleton<CityCopyStore>().AddSingleton<LogTablesStore>().AddSingleton<FriendStore>().AddSingleton<OtherLogStore>();
        services.AddSingleton<StageQueries>().AddSingleton<StageSetter>().AddSingleton<Deeds>();
        services.AddSingleton<PublicSite>().AddSingleton<CitizenPhone>().AddSingleton<Door>().AddSingleton<JournalistChecks>().AddSingleton<Journalist>();
        services.AddSingleton<Witnesses>().AddSingleton<CheatTexts>().AddSingleton<Cheater>();
        services.AddHttpClient(nameof(PublicSite)).ConfigurePrimaryHttpMessageHandler(JoinedWorld.Handler).RemoveAllLoggers();
    }
}
