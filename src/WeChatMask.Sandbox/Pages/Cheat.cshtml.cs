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

    /// <summary>The outline of a phone, a sheet on a door, a screen, a moon.</summary>
    public static string Drawing(string witness) => witness switch
    {
        "phone" => "M7.500 2.500h9a1.500 1.500 0 0 1 1.500 1.500v16a1.500 1.500 0 0 1-1.500 1.500h-9A1.500 1.500 0 0 1 6 20V4a1.500 1.500 0 0 1 1.500-1.500zM10.500 18.500h3",
        "door" => "M4 21.500V3.500a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v18M2.500 21.500h19M8 6.500h8v8H8zM10 9h4M10 11.500h4",
        "journalist" => "M4.500 5h15v10.500h-15zM2 19h20M8 8.500l2.500 2L8 12.500M12.500 12.500H16",
        _ => "M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z",
    };

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
