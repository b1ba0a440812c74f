namespace WeChatMask.Domain.PublicLog;

/// <summary>The kinds of entries; an entry begins with its kind in small letters.</summary>
public enum EntryKind
{
    /// <summary>A kind of a later version: an entry all the same.</summary>
    Unknown,
    Log,
    Key,
    Policy,
    Round,
    Window,
    Quota,
    Carry,
    Book,
    Cancel,
    Close,
    List,
    Publish,
    Deliver,
    Give,
    Void,
    Move,
    Lapse,
    Transfer,
    End,
    Shred,
    Audit,
    Fork,
    Commit,
    Apply,
    Withdraw,
    Reject,
    Seal,
    Reveal,
    Beacon,
    Attest,
    Draw,
    Win,
    Cut,
}

/// <summary>What a field of an entry may hold.</summary>
internal enum EntryField
{
    Day,
    Code,

    /// <summary>0, or at most 15 digits of which the first is none.</summary>
    Int,

    /// <summary>The same, which may be below zero.</summary>
    Signed,
    Hash,
    Token,

    /// <summary>One to three different codes, by commas.</summary>
    Preferences,

    /// <summary>A rank, or a hyphen where everybody got something.</summary>
    HashOrNone,

    /// <summary>The version of the log's format.</summary>
    Version,
    KeyChange,
    Mode,
    CancelledBy,
    EarlyOrLate,
    CloseReason,
}

/// <summary>Which fields follow which kind.</summary>
internal static class EntryShapes
{
    /// <summary>Of any known kind.</summary>
    public const int MostFields = 7;

    private static readonly EntryField[][] Shapes = [.. Enum.GetValues<EntryKind>().Select(Shape)];

    public static ReadOnlySpan<EntryField> Of(EntryKind kind) => Shapes[(int)kind];

    public static EntryKind KindOf(ReadOnlySpan<char> word) => word switch
    {
        "log" => EntryKind.Log,
        "key" => EntryKind.Key,
        "policy" => EntryKind.Policy,
        "round" => EntryKind.Round,
        "window" => EntryKind.Window,
        "quota" => EntryKind.Quota,
        "carry" => EntryKind.Carry,
        "book" => EntryKind.Book,
        "cancel" => EntryKind.Cancel,
        "close" => EntryKind.Close,
        "list" => EntryKind.List,
        "publish" => EntryKind.Publish,
        "deliver" => EntryKind.Deliver,
        "give" => EntryKind.Give,
        "void" => EntryKind.Void,
        "move" => EntryKind.Move,
        "lapse" => EntryKind.Lapse,
        "transfer" => EntryKind.Transfer,
        "end" => EntryKind.End,
        "shred" => EntryKind.Shred,
        "audit" => EntryKind.Audit,
        "fork" => EntryKind.Fork,
        "commit" => EntryKind.Commit,
        "apply" => EntryKind.Apply,
        "withdraw" => EntryKind.Withdraw,
        "reject" => EntryKind.Reject,
        "seal" => EntryKind.Seal,
        "reveal" => EntryKind.Reveal,
        "beacon" => EntryKind.Beacon,
        "attest" => EntryKind.Attest,
        "draw" => EntryKind.Draw,
        "win" => EntryKind.Win,
        "cut" => EntryKind.Cut,
        _ => EntryKind.Unknown,
    };

    /// <summary>The field in which the entry's second stands, of kinds whose times are to run forward; -1 for the others.</summary>
    public static int InstantOf(EntryKind kind) => kind switch
    {
        EntryKind.Publish or EntryKind.End => 1,
        EntryKind.Policy or EntryKind.Close or EntryKind.Shred or EntryKind.Seal => 2,
        EntryKind.Window or EntryKind.Book or EntryKind.Apply => 4,
        EntryKind.Quota or EntryKind.Cancel => 5,
        EntryKind.Round => 6,
        _ => -1,
    };

    private static EntryField[] Shape(EntryKind kind) => kind switch
    {
        EntryKind.Log => [EntryField.Version, EntryField.Token, EntryField.Int, EntryField.Token],
        EntryKind.Key => [EntryField.KeyChange, EntryField.Token, EntryField.Hash, EntryField.Int],
        EntryKind.Policy => [EntryField.Day, EntryField.Hash, EntryField.Int],
        EntryKind.Round => [EntryField.Day, EntryField.Day, EntryField.Mode, EntryField.Int, EntryField.Hash, EntryField.Hash, EntryField.Int],
        EntryKind.Window => [EntryField.Day, EntryField.Int, EntryField.Int, EntryField.Int, EntryField.Int],
        EntryKind.Quota => [EntryField.Day, EntryField.Code, EntryField.Int, EntryField.Int, EntryField.Signed, EntryField.Int],
        EntryKind.Carry => [EntryField.Day, EntryField.Day, EntryField.Code, EntryField.Signed, EntryField.Signed, EntryField.Signed, EntryField.Signed],
        EntryKind.Book => [EntryField.Day, EntryField.Code, EntryField.Int, EntryField.Int, EntryField.Int, EntryField.Hash],
        EntryKind.Cancel => [EntryField.Day, EntryField.Code, EntryField.Int, EntryField.CancelledBy, EntryField.EarlyOrLate, EntryField.Int],
        EntryKind.Close => [EntryField.Day, EntryField.CloseReason, EntryField.Int],
        EntryKind.List => [EntryField.Day, EntryField.Code, EntryField.Int, EntryField.Hash],
        EntryKind.Publish or EntryKind.End => [EntryField.Day, EntryField.Int],
        EntryKind.Deliver or EntryKind.Void or EntryKind.Lapse => [EntryField.Day, EntryField.Code, EntryField.Int],
        EntryKind.Give => [EntryField.Day, EntryField.Code, EntryField.Int, EntryField.Int],
        EntryKind.Move => [EntryField.Day, EntryField.Code, EntryField.Int, EntryField.Day],
        EntryKind.Transfer => [EntryField.Day, EntryField.Code, EntryField.Int, EntryField.Code, EntryField.Int],
        EntryKind.Shred => [EntryField.Day, EntryField.Hash, EntryField.Int, EntryField.Day],
        EntryKind.Audit => [EntryField.Token, EntryField.Int, EntryField.Hash],
        EntryKind.Fork => [EntryField.Token, EntryField.Int, EntryField.Hash, EntryField.Int],
        EntryKind.Commit => [EntryField.Day, EntryField.Token, EntryField.Hash, EntryField.Token],
        EntryKind.Apply => [EntryField.Day, EntryField.Int, EntryField.Preferences, EntryField.Int, EntryField.Int, EntryField.Hash],
        EntryKind.Withdraw or EntryKind.Reject => [EntryField.Day, EntryField.Int],
        EntryKind.Seal => [EntryField.Day, EntryField.Int, EntryField.Int],
        EntryKind.Reveal => [EntryField.Day, EntryField.Token, EntryField.Hash],
        EntryKind.Beacon or EntryKind.Attest => [EntryField.Day, EntryField.Token, EntryField.Token],
        EntryKind.Draw => [EntryField.Day, EntryField.Hash],
        EntryKind.Win => [EntryField.Day, EntryField.Int, EntryField.Code, EntryField.Int],
        EntryKind.Cut => [EntryField.Day, EntryField.Code, EntryField.Int, EntryField.HashOrNone],
        _ => [],
    };
}
