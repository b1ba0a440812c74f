using System.Text.RegularExpressions;

namespace WeChatMask.Tests.Architecture;

/// <summary>A form that names where it goes gets no token by itself, and a browser that sends it is refused.</summary>
public sealed partial class FormTests
{
    [Fact]
    public void Every_form_that_is_posted_carries_a_token()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "WeChatMask", "Pages"), "*.cshtml", SearchOption.AllDirectories).Select(f => (Name: Path.GetFileName(f), Text: File.ReadAllText(f))).ToList();
        var forms = pages.SelectMany(p => Forms().Matches(p.Text).Select(m => (p.Name, Tag: m.Groups["tag"].Value, Form: m.Value))).ToList();

        Assert.True(forms.Count > 20, $"{forms.Count}");
        // Those of the counter without a network are read by its script and never sent.
        Assert.DoesNotContain(forms, f => !f.Tag.Contains(" data-counter", StringComparison.Ordinal) && Names().IsMatch(f.Tag) && !f.Form.Contains("AntiForgeryToken", StringComparison.Ordinal) && !f.Tag.Contains("asp-antiforgery=\"true\"", StringComparison.Ordinal));
    }

    [GeneratedRegex("(?<tag><form[^>]*method=\"post\"[^>]*>).*?</form>", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Forms();

    [GeneratedRegex("\\saction=\"")]
    private static partial Regex Names();
}
