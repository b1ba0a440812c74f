using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.OfficialAccount;
using WeChatMask.WeChat;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>The pharmacies' posters: who scans one at the door is led to that pharmacy.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class PostersModel(PosterQueries posters, SceneStore scenes) : PageModel
{
    // So that one press ends within some seconds; the next goes on where it stopped.
    private const int AtOnce = 60;
    private const int Lanes = 4;

    public IReadOnlyList<Poster> All { get; private set; } = [];

    public int Missing => All.Count(p => !p.HasCode);

    /// <summary>What WeChat said instead of giving a code, or null.</summary>
    public string? Problem { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken) => All = await posters.AllAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var missing = (await posters.AllAsync(cancellationToken)).Where(p => !p.HasCode).Take(AtOnce);
        try
        {
            await Parallel.ForEachAsync(
                missing,
                new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken },
                async (poster, token) => await scenes.MakeAsync(poster.Code, token));
            return RedirectToPage();
        }
        catch (WeChatApiException failure)
        {
            Problem = failure.ErrorCode.ToString(CultureInfo.InvariantCulture);
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            All = await posters.AllAsync(cancellationToken);
            return Page();
        }
    }
}
