using System.Data;
using System.Globalization;
using Dapper;

namespace WeChatMask.Data;

/// <summary>How our value types lie in columns, the same on every engine: days as ISO text, instants as UTC milliseconds, truth values as 0 and 1.</summary>
internal static class ColumnTypes
{
    public static void Register()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(DateOnly));
        SqlMapper.RemoveTypeMap(typeof(DateOnly?));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.RemoveTypeMap(typeof(bool));
        SqlMapper.RemoveTypeMap(typeof(bool?));
        SqlMapper.AddTypeHandler(new DayHandler());
        SqlMapper.AddTypeHandler(new FlagHandler());
        SqlMapper.AddTypeHandler(new InstantHandler());
        SqlMapper.ConnectionStringComparer = new ByEngine();
    }

    public static string Column(this DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static DateOnly ToDay(this string column) => DateOnly.ParseExact(column, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static long Column(this DateTimeOffset instant) => instant.ToUnixTimeMilliseconds();

    /// <summary>The column form of any value that a statement may be given.</summary>
    public static object? Value(object? value) => value switch
    {
        DateOnly day => day.Column(),
        DateTimeOffset instant => instant.Column(),
        bool flag => flag ? 1 : 0,
        Enum kind => Convert.ToInt32(kind, CultureInfo.InvariantCulture),
        _ => value,
    };

    // Not every engine takes a truth value for an integer column.
    private sealed class FlagHandler : SqlMapper.TypeHandler<bool>
    {
        public override bool Parse(object value) => Convert.ToInt64(value, CultureInfo.InvariantCulture) != 0;

        public override void SetValue(IDbDataParameter parameter, bool value)
        {
            parameter.DbType = DbType.Int32;
            parameter.Value = value ? 1 : 0;
        }
    }

    private sealed class DayHandler : SqlMapper.TypeHandler<DateOnly>
    {
        public override DateOnly Parse(object value) => ((string)value).ToDay();

        public override void SetValue(IDbDataParameter parameter, DateOnly value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = value.Column();
        }
    }

    private sealed class InstantHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) =>
            DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(value, CultureInfo.InvariantCulture));

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
        {
            parameter.DbType = DbType.Int64;
            parameter.Value = value.Column();
        }
    }

    /// <summary>All databases of an engine have one schema: what the mapper has compiled for a statement is for each of them, the standby too. An engine is known by the first word of its connection strings.</summary>
    private sealed class ByEngine : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => Engine(x).SequenceEqual(Engine(y));

        public int GetHashCode(string obj) => string.GetHashCode(Engine(obj), StringComparison.Ordinal);

        private static ReadOnlySpan<char> Engine(string? connection) => connection.AsSpan(0, Math.Max(0, connection?.IndexOf('=', StringComparison.Ordinal) ?? 0));
    }
}
