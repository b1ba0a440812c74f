namespace WeChatMask.Data;

/// <summary>How connection strings look, for who writes a city's first settings.</summary>
internal static class ConnectionForms
{
    /// <summary>The engine of a city that names none.</summary>
    public const string UsualEngine = nameof(DatabaseKind.Sqlite);

    public static IReadOnlyList<string> Engines { get; } = Enum.GetNames<DatabaseKind>();

    /// <summary>What to ask for when an engine is chosen.</summary>
    public const string EngineQuestion = "Where the data is kept: Sqlite (one machine), PostgreSql or MySql (a server; MariaDB too)";

    /// <summary>What an engine's connection string looks like.</summary>
    public static string Form(string engine) => engine switch
    {
        nameof(DatabaseKind.PostgreSql) => "Host=db1;Database=wechatmask;Username=wechatmask;Password=...;SSL Mode=VerifyFull",
        nameof(DatabaseKind.MySql) => "Server=db1;Database=wechatmask;User ID=wechatmask;Password=...;SslMode=VerifyFull",
        _ => "Data Source=FILE",
    };

    /// <summary>The connection string that needs no question; empty where a server must be named.</summary>
    public static string Usual(string engine, string folder) => engine == UsualEngine ? $"Data Source={Path.Combine(folder, "wechatmask.db")}" : "";
}
