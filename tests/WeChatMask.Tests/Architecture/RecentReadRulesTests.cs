using Mono.Cecil;
using WeChatMask.Data;
using WeChatMask.OpenData;

namespace WeChatMask.Tests.Architecture;

/// <summary>What a standby may answer is shown to the public and decides nothing.</summary>
public sealed class RecentReadRulesTests
{
    private static readonly IReadOnlyList<(string Type, string Method, string Callee)> Calls = Read();

    [Fact]
    public void Only_the_publics_rounds_books_and_lists_are_read_where_they_may_be_old() => Assert.Equal(
        [$"{nameof(BooksQueries)}.{nameof(BooksQueries.RecentAsync)}", $"{nameof(PublicQueries)}.{nameof(PublicQueries.ListAsync)}", $"{nameof(PublicQueries)}.{nameof(PublicQueries.RoundsAsync)}", $"{nameof(PublicQueries)}.{nameof(PublicQueries.TrendsAsync)}"],
        Recent().Select(c => $"{c.Type.Split('.')[^1]}.{c.Method}").Order(StringComparer.Ordinal));

    [Fact]
    public void Only_public_pages_and_files_ask_for_them()
    {
        var recent = Recent().Select(c => $"{c.Type}::{c.Method}").ToHashSet(StringComparer.Ordinal);
        var askers = Calls.Where(c => recent.Contains(c.Callee) && !recent.Contains($"{c.Type}::{c.Method}")).Select(c => c.Type).Distinct(StringComparer.Ordinal).ToList();

        Assert.True(askers.Count > 3, string.Join('\n', askers));
        Assert.All(askers, a => Assert.True(a.StartsWith("WeChatMask.Pages.Public.", StringComparison.Ordinal) || a == typeof(PublicEndpoints).FullName, a));
    }

    private static IEnumerable<(string Type, string Method, string Callee)> Recent() =>
        Calls.Where(c => c.Callee == $"{typeof(Database).FullName}::{nameof(Database.ReadRecentAsync)}" && c.Type != typeof(Database).FullName).Distinct();

    // Who calls what, each by its name in the source: what the compiler makes of an async method belongs to that method.
    private static IReadOnlyList<(string Type, string Method, string Callee)> Read()
    {
        using var module = ModuleDefinition.ReadModule(typeof(WeChatMaskApp).Assembly.Location);
        return
        [
            .. from type in module.GetTypes()
               from method in type.Methods
               where method.HasBody
               from callee in method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>()
               select (Outermost(type).FullName, NameOf(type, method), $"{callee.DeclaringType.FullName}::{callee.Name}"),
        ];
    }

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static string NameOf(TypeDefinition type, MethodDefinition method) =>
        Array.Find([type.Name, method.Name], n => n.StartsWith('<') && n.IndexOf('>', StringComparison.Ordinal) > 1) is { } made ? made[1..made.IndexOf('>', StringComparison.Ordinal)] : method.Name;
}
