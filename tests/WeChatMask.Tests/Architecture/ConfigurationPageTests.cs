using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WeChatMask.Tests.Architecture;

/// <summary><c>docs/configuration.md</c> says of every setting what its class says. <c>UPDATE_DOCS=1</c> writes the page anew.</summary>
public sealed class ConfigurationPageTests
{
    private const string Document = "docs/configuration.md";
    private const string Marker = "<!-- From here on the page is made of the settings' own comments. -->\n";

    [Fact]
    public void It_says_what_the_settings_say()
    {
        var text = Repository.Read(Document);
        var page = new ConfigurationPage();
        var made = page.Write(InOrderOfTheSample());
        var expected = text[..(text.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)] + made;
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, Document), expected);
            text = expected;
        }

        Assert.Contains(Marker, text, StringComparison.Ordinal);
        Assert.Empty(page.Silent);
        Assert.True(text == expected, "The settings' comments have changed: run this test with UPDATE_DOCS=1 and commit the page.");
    }

    [Fact]
    public void Every_section_that_the_product_binds_is_listed()
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddWeChatMask();

        var bound = builder.Services.Select(s => s.ServiceType)
            .Where(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IOptionsChangeTokenSource<>))
            .Select(t => t.GetGenericArguments()[0]).Where(t => t.Assembly == typeof(WeChatMaskApp).Assembly).ToHashSet();

        Assert.Equal(bound.Select(t => t.Name).Order(StringComparer.Ordinal), SampleSettingsTests.Sections.Values.Select(t => t.Name).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<KeyValuePair<string, Type>> InOrderOfTheSample()
    {
        using var sample = JsonDocument.Parse(Repository.Read(SampleSettingsTests.Sample));
        return [.. sample.RootElement.EnumerateObject().Where(s => s.Name[0] != '_').Select(s => KeyValuePair.Create(s.Name, SampleSettingsTests.Sections[s.Name]))];
    }
}
