using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>Which files are open, their columns, units, version and licence.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 60)]
public sealed class OpenDataModel : PageModel;
