using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using WeChatMask.Domain;
using WeChatMask.Sandbox;

namespace WeChatMask.Tests.Architecture;

/// <summary>The documents name what there is, and stay short enough to be read.</summary>
public sealed partial class DocumentTests
{
    private const string Architecture = "src/ARCHITECTURE.md";
    private const string Decisions = "docs/decisions";
    private const string History = "CHANGELOG.md";
    private const int MostWords = 1800;
    private const int MostWordsOfADecision = 350;
    private const int MostFilesOfAFlow = 5;

    // Every flow passes through these; what counts is how many other files one has to open.
    private static readonly string[] Ground = ["Web/", "Data/", "Domain/"];

    // What people outside call so.
    private static readonly string[] Others = ["TieredPGO", "PullSmsSendStatus", "AliyunDysmsFullAccess", "TimeProvider"];

    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly ILookup<string, Type> Types =
        new[] { typeof(WeChatMaskApp), typeof(Policy), typeof(SandboxApp), typeof(DocumentTests) }
            .SelectMany(t => t.Assembly.GetTypes()).ToLookup(t => t.Name.Split('`')[0], StringComparer.Ordinal);

    // Members, rooms, projects and sections of the settings.
    private static readonly HashSet<string> Names = Types.SelectMany(types => types)
        .SelectMany(t => t.GetMembers(All).Select(m => m.Name).Append(t.Namespace ?? "").Concat((t.Namespace ?? "").Split('.')))
        .Concat(SampleSettingsTests.Sections.Keys).ToHashSet(StringComparer.Ordinal);

    public static TheoryData<string> Documents => [.. Repository.Files(extension: ".md")];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Its_links_lead_somewhere(string document) => Assert.DoesNotContain(
        Links().Matches(Repository.Read(document)).Select(m => m.Groups["to"].Value).Where(to => !to.Contains("://", StringComparison.Ordinal)),
        to => !LeadsSomewhere(document, to));

    [Theory]
    [MemberData(nameof(Documents))]
    public void The_tests_it_names_are_there(string document) => Assert.DoesNotContain(
        TestNames().Matches(Repository.Read(document)).Select(m => m.Groups["name"].Value),
        name => !Repository.Files("tests", ".cs").Any(f => f.EndsWith($"/{name}.cs", StringComparison.Ordinal)));

    [Fact]
    public void A_link_to_nowhere_is_noticed()
    {
        Assert.True(LeadsSomewhere("docs/flows.md", "../src/ARCHITECTURE.md#invariants"));
        Assert.False(LeadsSomewhere("docs/flows.md", "../src/ARCHITECTURE.md#inventions"));
        Assert.False(LeadsSomewhere("docs/flows.md", "ARCHITECTURE.md"));
    }

    [Fact]
    public void The_architecture_is_read_in_a_quarter_of_an_hour() =>
        Assert.InRange(Words(Repository.Read(Architecture)), 500, MostWords);

    [Fact]
    public void The_map_shows_the_rooms_in_their_order() =>
        Assert.Equal(RoomTests.Rooms, Rows(Section(Repository.Read(Architecture), "The map")).Select(r => r[0].Trim('`')));

    [Fact]
    public void The_decisions_are_numbered_short_and_say_what_they_cost()
    {
        var index = Repository.Read($"{Decisions}/README.md");
        var pages = Repository.Files(Decisions, ".md").Select(f => Path.GetFileName(f)).Where(f => f != "README.md").ToList();

        Assert.Equal(Enumerable.Range(1, pages.Count).Select(i => i.ToString("0000", CultureInfo.InvariantCulture)), pages.Select(p => p[..4]));
        Assert.All(pages, page =>
        {
            var text = Repository.Read($"{Decisions}/{page}");
            Assert.StartsWith($"# {page[..4]} ", text, StringComparison.Ordinal);
            Assert.Contains($"({page})", index, StringComparison.Ordinal);
            Assert.InRange(Words(text), 100, MostWordsOfADecision);
            foreach (var part in new[] { "**Context.**", "**Choice.**", "**Price.**" }) Assert.Contains(part, text, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("docs/jobs.md")]
    [InlineData("docs/jobs.zh-CN.md")]
    public void The_page_of_jobs_lists_the_schedule(string page) => Assert.Equal(
        Schedule.Jobs.Select(j => j.Name).Order(StringComparer.Ordinal),
        Rows(Repository.Read(page)).Where(r => r.Length == 3).Select(r => r[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void The_flows_name_files_and_members_that_there_are()
    {
        var flows = Flows();

        Assert.True(flows.Count >= 6, $"Only {flows.Count} flows were found.");
        Assert.All(flows, flow => Assert.All(Rows(flow), row =>
        {
            var source = Repository.Read(PathOf(row[0].Trim('`')));
            var members = Code().Matches(row[1]).Select(m => m.Groups["text"].Value).ToList();
            Assert.NotEmpty(members);
            Assert.DoesNotContain(members, m => !Regex.IsMatch(source, Declared(m), RegexOptions.Multiline | RegexOptions.NonBacktracking));
        }));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void The_types_and_members_it_names_are_there(string document)
    {
        if (document == History) return;
        var named = Code().Matches(Repository.Read(document)).Select(m => m.Groups["text"].Value).Where(t => CamelCase().IsMatch(t));

        Assert.Empty(named.Where(n => !IsThere(n)).Except(Others, StringComparer.Ordinal));
    }

    [Fact]
    public void A_flow_is_read_in_five_files() => Assert.All(Flows(), flow => Assert.InRange(
        Rows(flow).Select(r => r[0].Trim('`')).Where(f => !Ground.Any(g => f.StartsWith(g, StringComparison.Ordinal))).Distinct(StringComparer.Ordinal).Count(),
        1,
        MostFilesOfAFlow));

    [Fact]
    public void A_flow_names_who_writes_its_answer() => Assert.All(Flows(), flow =>
    {
        var files = Rows(flow).Select(r => r[0].Trim('`')).ToList();
        foreach (var row in Rows(flow).Where(r => r[0].EndsWith("Endpoints.cs`", StringComparison.Ordinal)))
        {
            var source = Repository.Read(PathOf(row[0].Trim('`')));
            foreach (Match member in Code().Matches(row[1]))
                Assert.All(AnswersOf(source, member.Groups["text"].Value), type => Assert.Contains(files, f => f.EndsWith($"/{type}.cs", StringComparison.Ordinal)));
        }
    });

    [Fact]
    public void Who_writes_an_answer_is_found_in_the_body_alone() => Assert.Equal(
        ["BookingViews"],
        AnswersOf("    public static IResult A() => RoundViews.Of(1);\n\n    public static IResult B()\n    {\n        return Ok(BookingViews.Answer(2));\n    }\n\n    private int C() => OtherViews.Of(3);\n", "B"));

    [Theory]
    [InlineData("    public Task<int> RunAsync(CancellationToken token)", "RunAsync", true)]
    [InlineData("        return await store.RunAsync(token);", "RunAsync", false)]
    [InlineData("export function judge(voucher) {", "judge", true)]
    public void A_declaration_is_told_from_a_call(string line, string member, bool declared) =>
        Assert.Equal(declared, Regex.IsMatch(line, Declared(member), RegexOptions.Multiline | RegexOptions.NonBacktracking));

    private static bool IsThere(string name)
    {
        var parts = name.Split('.');
        return Names.Contains(name) || (parts.Length == 1 ? Types.Contains(name) : Types[parts[0]].Any(t => t.GetMember(parts[1], All).Length > 0));
    }

    private static List<string> Flows() => [.. Repository.Read("docs/flows.md").Split("\n## ").Skip(1).Where(s => Rows(s).Count > 0)];

    private static string PathOf(string file) => file.StartsWith("Domain/", StringComparison.Ordinal)
        ? $"src/WeChatMask.{file}"
        : $"src/WeChatMask/{file}";

    private static string Declared(string member) =>
        $@"^\s*((public|private|protected|internal)\b[^=;]*\b{Regex.Escape(member)}(<\w+>)?\s*(\(|=>|\{{)|(export )?(async )?function {Regex.Escape(member)}\()";

    // The types, named for what they show, that a member of a source makes its answer with.
    private static IEnumerable<string> AnswersOf(string source, string member)
    {
        var head = Regex.Match(source, Declared(member), RegexOptions.Multiline | RegexOptions.NonBacktracking);
        var rest = source[(head.Index + head.Length)..];
        var next = Regex.Match(rest, @"^    (?:public|private|internal|protected)\b", RegexOptions.Multiline | RegexOptions.NonBacktracking);
        var body = next.Success ? rest[..next.Index] : rest;
        return Views().Matches(body).Select(m => m.Groups["type"].Value).Distinct(StringComparer.Ordinal);
    }

    private static bool LeadsSomewhere(string document, string to)
    {
        var parts = to.Split('#', 2);
        var target = parts[0].Length == 0 ? document : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, parts[0])));
        var path = Path.Combine(Repository.Root, target);
        if (!File.Exists(path)) return parts.Length == 1 && Directory.Exists(path);
        return parts.Length == 1 || Headings().Matches(Repository.Read(target)).Any(h => Anchor(h.Groups["text"].Value) == parts[1]);
    }

    private static string Anchor(string heading) =>
        new([.. heading.Trim().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : char.ToLowerInvariant(c))]);

    private static int Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    private static string Section(string text, string heading)
    {
        var start = text.IndexOf($"## {heading}\n", StringComparison.Ordinal);
        var end = text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return end < 0 ? text[start..] : text[start..end];
    }

    // The rows of its tables, without their heads.
    private static List<string[]> Rows(string text)
    {
        var lines = text.Split('\n');
        return [.. lines.Where((l, i) => l.StartsWith("| ", StringComparison.Ordinal) && !(i + 1 < lines.Length && lines[i + 1].StartsWith("|--", StringComparison.Ordinal)))
            .Select(l => l.Trim('|', ' ').Split(" | "))];
    }

    [GeneratedRegex(@"\b(?<type>[A-Z]\w+Views)\.\w+\(")]
    private static partial Regex Views();

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"`(?<name>[A-Z]\w+Tests)(\.\w+)?`")]
    private static partial Regex TestNames();

    [GeneratedRegex("`(?<text>[^`]+)`")]
    private static partial Regex Code();

    // A name of one word may be anybody's: an engine, a setting's value.
    [GeneratedRegex(@"^[A-Z][a-z]+[A-Z]\w*(\.[A-Z]\w+)?$")]
    private static partial Regex CamelCase();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Headings();
}
