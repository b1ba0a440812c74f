using System.Text.RegularExpressions;
using WeChatMask.Tests.Architecture;

namespace WeChatMask.Tests.Pages;

public sealed partial class OfflinePageTests
{
    private const string Scripts = "src/WeChatMask/wwwroot/js/";

    [Fact]
    public void The_phone_keeps_every_script_that_the_counters_page_loads_and_no_other()
    {
        var waiting = new Queue<string>(Sources().Matches(Repository.Read("src/WeChatMask/Pages/Pharmacy/_ScanScripts.cshtml")).Select(m => m.Groups[1].Value));
        var loaded = new SortedSet<string>(StringComparer.Ordinal);
        while (waiting.TryDequeue(out var name))
        {
            if (!loaded.Add(name)) continue;
            foreach (Match import in Imports().Matches(Repository.Read($"{Scripts}{name}.js"))) waiting.Enqueue(import.Groups[1].Value);
        }

        var list = List().Match(Repository.Read($"{Scripts}offline-cache.js")).Groups["names"].Value;
        Assert.True(loaded.Count > 5);
        Assert.Equal(loaded, new SortedSet<string>(Names().Matches(list).Select(m => m.Groups[1].Value), StringComparer.Ordinal));
    }

    [GeneratedRegex("src=\"/js/([a-z-]+)\\.js\"")]
    private static partial Regex Sources();

    [GeneratedRegex("(?:from|import) '\\./([a-z-]+)\\.js'")]
    private static partial Regex Imports();

    [GeneratedRegex(@"const modules = \[(?<names>.*?)\]", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex List();

    [GeneratedRegex("'([a-z-]+)'")]
    private static partial Regex Names();
}
