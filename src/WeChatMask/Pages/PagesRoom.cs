using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.WebEncoders;
using WeChatMask.Pages.Public;
using WeChatMask.Pages.Resident;

namespace WeChatMask.Pages;

/// <summary>What people see.</summary>
public static class PagesRoom
{
    public static void AddPages(this IServiceCollection services)
    {
        services.Configure<WebEncoderOptions>(o => o.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddLocalization();
        services.AddOutputCache(o => o.AddBasePolicy(policy => policy.AddPolicy<HomeCopies>(), excludeDefaultPolicy: true));
        services.AddAntiforgery(o => o.Cookie.Name = "wm_form");
        services.AddSingleton<PageFormatter>().AddSingleton<PolicyFormatter>().AddSingleton<PolicyChangeFormatter>().AddSingleton<RefusalFormatter>().AddSingleton<JobFormatter>().AddSingleton<CaseFormatter>().AddSingleton<FlagFormatter>().AddSingleton<PageDays>().AddSingleton<FamilyNames>().AddSingleton<PickupFormatter>().AddSingleton<BookingDetailsReader>().AddSingleton<OwnPickups>().AddSingleton<NoticeFeed>().AddSingleton<LogLineFormatter>().AddSingleton<NoticeLogReader>();
        services.AddRazorPages(o => o.Conventions.AddPageRouteModelConvention(
            "/Resident/NewComplaint", page => page.Selectors[0].EndpointMetadata.Add(new RequestSizeLimitAttribute(NewComplaintModel.LargestForm)))).AddMvcOptions(o =>
        {
            o.Filters.Add<PageMethods>();
            // No form of ours has names like jQuery's, and of those whose brackets do not close these make a failure.
            o.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            o.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
        });
    }

    /// <summary>Answers the home page at the door where it was made already. It stands behind <c>UseHead</c>.</summary>
    public static void UseHomeCopies(this IApplicationBuilder app) => app.UseWhen(HomeCopies.IsAsked, branch => branch.UseOutputCache());

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        routes.MapStaticAssets().AllowAnonymous();
        routes.MapRazorPages().WithStaticAssets();
        routes.MapGet(NoticeFeed.Path, NoticeFeed.AnswerAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/notices/{date}/note.txt", NoticeLogReader.NoteAsync).AllowAnonymous().ExcludeFromDescription();
        foreach (var tool in CheckTool.All) routes.MapGet(tool.Path, tool.Answer).AllowAnonymous().ExcludeFromDescription();
    }
}
