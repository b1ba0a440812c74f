using System.Text.RegularExpressions;

namespace WeChatMask.Data.Backup;

/// <summary>A table of the schema.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Key">The columns of its primary key, which order its rows.</param>
/// <param name="Seeded">Whether a migration itself puts rows into it.</param>
public sealed record SchemaTable(string Name, IReadOnlyList<string> Key, bool Seeded);

/// <summary>Which tables there are, read from the migrations, so that no list has to be kept beside them and none can be forgotten.</summary>
public static partial class SchemaTables
{
    /// <summary>The tables after the migrations with these names have run.</summary>
    /// <exception cref="InvalidDataException">A table has no primary key.</exception>
    public static IReadOnlyList<SchemaTable> After(IReadOnlyCollection<string> migrations)
    {
        var tables = new SortedDictionary<string, SchemaTable>(StringComparer.Ordinal);
        foreach (var statement in Migrator.Files.Where(f => migrations.Contains(f.Name, StringComparer.Ordinal)).SelectMany(f => Migrator.Statements(f.Sql))) Apply(tables, statement);
        return [.. tables.Values];
    }

    private static void Apply(SortedDictionary<string, SchemaTable> tables, string statement)
    {
        if (Creation().Match(statement) is { Success: true } creation)
            tables[creation.Groups["name"].Value] = new SchemaTable(creation.Groups["name"].Value, KeyOf(creation), Seeded: false);
        else if (Removal().Match(statement) is { Success: true } removal)
            tables.Remove(removal.Groups["name"].Value);
        else if (Renaming().Match(statement) is { Success: true } renaming && tables.Remove(renaming.Groups["name"].Value, out var old))
            tables[renaming.Groups["to"].Value] = old with { Name = renaming.Groups["to"].Value };
        else if (Filling().Match(statement) is { Success: true } filling && tables.TryGetValue(filling.Groups["name"].Value, out var table))
            tables[table.Name] = table with { Seeded = true };
    }

    private static List<string> KeyOf(Match creation)
    {
        var body = creation.Groups["body"].Value;
        if (KeyList().Match(body) is { Success: true } list)
            return [.. list.Groups["columns"].Value.Split(',', StringSplitOptions.TrimEntries)];
        return KeyColumn().Match(body) is { Success: true } column
            ? [column.Groups["name"].Value]
            : throw new InvalidDataException($"Table {creation.Groups["name"].Value} has no primary key, so its rows have no order to be copied and compared in.");
    }

    [GeneratedRegex(@"^CREATE\s+TABLE\s+(IF\s+NOT\s+EXISTS\s+)?(?<name>\w+)\s*\((?<body>.*)\)\s*(\{\w+\})?$", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Creation();

    [GeneratedRegex(@"^DROP\s+TABLE\s+(IF\s+EXISTS\s+)?(?<name>\w+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Removal();

    [GeneratedRegex(@"^ALTER\s+TABLE\s+(?<name>\w+)\s+RENAME\s+TO\s+(?<to>\w+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Renaming();

    [GeneratedRegex(@"^INSERT\s+INTO\s+(?<name>\w+)\s*\([^)]*\)\s*VALUES\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Filling();

    [GeneratedRegex(@"\bPRIMARY\s+KEY\s*\((?<columns>[\w\s,]+)\)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex KeyList();

    [GeneratedRegex(@"^\s*(?<name>\w+)\s[^,]*\bPRIMARY\s+KEY\b", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex KeyColumn();
}
