using System.Reflection;
using System.Resources;
using System.Xml.Linq;
using WeChatMask.Domain;
using WeChatMask.Jobs;
using WeChatMask.Web;

namespace WeChatMask.Tests.Architecture;

/// <summary>Rules about the built assemblies and their resources.</summary>
public sealed class BuildRulesTests
{
    private static readonly Assembly App = typeof(WeChatMaskApp).Assembly;
    private static readonly Assembly Rules = typeof(Policy).Assembly;

    [Fact]
    public void Domain_stands_on_the_base_library_alone()
    {
        var library = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        Assert.Empty(Rules.GetReferencedAssemblies().Where(a => !File.Exists(Path.Combine(library, a.Name + ".dll"))).Select(a => a.Name));
        Assert.DoesNotContain("Reference", Repository.Read("src/WeChatMask.Domain/WeChatMask.Domain.csproj"), StringComparison.Ordinal);
    }

    [Fact]
    public void Domain_is_synchronous_and_is_told_the_time()
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var types = Rules.GetTypes().SelectMany(t => t.GetMethods(all).Cast<MethodBase>().Concat(t.GetConstructors(all)));

        Assert.Empty(types.Where(m => Touched(m).Any(IsForbidden)).Select(m => $"{m.DeclaringType}.{m.Name}"));

        static IEnumerable<Type> Touched(MethodBase method) =>
            [.. method.GetParameters().Select(p => p.ParameterType), .. method is MethodInfo info ? [info.ReturnType] : Type.EmptyTypes];
        static bool IsForbidden(Type type) =>
            typeof(Task).IsAssignableFrom(type) || typeof(TimeProvider).IsAssignableFrom(type) || typeof(CancellationToken) == type
            || type.Name.StartsWith("ValueTask", StringComparison.Ordinal);
    }

    [Fact]
    public void Every_job_stands_in_the_schedule_once() => Assert.Equal(
        App.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IJob).IsAssignableFrom(t)).Select(t => t.Name).Order(StringComparer.Ordinal),
        Schedule.Jobs.Select(j => j.Type.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_refusal_has_a_status_a_code_and_a_sentence()
    {
        var sentences = new ResourceManager(typeof(Text.Refusals).FullName!, App);
        var refusals = Enum.GetValues<Refusal>().Where(r => r != Refusal.None).ToList();

        Assert.All(refusals, r => Assert.InRange(RefusalResults.Status(r), 400, 503));
        // The contract has one code for who may not book; another name than the card's is told apart by its sentence and reason.
        Assert.Equal(RefusalResults.Code(Refusal.NotEligible), RefusalResults.Code(Refusal.NameMismatch));
        Assert.Equal(refusals.Count - 1, refusals.Select(RefusalResults.Code).Distinct(StringComparer.Ordinal).Count());
        Assert.DoesNotContain(refusals, r => string.IsNullOrWhiteSpace(sentences.GetString(r.ToString(), null)));
        Assert.DoesNotContain(
            Keys("src/WeChatMask/Text/Refusals.resx"),
            k => !k.StartsWith("Http_", StringComparison.Ordinal) && !refusals.Any(r => r.ToString() == k));
    }

    [Fact]
    public void Every_verdict_has_its_word_where_verdicts_are_said()
    {
        var spoken = Repository.Files("src/WeChatMask/Text", ".resx").Select(Keys)
            .Where(keys => keys.Any(k => k.StartsWith("Verdict_", StringComparison.Ordinal)));

        Assert.All(spoken, keys => Assert.DoesNotContain(Enum.GetNames<Verdict>(), v => !keys.Contains("Verdict_" + v)));
    }

    [Fact]
    public void Every_word_file_has_its_marker_and_no_empty_sentence() => Assert.All(
        Repository.Files("src/WeChatMask/Text", ".resx"),
        file =>
        {
            Assert.NotNull(App.GetType("WeChatMask.Text." + Path.GetFileNameWithoutExtension(file)));
            Assert.Empty(Entries(file).Where(e => string.IsNullOrWhiteSpace(e.Element("value")?.Value)).Select(e => e.Attribute("name")!.Value));
        });

    private static HashSet<string> Keys(string file) =>
        Entries(file).Select(e => e.Attribute("name")!.Value).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<XElement> Entries(string file) => XDocument.Parse(Repository.Read(file)).Root!.Elements("data");
}
