using Microsoft.Extensions.Options;

namespace WeChatMask.Data;

/// <summary>Where everything lasting is kept.</summary>
public sealed class DatabaseSettings
{
    /// <summary>The database's kind.</summary>
    public DatabaseKind Engine { get; set; } = DatabaseKind.Sqlite;

    /// <summary>ADO.NET connection string of that engine: <c>Data Source=/var/lib/wechatmask/wechatmask.db</c>; <c>Host=…</c>, with several hosts where there is a standby; <c>Server=…</c>. A node opens at most 25 connections unless it says otherwise.</summary>
    public string ConnectionString { get; set; } = "";
}

/// <summary>The engines the product runs on.</summary>
public enum DatabaseKind
{
    /// <summary>embedded, on a local disk, for one node.</summary>
    Sqlite,

    /// <summary>a PostgreSQL server or a relative of it, for several nodes.</summary>
    PostgreSql,

    /// <summary>a MySQL (8.0.4) or MariaDB (10.6) server, for several nodes.</summary>
    MySql,
}

/// <summary>Makes the engine that the settings name.</summary>
internal static class Engines
{
    /// <summary>Creates the engine; one that this build lacks stops the start with the cure.</summary>
    public static DatabaseEngine Create(DatabaseSettings settings) => settings.Engine switch
    {
        DatabaseKind.Sqlite => new SqliteEngine(settings.ConnectionString),
        DatabaseKind.PostgreSql => new PostgreSqlEngine(settings.ConnectionString),
        DatabaseKind.MySql => new MySqlEngine(settings.ConnectionString),
        _ => throw new OptionsValidationException(
            "Database", typeof(DatabaseSettings), [$"Database:Engine {settings.Engine} is none of Sqlite, PostgreSql and MySql."]),
    };
}

/// <summary>Refuses a database section that cannot work, with the key and the cure.</summary>
internal sealed class DatabaseSettingsValidator : IValidateOptions<DatabaseSettings>
{
    public ValidateOptionsResult Validate(string? name, DatabaseSettings options) =>
        string.IsNullOrWhiteSpace(options.ConnectionString)
            ? ValidateOptionsResult.Fail("Database:ConnectionString is empty; for one machine set it to \"Data Source=data/wechatmask.db\".")
            : ValidateOptionsResult.Success;
}
