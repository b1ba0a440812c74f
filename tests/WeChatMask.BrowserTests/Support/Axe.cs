using System.Text.Json;
using Microsoft.Playwright;

namespace WeChatMask.BrowserTests.Support;

/// <summary>axe-core over a shown page: the automatic part of WCAG 2.2 A and AA.</summary>
internal static class Axe
{
    private static readonly string Source = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "axe.min.js"));
    private static readonly string[] Tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

    /// <summary>A line for each violation and element: the rule and where.</summary>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page)
    {
        // Evaluated by the debugger, which the page's content policy does not concern.
        await page.EvaluateAsync(Source);
        var result = await page.EvaluateAsync<JsonElement>(
            "tags => axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'], iframes: false })", Tags);
        Assert.True(result.GetProperty("passes").GetArrayLength() > 0, "axe looked at nothing.");
        return
        [
            .. from violation in result.GetProperty("violations").EnumerateArray()
               from node in violation.GetProperty("nodes").EnumerateArray()
               select $"{violation.GetProperty("id")}: {node.GetProperty("target")[0]} {node.GetProperty("html")}",
        ];
    }
}
