using System.Diagnostics;
using System.Text.Json;

namespace WeChatMask.BrowserTests.Support;

/// <summary>Something of a script or style sheet that the oldest promised browser does not have.</summary>
/// <param name="File">Its path below the folder that was looked at.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Name">The API, the rule of syntax, or the part of a style.</param>
/// <param name="What">What is wrong with it; none for a use that says what happens without it.</param>
internal sealed record Newer(string File, int Line, string Name, string? What);

/// <summary>What stands in scripts and style sheets above the floor.</summary>
/// <param name="Faults">Everything that would fail there.</param>
/// <param name="Guarded">Uses that say what happens without them.</param>
internal sealed record FloorReport(IReadOnlyList<Newer> Faults, IReadOnlyList<Newer> Guarded);

/// <summary>An interface or global object that is newer, or a member of its instances or its own that is.</summary>
internal sealed record NewerMember(string Of, string? Member, string? Own);

/// <summary>The oldest browsers that the product promises to serve: what our scripts use above them, and a phone that has nothing above them.</summary>
internal static class Floor
{
    // The driver's own code in the page needs them; that no script of ours does is the lint's to say.
    private static readonly string[] OfTheDriver = ["globalThis", "BigInt64Array", "BigUint64Array"];

    /// <summary>Takes away what a list names, members before the objects that they are of.</summary>
    private const string Taking = """
        (list) => {
          const drop = (object, name) => { try { delete object[name]; } catch { /* It cannot be taken away. */ } };
          for (const { of, member, own } of list) {
            const object = self[of];
            if (!object || (!member && !own)) continue;
            if (own) drop(object, own);
            else if (object.prototype) drop(object.prototype, member);
            if (of === 'Window') drop(self, member);
          }
          for (const { of, member, own } of list) if (!member && !own) drop(self, of);
        }
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly Lazy<Task<IReadOnlyList<NewerMember>>> Newest = new(async () => await AskAsync<List<NewerMember>>("newer"));

    /// <summary>The folder of all scripts and style sheets of the product and its sandbox.</summary>
    public static string Sources => Path.Combine(Root, "src");

    private static string Root { get; } = FindRoot();

    public static Task<FloorReport> LintAsync(string folder) => AskAsync<FloorReport>("lint", folder);

    public static Task<IReadOnlyList<NewerMember>> NewerMembersAsync() => Newest.Value;

    /// <summary>Makes an old phone of a new one, as far as scripts can tell.</summary>
    public static async Task<string> AgingScriptAsync() => Without((await NewerMembersAsync()).Where(m => !OfTheDriver.Contains(m.Of, StringComparer.Ordinal)));

    /// <summary>Takes these away.</summary>
    public static string Without(IEnumerable<NewerMember> members) => $"({Taking})({JsonSerializer.Serialize(members, Json)});";

    private static async Task<T> AskAsync<T>(params string[] arguments)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Root, "tests/WeChatMask.BrowserTests/Floor/floor.mjs"), .. arguments])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return JsonSerializer.Deserialize<T>(answer, Json)!;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "WeChatMask.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
