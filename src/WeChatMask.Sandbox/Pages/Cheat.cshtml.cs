using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace WeChatMask.Sandbox.Pages;

/// <summary>The page on which a stranger cheats and sees who notices.</summary>
[AllowAnonymous]
public sealed class CheatModel(Cheater cheater, CheatTexts texts) : PageModel
{
    public static IReadOnlyList<CheatKind> Kinds { get; } = Enum.GetValues<CheatKind>();

    /// <summary>In the order in which they stand; the last one only where the product has it.</summary>
    public static IReadOnlyList<string> Witnesses { get; } = ["phone", "door", "journalist", "night"];

    public bool IsSupported => cheater.IsSupported;

    /// <summary>What the city looks like; null where it has to be brought there.</summary>
    public string? Scene { get; private set; }

    /// <summary>The cheat that is in place.</summary>
    public CheatKind? Done { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Response.Headers.CacheControl = "no-store";
        if (SandboxLanguage.Choose(HttpContext)) return LocalRedirect("/sandbox/cheat");
        var (stage, done) = await cheater.ReadAsync(cancellationToken);
        Scene = stage is null ? null : texts.Scene(stage);
        Done = done?.Kind;
        return Page();
    }
}
