using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>Where somebody is logged in, each with a button to end it; the reader's own among them is marked and ends by logging out.</summary>
public sealed record LogInList(IReadOnlyList<SessionRow> LogIns, string Here);
