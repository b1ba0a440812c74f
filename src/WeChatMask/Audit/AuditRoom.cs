namespace WeChatMask.Audit;

/// <summary>Who did what.</summary>
public static class AuditRoom
{
    /// <summary>Lines are written by whoever changes something, in the same transaction.</summary>
    public static void AddAudit(this IServiceCollection services) => services.AddSingleton<AuditQueries>().AddSingleton<AuditExportStore>();
}
