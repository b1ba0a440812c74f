using System.Text.RegularExpressions;

namespace WeChatMask.Tests.Architecture;

/// <summary>Rules about what may stand in which file.</summary>
public sealed partial class SourceRulesTests
{
    private const int MostLines = 350;

    // Lists, not prose: they are as long as what they list.
    private static readonly string[] Written = [".cs", ".cshtml", ".js", ".css"];

    [Fact]
    public void Source_holds_no_Chinese_text() => Assert.Empty(Found("src", ".cs", Chinese()));

    [Fact]
    public void Only_the_data_folder_names_a_database_engine() => Assert.DoesNotContain(
        Found("src", ".cs", EngineName()), f => !f.StartsWith("src/WeChatMask/Data/", StringComparison.Ordinal));

    [Fact]
    public void Statements_stand_only_in_files_named_for_them()
    {
        var wrong = Repository.Files("src", ".cs")
            .Where(f => !Statements().IsMatch(f) && f != "src/WeChatMask/Data/Migrator.cs")
            .Where(f => Repository.Literals(Repository.Read(f)).Any(text => Sql().IsMatch(text)));

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("var a = \"SELECT id FROM booking\";", true)]
    [InlineData("var a = $\"UPDATE {table} SET x = 1\";", true)]
    [InlineData("var a = \"\"\"\n  INSERT INTO quota (x)\n\"\"\";", true)]
    [InlineData("var a = @\"DELETE FROM quota\";", true)]
    [InlineData("var q = '\"'; // SELECT id FROM booking", false)]
    [InlineData("/* \"DELETE FROM quota\" */ var a = \"select one\";", false)]
    public void Statements_are_told_from_comments(string source, bool found) =>
        Assert.Equal(found, Repository.Literals(source).Any(text => Sql().IsMatch(text)));

    [Fact]
    public void Time_comes_from_the_time_provider() => Assert.Empty(Found("src", ".cs", MachineClock()));

    [Fact]
    public void No_file_is_too_long_to_read() => Assert.DoesNotContain(
        Repository.Files("src").Where(f => Written.Contains(Path.GetExtension(f), StringComparer.Ordinal))
            .Select(f => (File: f, Lines: Repository.Read(f).AsSpan().Count('\n'))),
        f => f.Lines > MostLines);

    [Fact]
    public void Only_the_cities_say_what_the_goods_are() => Assert.DoesNotContain(
        // Examples were recorded of one of them.
        Found("src", "*", Goods()), f => !f.StartsWith("src/WeChatMask.Sandbox/Cities/", StringComparison.Ordinal) && f != "src/WeChatMask/Web/ApiExamples.json");

    [Fact]
    public void No_file_knows_a_machine_or_a_registry() => Assert.Empty(Found("", "*", MachinePath()));

    private static IEnumerable<string> Found(string folder, string extension, Regex pattern) =>
        Repository.Files(folder, extension).Where(f => pattern.IsMatch(Repository.Read(f)));

    [GeneratedRegex(@"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]|[\ud840-\ud88d]")]
    private static partial Regex Chinese();

    [GeneratedRegex("sqlite|npgsql|postgre|mysql|mariadb", RegexOptions.IgnoreCase)]
    private static partial Regex EngineName();

    [GeneratedRegex(@"(Store|Queries|Engine)\.cs$")]
    private static partial Regex Statements();

    [GeneratedRegex(@"\bSELECT\b[\s\S]+\bFROM\b|\bINSERT\s+INTO\b|\bUPDATE\s+\S+\s+SET\b|\bDELETE\s+FROM\b", RegexOptions.IgnoreCase)]
    private static partial Regex Sql();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b")]
    private static partial Regex MachineClock();

    [GeneratedRegex("\u53e3\u7f69")]
    private static partial Regex Goods();

    // A folder of one machine, or the address of a package registry.
    [GeneratedRegex(@"(?<![\w.}/)])/(?:work|root|home|Users)/\w|[A-Z]:\\Users|https?://[\w.-]*(?:registry|nuget|npmjs|npmmirror)[\w.-]*/|""resolved"":\s*""http")]
    private static partial Regex MachinePath();
}
