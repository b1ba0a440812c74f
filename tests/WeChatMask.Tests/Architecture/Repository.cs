using System.Text.RegularExpressions;

namespace WeChatMask.Tests.Architecture;

/// <summary>The files of this checkout as a reader sees them: no build output, no restored packages.</summary>
internal static partial class Repository
{
    private static readonly HashSet<string> NotOurs =
        new(["bin", "obj", "node_modules", ".git", ".data", ".vs", ".idea", "TestResults", "artifacts"], StringComparer.Ordinal);

    private static readonly string[] Texts =
        [".cs", ".cshtml", ".js", ".css", ".sql", ".json", ".md", ".txt", ".resx", ".csproj", ".props", ".sln", ".sh", ".yml", ".svg", ".html", ""];

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Our text files under a folder, by their path from the root with forward slashes.</summary>
    public static IReadOnlyList<string> Files(string folder = "", string extension = "*")
    {
        var start = new DirectoryInfo(Path.Combine(Root, folder));
        return [.. Walk(start).Where(f => extension == "*" ? Texts.Contains(f.Extension, StringComparer.Ordinal) : f.Extension == extension)
            .Select(f => Path.GetRelativePath(Root, f.FullName).Replace('\\', '/')).Order(StringComparer.Ordinal)];
    }

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The text literals of C# source, comments left out.</summary>
    public static IEnumerable<string> Literals(string source) =>
        Tokens().Matches(source).Select(m => m.Value).Where(t => t.Contains('"', StringComparison.Ordinal) && t[0] is '"' or '@' or '$');

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder)
    {
        foreach (var file in folder.EnumerateFiles()) yield return file;
        foreach (var inner in folder.EnumerateDirectories())
        {
            var restored = inner.Name == "lib" && folder.Name == "wwwroot";
            if (NotOurs.Contains(inner.Name) || restored) continue;
            foreach (var file in Walk(inner)) yield return file;
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "WeChatMask.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException("No WeChatMask.sln above the tests.");
    }

    // In this order: comments and characters are matched so that a quote inside them opens no text.
    [GeneratedRegex("""
        //[^\n]* | /\*[\s\S]*?\*/ | '(?:\\.|[^'\\\n])+' | \$*(?<q>"{3,})[\s\S]*?\k<q> | (?:\$?@\$?)"(?:""|[^"])*" | \$?"(?:\\.|[^"\\\n])*"
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Tokens();
}
