using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WeChatMask.Data;

/// <summary>A connection to SQLite that keeps what it has prepared: parsing and planning a statement costs more than running it.</summary>
/// <remarks>Disposed, it goes back to whoever lent it, if they take it. One caller at a time, as with every connection.</remarks>
internal sealed class KeptConnection(string connectionString, Func<KeptConnection, bool>? giveBack = null) : SqliteConnection(connectionString)
{
    // Lists are written into a statement's text, so there may be any number of texts.
    private const int MostKept = 256;

    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, sqlite3_stmt> statements = new(StringComparer.Ordinal);
    private int lent;

    // Whether it lies with whoever lends it, where giving it back once more does nothing.
    private bool isBack;

    /// <summary>Whether the transaction that was begun is over: some failures end it without being asked.</summary>
    public bool HasLostTransaction => Handle is { } handle && raw.sqlite3_get_autocommit(handle) != 0;

    /// <summary>Gives it to somebody, who disposes it.</summary>
    public KeptConnection GoOut()
    {
        isBack = false;
        return this;
    }

    /// <summary>A statement whose values are bound by place, without a command around it. Reset it after use.</summary>
    public sqlite3_stmt Statement(string sql)
    {
        if (statements.TryGetValue(sql, out var known)) return known;
        if (statements.Count >= MostKept) ForgetStatements();
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v3(Handle!, sql, raw.SQLITE_PREPARE_PERSISTENT, out var made), Handle);
        return statements[sql] = made;
    }

    /// <summary>Binds a value as its column keeps it. Places count from 1.</summary>
    public static void Bind(sqlite3_stmt statement, int place, object? value)
    {
        const int brief = 256;
        switch (value)
        {
            case null: raw.sqlite3_bind_null(statement, place); break;
            case long number: raw.sqlite3_bind_int64(statement, place, number); break;
            case int number: raw.sqlite3_bind_int64(statement, place, number); break;
            case double number: raw.sqlite3_bind_double(statement, place, number); break;
            case string text:
                Span<byte> bytes = text.Length <= brief ? stackalloc byte[3 * brief] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
                raw.sqlite3_bind_text(statement, place, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
                break;
            case DateOnly or DateTimeOffset or bool or Enum: Bind(statement, place, ColumnTypes.Value(value)); break;
            default: throw new ArgumentException($"No column keeps a {value.GetType().Name}.", nameof(value));
        }
    }

    /// <summary>Runs one step; true while there is a row.</summary>
    public bool Step(sqlite3_stmt statement)
    {
        var code = raw.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW) return true;
        if (code == raw.SQLITE_DONE) return false;
        // Read before the reset, which may say less.
        try
        {
            SqliteException.ThrowExceptionForRC(code, Handle);
        }
        finally
        {
            raw.sqlite3_reset(statement);
        }

        return false;
    }

    /// <summary>Takes a prepared command out, or makes one.</summary>
    internal SqliteCommand Lend(string sql)
    {
        lent++;
        return commands.Remove(sql, out var kept) ? kept : new SqliteCommand(sql, this);
    }

    internal void TakeBack(SqliteCommand command)
    {
        lent--;
        command.Parameters.Clear();
        command.Transaction = null;
        if (commands.Count >= MostKept) ForgetCommands();
        if (State != System.Data.ConnectionState.Open || !commands.TryAdd(command.CommandText, command)) command.Dispose();
    }

    protected override DbCommand CreateDbCommand() => new KeptCommand(this) { Transaction = Transaction };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (isBack) return;
            isBack = true;
            // A statement that is still being read would keep its state of the database for whoever comes next.
            if (State == System.Data.ConnectionState.Open && lent == 0 && Transaction is null && giveBack?.Invoke(this) == true) return;
            ForgetCommands();
            ForgetStatements();
        }

        base.Dispose(disposing);
    }

    private void ForgetCommands()
    {
        foreach (var command in commands.Values) command.Dispose();
        commands.Clear();
    }

    private void ForgetStatements()
    {
        foreach (var statement in statements.Values) statement.Dispose();
        statements.Clear();
    }

    /// <summary>Stands for the prepared command of its text, which it borrows until it is disposed.</summary>
    private sealed class KeptCommand(KeptConnection connection) : DbCommand
    {
        // Only its parameters are used: their collection cannot be made alone.
        private readonly SqliteCommand own = new();
        private SqliteCommand? borrowed;

        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; } = connection.DefaultTimeout;

        public override System.Data.CommandType CommandType { get; set; } = System.Data.CommandType.Text;

        public override bool DesignTimeVisible { get; set; }

        public override System.Data.UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get => connection; set { } }

        protected override DbParameterCollection DbParameterCollection => own.Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
            // The driver cannot call a statement off either.
        }

        public override void Prepare()
        {
            // It is, or will be when it runs.
        }

        public override int ExecuteNonQuery() => Ready().ExecuteNonQuery();

        public override object? ExecuteScalar() => Ready().ExecuteScalar();

        protected override DbParameter CreateDbParameter() => new SqliteParameter();

        protected override DbDataReader ExecuteDbDataReader(System.Data.CommandBehavior behavior) => Ready().ExecuteReader(behavior);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                GiveBack();
                own.Dispose();
            }

            base.Dispose(disposing);
        }

        private SqliteCommand Ready()
        {
            if (borrowed?.CommandText != CommandText) GiveBack();
            borrowed ??= connection.Lend(CommandText);
            borrowed.CommandTimeout = CommandTimeout;
            borrowed.Transaction = (SqliteTransaction?)DbTransaction;
            borrowed.Parameters.Clear();
            foreach (SqliteParameter parameter in own.Parameters)
            {
                // The driver looks a name without its sign up four times, in each statement of the text.
                if (parameter.ParameterName is [not '@', ..] name) parameter.ParameterName = $"@{name}";
                borrowed.Parameters.Add(parameter);
            }

            return borrowed;
        }

        private void GiveBack()
        {
            if (borrowed is { } command) connection.TakeBack(command);
            borrowed = null;
        }
    }
}
