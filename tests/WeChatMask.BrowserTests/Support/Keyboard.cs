using Microsoft.Playwright;

namespace WeChatMask.BrowserTests.Support;

/// <summary>Somebody who only has a keyboard: goes on with Tab until the wanted place has the focus, and sees where it is.</summary>
internal sealed class Keyboard(IPage page)
{
    private const int MostTabs = 80;

    /// <summary>Goes to a control and presses a key on it.</summary>
    public async Task PressAsync(string selector, string key)
    {
        await GoAsync(selector);
        await page.Keyboard.PressAsync(key);
    }

    /// <summary>Goes to a field and types into it.</summary>
    public async Task TypeAsync(string selector, string text)
    {
        await GoAsync(selector);
        await page.Keyboard.InsertTextAsync(text);
    }

    private async Task GoAsync(string selector)
    {
        for (var i = 0; i < MostTabs; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var (here, unseen) = await LookAsync(selector);
            Assert.True(unseen.Length == 0, $"The focus is on something that shows no sign of it: {unseen}");
            if (here) return;
        }

        Assert.Fail($"{selector} was not reached with {MostTabs} presses of Tab.");
    }

    // A ring, or for a control drawn by its label the label's ring.
    private async Task<(bool Here, string Unseen)> LookAsync(string selector)
    {
        var answer = await page.EvaluateAsync<string[]>(
            """
            (selector) => {
              const e = document.activeElement;
              const ringed = (x) => { const s = getComputedStyle(x); return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; };
              const shown = e === document.body || ringed(e) || (e.closest('label') !== null && ringed(e.closest('label')));
              return [String(e.matches(selector)), shown ? '' : e.outerHTML.slice(0, 200)];
            }
            """,
            selector);
        return (answer[0] == "true", answer[1]);
    }
}
