using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Notices;
using WeChatMask.Sms;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>How short messages go out: the vendors' alarms, and the figures of the newest rounds.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class MessagesModel(SmsAlarmStore alarms, NoticeQueries notices) : PageModel
{
    private const int RoundsShown = 14;

    public IReadOnlyList<SmsAlarm> Alarms { get; private set; } = [];

    public IReadOnlyList<NoticeFigures> Rounds { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Alarms = await alarms.AllAsync(cancellationToken);
        Rounds = await notices.NewestAsync(RoundsShown, cancellationToken);
    }
}
