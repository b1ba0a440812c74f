namespace WeChatMask.Operations;

/// <summary>Where the tables and the public log do not agree, or the log not with itself.</summary>
/// <param name="Table">Where the row lies.</param>
/// <param name="Key">Which row it is: of a booking the round, the pharmacy and the serial.</param>
/// <param name="Column">What differs, <c>row</c> where the whole of it does.</param>
/// <param name="Row">What the row says.</param>
/// <param name="Log">What the log says.</param>
public sealed record LogFinding(string Table, string Key, string Column, string Row, string Log)
{
    /// <summary>In place of a column: a row that is missing, or is there and should not be.</summary>
    public const string WholeRow = "row";

    public string Sentence => $"{Table} {Key}: {Column} is {Row}; the log says {Log}.";

    /// <summary>The same to be kept: without what a list says of a person, which comes down with the list.</summary>
    public string Nameless => Column is "name" or "id_number" ? $"{Table} {Key}: {Column} is not what the log says." : Sentence;
}
