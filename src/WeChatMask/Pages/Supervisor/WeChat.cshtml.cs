using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using WeChatMask.OfficialAccount;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>How it stands with WeChat's API: what is held, what failed, and which calls rest until when.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class WeChatModel(SharedCredentialStore kept, ApiQuotaStore limits, CityCalendar calendar, PageFormatter format, IStringLocalizer<Text.OfficialAccount> text) : PageModel
{
    public IReadOnlyList<SharedCredentialRow> Rows { get; private set; } = [];

    public IReadOnlyList<CallLimit> Limits { get; private set; } = [];

    /// <summary>Whether everything may be tried again since just now.</summary>
    public bool IsCleared { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => ShowAsync(cancellationToken);

    /// <summary>Ends every pause: somebody has put right what was wrong.</summary>
    public async Task OnPostAsync(CancellationToken cancellationToken)
    {
        await kept.TryAgainAsync();
        await limits.ClearAsync(cancellationToken);
        IsCleared = true;
        await ShowAsync(cancellationToken);
    }

    /// <summary>How it stands with one of them, in words.</summary>
    public string State(SharedCredentialRow row)
    {
        if (row.Failures > 0)
        {
            var what = row.ErrorCode == 0 ? text["State_NoAnswer"].Value : text["State_Code", row.ErrorCode].Value;
            var problem = text["State_Problem", what].Value;
            return row.NextTryAt > calendar.Now ? $"{problem} · {text["State_Next", format.Moment(row.NextTryAt)].Value}" : problem;
        }

        return row.Value.Length == 0 ? text["State_None"] : text["State_Good"];
    }

    private async Task ShowAsync(CancellationToken cancellationToken)
    {
        string[] names = [SharedCredentialStore.AccessToken, SharedCredentialStore.JsApiTicket, SharedCredentialStore.Menu];
        var rows = new List<SharedCredentialRow>();
        foreach (var name in names) rows.Add(await kept.ReadAsync(name, cancellationToken));
        Rows = rows;
        Limits = await limits.PresentAsync(cancellationToken);
    }
}
