using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace WeChatMask.Data;

/// <summary>Where everything lasting is kept.</summary>
public sealed class DatabaseSettings
{
    /// <summary>The database's kind.</summary>
    public DatabaseKind Engine { get; set; } = DatabaseKind.Sqlite;

    /// <summary>ADO.NET connection string of that engine: <c>Data Source=/var/lib/wechatmask/wechatmask.db</c>; <c>Host=…</c>, with several hosts where a person promotes the standby, and the proxy's alone under Patroni or its like; <c>Server=…</c>. A node opens at most 25 connections unless it says otherwise.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>A standby that follows the database, in the same form, or the one address of several; none unless given. The public's rounds, books and lists may be read there while it holds what the node knows the database to hold; else, and for a while after it did not answer within a second, they are read from the database. Everything that decides always is. Not for <c>Sqlite</c>.</summary>
    public string ReadConnectionString { get; set; } = "";

    /// <summary>How long a node that starts waits for a database server that does not answer, up to a day; then it ends, and systemd starts it again. Meanwhile <c>/health/live</c> answers, and <c>/health/ready</c> says 503.</summary>
    public TimeSpan WaitAtStart { get; set; } = TimeSpan.FromMinutes(10);
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
    private const string NoEngine = "Database:Engine is one of Sqlite, PostgreSql, MySql.";

    /// <summary>Creates the engine; settings it cannot work with stop the start with the cure.</summary>
    public static DatabaseEngine Create(DatabaseSettings settings) =>
        Fault(settings) is { } fault ? throw new OptionsValidationException("Database", typeof(DatabaseSettings), [fault]) : settings.Engine switch
        {
            DatabaseKind.Sqlite => new SqliteEngine(settings.ConnectionString),
            DatabaseKind.PostgreSql => new PostgreSqlEngine(settings.ConnectionString),
            _ => new MySqlEngine(settings.ConnectionString),
        };

    /// <summary>The same for the standby that is read from; null where none is named.</summary>
    public static DatabaseEngine? CreateStandby(DatabaseSettings settings) =>
        settings.ReadConnectionString.Length == 0 ? null : settings.Engine switch
        {
            DatabaseKind.PostgreSql => new PostgreSqlEngine(settings.ReadConnectionString, isStandby: true),
            _ => new MySqlEngine(settings.ReadConnectionString, isStandby: true),
        };

    /// <summary>What is wrong with engine and connection strings, which are not tried out; none when they fit each other.</summary>
    public static string? Fault(DatabaseSettings settings)
    {
        if (!Enum.IsDefined(settings.Engine)) return NoEngine;
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
            return "Database:ConnectionString is empty; for one machine set it to \"Data Source=data/wechatmask.db\".";
        if (Fault(settings.Engine, nameof(settings.ConnectionString), settings.ConnectionString) is { } fault) return fault;
        if (settings.ReadConnectionString.Length == 0) return null;
        return settings.Engine == DatabaseKind.Sqlite
            ? "Database:ReadConnectionString names a standby, which Sqlite has not; leave it out."
            : Fault(settings.Engine, nameof(settings.ReadConnectionString), settings.ReadConnectionString);
    }

    private static string? Fault(DatabaseKind engine, string name, string connectionString)
    {
        try
        {
            var (place, key) = engine switch
            {
                DatabaseKind.Sqlite => (new SqliteConnectionStringBuilder(connectionString).DataSource, "Data Source"),
                DatabaseKind.PostgreSql => (PostgreSqlEngine.SettingsOf(connectionString).Host, "Host"),
                _ => (MySqlEngine.SettingsOf(connectionString).Server, "Server"),
            };
            return string.IsNullOrWhiteSpace(place) ? $"Database:{name} names no {key}, which {engine} needs." : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException or KeyNotFoundException or InvalidOperationException)
        {
            return $"Database:{name} is none that {engine} can read: {e.Message}";
        }
    }
}

/// <summary>Refuses a database section that cannot work, with the key and the cure.</summary>
internal sealed class DatabaseSettingsValidator : IValidateOptions<DatabaseSettings>
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, DatabaseSettings options)
    {
        var faults = new List<string>();
        if (Engines.Fault(options) is { } fault) faults.Add(fault);
        if (options.WaitAtStart < TimeSpan.Zero || options.WaitAtStart > LongestWait) faults.Add("Database:WaitAtStart is between 00:00:00 and 1.00:00:00.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
