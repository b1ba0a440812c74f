using System.Text.RegularExpressions;
using WeChatMask.BrowserTests.Support;

namespace WeChatMask.BrowserTests.Pages;

/// <summary>WeChat refuses an interface that a page has not named when it began. One list names them all, and pages call nothing past it.</summary>
public sealed partial class WeChatInterfaceTests
{
    private const string Desk = "wechat.js";

    // What belongs to the package itself and needs no permission.
    private static readonly string[] Own = ["config", "ready", "error"];

    [Fact]
    public void Every_interface_that_a_script_calls_is_named_and_none_is_named_for_nothing()
    {
        var scripts = Directory.GetFiles(Path.Combine(Floor.Sources, "WeChatMask/wwwroot/js"), "*.js").ToDictionary(f => Path.GetFileName(f)!, File.ReadAllText, StringComparer.Ordinal);
        var named = Named(scripts[Desk]);

        Assert.Equal(named.Order(StringComparer.Ordinal), scripts.Values.SelectMany(Called).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.All(scripts.Where(s => s.Key != Desk), s => Assert.Empty(Past(s.Value)));
        Assert.All(Past(scripts[Desk]), n => Assert.Contains(n, Own));
    }

    [Fact]
    public void A_call_past_the_list_is_noticed()
    {
        Assert.Equal(["openLocation"], Past("wx.openLocation({});"));
        Assert.Equal(["chooseImage"], Called("await callWeChat('chooseImage', {});"));
        Assert.Equal(["a", "b"], Named("const interfaces = ['a', 'b'];"));
    }

    private static string[] Named(string script) => [.. Word().Matches(List().Match(script).Groups["names"].Value).Select(m => m.Groups["name"].Value)];

    private static IEnumerable<string> Called(string script) => Call().Matches(script).Select(m => m.Groups["name"].Value);

    private static IEnumerable<string> Past(string script) => Direct().Matches(script).Select(m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal);

    [GeneratedRegex(@"const interfaces = \[(?<names>[^\]]*)\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex List();

    [GeneratedRegex("'(?<name>[A-Za-z]+)'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Word();

    [GeneratedRegex(@"callWeChat\('(?<name>[A-Za-z]+)'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Call();

    [GeneratedRegex(@"(?<!self)\b(?:wx|jWeixin)\.(?<name>[a-zA-Z]+)\(", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Direct();
}
