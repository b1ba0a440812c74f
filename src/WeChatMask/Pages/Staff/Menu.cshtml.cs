using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>All places of one's role: what a phone's foot has no room for.</summary>
[Authorize(Policy = Sessions.StaffPolicy)]
[PersonalPage]
public sealed class MenuModel : PageModel;
