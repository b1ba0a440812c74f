using Microsoft.Extensions.DependencyInjection.Extensions;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.PublicLog;

/// <summary>The public log: lines that name nobody, in one order, signed, which anybody can read and nobody can change. Other rooms hand it their lines.</summary>
public static class PublicLogRoom
{
    public static void AddPublicLog(this IServiceCollection services)
    {
        services.AddSection<PublicLogSettings, PublicLogSettingsValidator>("Log");
        services.AddSingleton<LogKeys>().AddSingleton<LogStore>().AddSingleton<IPublicLog>(s => s.GetRequiredService<LogStore>()).AddSingleton<RoundKeyStore>().AddSingleton<LogReader>();
        services.AddSingleton<LogStateQueries>().AddSingleton<KeyHoldStore>();
        services.TryAddSingleton<ILogChecks, NoLogChecks>();
    }
}
