using WeChatMask.Settings;

namespace WeChatMask.Cases;

/// <summary>Complaints: what residents write and callers say, how far each has come, what came out.</summary>
public static class CasesRoom
{
    public static void AddCases(this IServiceCollection services)
    {
        services.AddSection<CaseSettings, CaseSettingsValidator>(CaseSettings.Section);
        services.AddSingleton<CaseQueries>().AddSingleton<CaseStore>();
    }
}
