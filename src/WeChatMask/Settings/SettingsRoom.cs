namespace WeChatMask.Settings;

/// <summary>The settings of the whole site, checked at the start; a room's own stand in the room, beside the rules that check them.</summary>
public static class SettingsRoom
{
    /// <summary>Also registers the clock that the whole product reads.</summary>
    public static void AddSettings(this IServiceCollection services)
    {
        services.AddSection<SiteSettings, SiteSettingsValidator>("Site");
        services.AddSection<RegistrySettings, RegistrySettingsValidator>("Registry");
        services.AddSection<MapSettings, MapSettingsValidator>("Map");
        services.AddSingleton<DistrictOutlines>();
        services.AddSection<SecretSettings, SecretSettingsValidator>("Secrets");
        services.AddSingleton(TimeProvider.System).AddSingleton<CityCalendar>().AddSingleton<CityFormatter>();
    }
}
