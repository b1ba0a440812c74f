using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>The database: brought up to date before anything is served.</summary>
public static class DataRoom
{
    /// <summary>Also keeps the keys behind cookies in the database.</summary>
    public static void AddData(this IServiceCollection services)
    {
        services.AddSection<DatabaseSettings, DatabaseSettingsValidator>("Database");
        services.AddSingleton(new MachineClock(TimeProvider.System));
        services.AddSingleton<Database>().AddSingleton<Migrator>().AddSingleton<NodeStore>().AddSingleton<PersonalData>().AddSingleton<Startup>();
        services.AddHostedService(s => s.GetRequiredService<Startup>());
        services.AddKeysInDatabase();
    }
}
