using Microsoft.Extensions.Options;

namespace WeChatMask.Settings;

/// <summary>The settings of the whole site, checked at the start; a room's own stand in the room, beside the rules that check them.</summary>
public static class SettingsRoom
{
    /// <summary>Also registers the clock that the whole product reads.</summary>
    public static void AddSettings(this IServiceCollection services)
    {
        services.AddOptions<SiteSettings>().BindConfiguration("Site");
        services.AddOptions<RegistrySettings>().BindConfiguration("Registry").ValidateOnStart();
        services.AddOptions<MapSettings>().BindConfiguration("Map").ValidateOnStart();
        services.AddOptions<SecretSettings>().BindConfiguration("Secrets").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SecretSettings>, SecretSettingsValidator>();
        services.AddSingleton<IValidateOptions<RegistrySettings>, RegistrySettingsValidator>();
        services.AddSingleton<IValidateOptions<MapSettings>, MapSettingsValidator>();
        services.AddSingleton(TimeProvider.System).AddSingleton<CityCalendar>().AddSingleton<CityFormatter>();
    }
}
