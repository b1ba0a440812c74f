using WeChatMask.BrowserTests.Support;

namespace WeChatMask.BrowserTests.Pages;

/// <summary>Scripts and style sheets run on the oldest phones that the product promises to serve: iOS 12, Android System WebView 70, WeChat's own kernels of those years.</summary>
public sealed class FloorTests
{
    // One of each kind, as it was or might be written.
    private static readonly (string Name, string Text, string Fault)[] Scripts =
    [
        ("static", "fetch('/', { signal: AbortSignal.timeout(5) });", "AbortSignal.timeout"),
        ("member", "document.getElementById('a').replaceChildren();", "Element.replaceChildren"),
        ("event", "document.addEventListener('submit', (event) => { event.submitter.focus(); });", "SubmitEvent.submitter"),
        ("untyped", "document.addEventListener('click', (event) => { event.target.form.requestSubmit(); });", "requestSubmit"),
        ("global", "self.structuredClone({});", "structuredClone"),
        ("constructor", "new OscillatorNode(new AudioContext());", "new OscillatorNode"),
        ("interface", "new BarcodeDetector();", "BarcodeDetector"),
        ("argument", "new FormData(document.forms[0], document.querySelector('button'));", "FormData.submitter"),
        ("array", "[1, 2].at(-1);", "Array.at"),
        ("text", "'a'.replaceAll('a', 'b');", "String.replaceAll"),
        ("object", "Object.fromEntries([]);", "Object.fromEntries"),
        ("dialog", "const { randomUUID } = crypto;", "Crypto.randomUUID"),
        ("chaining", "document.body?.focus();", "es-x/no-optional-chaining"),
        ("coalescing", "self.x = self.x ?? 1;", "es-x/no-nullish-coalescing-operators"),
        ("fields", "export class A { b = 1; }", "es-x/no-class-instance-fields"),
        ("await", "await fetch('/');", "es-x/no-top-level-await"),
        ("behind", "export const a = /(?<=b)c/;", "es-x/no-regexp-lookbehind-assertions"),
        ("separators", "export const a = 1_000;", "es-x/no-numeric-separators"),
        ("unexplained", "// Newer than the floor is fetch.\nself.requestIdleCallback(() => undefined);", "requestIdleCallback"),
    ];

    private static readonly (string Name, string Text, string Fault)[] Styles =
    [
        ("gap", ".a { display: flex; gap: 1rem; }", "gap between flexible boxes of .a"),
        ("inset", ".a { position: absolute; inset: 0; }", "inset"),
        ("unit", ".a { height: 100dvh; }", "height: viewport unit"),
        ("function", ".a { width: clamp(1rem, 2vw, 3rem); }", "width: clamp()"),
        ("has", ".a:has(b) { color: red; }", ":has"),
        ("is", ":is(.a, .b) { color: red; }", ":is"),
        ("layer", "@layer a { b { color: red; } }", "@layer"),
        ("keyword", ".a { overflow-wrap: anywhere; }", "overflow-wrap: anywhere"),
        ("colour", ".a { color: rgb(0 0 0 / 50%); }", "color: colour without commas"),
    ];

    [Fact]
    public async Task Nothing_stands_above_the_floor_without_a_way_below_it()
    {
        var report = await Floor.LintAsync(Floor.Sources);

        Assert.Empty(report.Faults);
    }

    [Fact]
    public async Task What_scripts_use_above_the_floor_is_what_the_old_phone_lacks()
    {
        var report = await Floor.LintAsync(Floor.Sources);
        var newer = await Floor.NewerMembersAsync();
        var lacking = newer.SelectMany(m => new[] { m.Member, m.Own, m.Own is null && m.Member is null ? m.Of : null }).OfType<string>().ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(report.Guarded);
        Assert.All(report.Guarded, use => Assert.Contains(use.Name.Split(' ', '.')[^1], lacking));
    }

    [Fact]
    public async Task The_lint_finds_every_kind_of_what_is_newer_and_lets_what_says_its_way_below_pass()
    {
        var folder = Directory.CreateTempSubdirectory("floor-");
        foreach (var (name, text, _) in Scripts) await File.WriteAllTextAsync(Path.Combine(folder.FullName, $"{name}.js"), text);
        foreach (var (name, text, _) in Styles) await File.WriteAllTextAsync(Path.Combine(folder.FullName, $"{name}.css"), text);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "sound.js"), "// Newer than the floor is requestIdleCallback: without it nothing happens.\nif (self.requestIdleCallback) self.requestIdleCallback(() => undefined);\n");
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "sound.css"),
            ".a { height: 100vh; height: 100dvh; display: flex; gap: 1rem; }\n@supports not (inset: 0) { .a > * + * { margin-left: 1rem; } }\n@supports (height: 1dvh) { .b { height: 1dvh; } }\n");
        try
        {
            var report = await Floor.LintAsync(folder.FullName);

            foreach (var (name, _, fault) in Scripts) Assert.True(report.Faults.Any(f => f.File == $"{name}.js" && f.Name == fault), $"{name}: {string.Join(", ", report.Faults.Where(f => f.File == $"{name}.js"))}");
            foreach (var (name, _, fault) in Styles) Assert.True(report.Faults.Any(f => f.File == $"{name}.css" && f.Name == fault), $"{name}: {string.Join(", ", report.Faults.Where(f => f.File == $"{name}.css"))}");
            Assert.DoesNotContain(report.Faults, f => f.File.StartsWith("sound", StringComparison.Ordinal));
            Assert.Contains(report.Guarded, g => g is { File: "sound.js", Name: "requestIdleCallback" });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
