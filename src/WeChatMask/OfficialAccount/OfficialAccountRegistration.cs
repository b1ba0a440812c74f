namespace WeChatMask.OfficialAccount;

/// <summary>What the container has to know of this room.</summary>
public static class OfficialAccountRegistration
{
    /// <summary>Registers the account's credentials and its calls.</summary>
    public static IServiceCollection AddOfficialAccount(this IServiceCollection services)
    {
        services.AddSingleton<KeptStore>().AddSingleton<Credentials>().AddSingleton<LimitStore>().AddSingleton<OfficialAccountClient>();
        services.AddSingleton<SceneStore>().AddSingleton<ReachStore>().AddSingleton<PosterQueries>();
        return services;
    }
}
