using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>A stranger comes to the sandbox, cheats in all six ways, and reads who notices.</summary>
public sealed class CheatStoryTests
{
    private static readonly (string Kind, string Phone, string Door, string Journalist, string Night, string Tally)[] Cheats =
    [
        ("friend", "found", "found", "found", "blind", "4 位证人，3 位发现了"),
        ("swap", "found", "blind", "found", "found", "4 位证人，3 位发现了"),
        ("drop", "found", "blind", "found", "found", "4 位证人，3 位发现了"),
        ("places", "blind", "blind", "found", "found", "4 位证人，2 位发现了"),
        ("records", "found", "found", "blind", "blind", "4 位证人，2 位发现了"),
        ("yesterday", "found", "blind", "found", "blind", "4 位证人，2 位发现了"),
    ];

    [Theory]
    [InlineData(390, 844, false)]
    [InlineData(1280, 900, true)]
    public async Task All_six_are_pressed_and_put_right(int width, int height, bool isOld)
    {
        await using var host = await SandboxHost.StartAsync();
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(Width: width, Height: height, IsOld: isOld));
        var cheats = new CheatPage(phone.Page);
        await phone.Page.GotoAsync("/sandbox");
        await cheats.Door.ClickAsync();
        await phone.Page.ArriveAsync("/sandbox/cheat$");

        // The first press brings the city there by itself.
        foreach (var (kind, own, door, journalist, night, tally) in Cheats)
        {
            await cheats.Cheat(kind).ClickAsync();
            await Assertions.Expect(cheats.Tally).ToHaveTextAsync(tally);
            await Assertions.Expect(cheats.Cheat(kind)).ToHaveAttributeAsync("aria-pressed", "true");
            await Assertions.Expect(cheats.Witness("phone", own)).ToBeVisibleAsync();
            await Assertions.Expect(cheats.Witness("door", door)).ToBeVisibleAsync();
            await Assertions.Expect(cheats.Witness("journalist", journalist)).ToBeVisibleAsync();
            await Assertions.Expect(cheats.Witness("night", night)).ToBeVisibleAsync();
            await Assertions.Expect(cheats.Blind).ToContainTextAsync("谁发现不了");
            await Assertions.Expect(cheats.Command).ToContainTextAsync(kind == "records" ? "check.py compare" : "check.py monitor");
            List<string> wrong = [.. await Axe.ViolationsAsync(phone.Page), .. await Layout.OverflowAsync(phone.Page, width), .. await Layout.OverflowAsync(phone.Page, 320)];
            Assert.Empty(wrong);
            await phone.Page.SetViewportSizeAsync(width, height);
        }

        await cheats.Undo.ClickAsync();
        await Assertions.Expect(cheats.Did).ToHaveTextAsync("已还原。再试一种吧。");
        foreach (var name in (string[])["phone", "door", "journalist", "night"]) await Assertions.Expect(cheats.Witness(name, "good")).ToBeVisibleAsync();
        phone.AssertQuiet();
    }

    [Fact]
    public async Task Who_comes_later_sees_what_is_in_place_in_their_own_language()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.Http.PostAsync("/sandbox/cheats/stage", new { });
        await host.Http.PostAsync("/sandbox/cheats", new { kind = "drop" });
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        var cheats = new CheatPage(phone.Page);

        await phone.Page.GotoAsync("/sandbox/cheat?lang=en");

        await Assertions.Expect(cheats.Tally).ToHaveTextAsync("3 of 4 noticed");
        await Assertions.Expect(cheats.Did).ToContainTextAsync("The record was left alone.");
        phone.AssertQuiet();
    }
}
