using System.Globalization;
using System.Reflection;
using Hangfire;
using Hangfire.Common;
using Hangfire.Dashboard;
using Microsoft.Extensions.Localization;

namespace WeChatMask.Jobs;

/// <summary>Hangfire's dashboard of this node, to look at only: what it could delete would be gone until the node's restart.</summary>
public static class JobDashboard
{
    public const string Path = "/supervisor/hangfire";

    private const string BackTo = "/administrator";
    private const string Script = "Jobs/dashboard.js";
    private static readonly CultureInfo Chinese = CultureInfo.GetCultureInfo("zh-CN");

    // The list of its scripts is the process's.
    static JobDashboard() => DashboardRoutes.AddJavaScript(Assembly.GetExecutingAssembly(), Script);

    internal static IEndpointConventionBuilder MapJobDashboard(this IEndpointRouteBuilder routes)
    {
        var text = routes.ServiceProvider.GetRequiredService<IStringLocalizer<Text.Jobs>>();
        var options = new DashboardOptions
        {
            AppPath = BackTo,
            DashboardTitle = text["DashboardTitle"],
            DisplayNameFunc = (_, job) => NameOf(job, text),
            DisplayStorageConnectionString = false,
            IsReadOnlyFunc = _ => true,
        };
        return routes.MapHangfireDashboardWithNoAuthorizationFilters(Path, options).AddEndpointFilter(async (call, next) =>
        {
            // Left alone, Hangfire speaks the language of the machine.
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Chinese;
            return await next(call);
        });
    }

    private static string NameOf(Job job, IStringLocalizer text)
    {
        var name = (string)job.Args[0];
        var title = text[$"Job_{name}"];
        return title.ResourceNotFound ? name : title.Value;
    }
}
