using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using WeChatMask.Data;

namespace WeChatMask.Tests.Support;

/// <summary>
/// A node's engine whose line breaks where a test says: before a statement of a write transaction, before its commit or right after it.
/// Whoever does not run under <see cref="RunAsync"/>, such as a service beside the test, does not notice it.
/// </summary>
internal sealed class CutEngine : DatabaseEngine, IDisposable
{
    private static readonly AsyncLocal<Cut?> Running = new();

    private readonly DatabaseEngine inner;

    private CutEngine(DatabaseEngine inner)
    {
        this.inner = inner;
        PublicLog = inner.PublicLog;
        Follow(new ClockOf(inner));
    }

    /// <summary>Puts one between a node and its engine.</summary>
    public static void PutUnder(Database database)
    {
        ref var engine = ref EngineOf(database);
        engine = new CutEngine(engine);
    }

    /// <summary>Runs something whose line breaks before the n-th of its steps, from 1. Gives how far it came; that it failed is no failure of the test.</summary>
    public static async Task<Cut> RunAsync(int at, Func<Task> run)
    {
        var cut = Running.Value = new Cut(at);
        try
        {
            await run();
        }
        catch (ConnectionLostException) when (cut.HasCome)
        {
        }

        return cut;
    }

    public override string ForUpdate => inner.ForUpdate;

    public override int WritersAtOnce => inner.WritersAtOnce;

    public override string? WakeOthers => inner.WakeOthers;

    public override bool MayComeBack => inner.MayComeBack;

    protected override IReadOnlyList<(string Name, string Sql)> Types => [];

    public override async ValueTask<WriteTransaction> BeginWriteAsync(bool isLarge, CancellationToken cancellationToken)
    {
        var real = await inner.BeginWriteAsync(isLarge, cancellationToken);
        if (Running.Value is not { } cut) return real;
        return new WriteTransaction(
            this, new Line(real, cut), real.Transaction,
            async () =>
            {
                cut.Step();
                await real.CommitAsync();
                cut.Commits++;
                cut.Step();
            },
            real.DisposeAsync, cancellationToken);
    }

    public override Task InsertManyAsync(WriteTransaction transaction, string table, string[] columns, IReadOnlyCollection<object?[]> rows) =>
        inner.InsertManyAsync(Next(transaction), table, columns, rows);

    public override Task UpdateManyAsync(WriteTransaction transaction, string table, string[] keys, string[] columns, IReadOnlyCollection<object?[]> rows) =>
        inner.UpdateManyAsync(Next(transaction), table, keys, columns, rows);

    public override Task<int> ExecuteManyAsync<TArgs>(WriteTransaction transaction, string sql, IReadOnlyCollection<TArgs> args) =>
        inner.ExecuteManyAsync(Next(transaction), sql, args);

    public override Task<List<TRow>> SelectByKeysAsync<TKey, TRow>(
        WriteTransaction transaction, string select, string column, IReadOnlyCollection<TKey> keys, string? newestBy = null) =>
        inner.SelectByKeysAsync<TKey, TRow>(Next(transaction), select, column, keys, newestBy);

    public override Task<List<TRow>> ReadByKeysAsync<TKey, TRow>(
        DbConnection connection, DbTransaction? transaction, string select, string column, IReadOnlyCollection<TKey> keys, Func<IRow, TRow> read,
        CancellationToken cancellationToken, string? newestBy = null) =>
        inner.ReadByKeysAsync(connection is Line line ? line.Next().Connection : connection, transaction, select, column, keys, read, cancellationToken, newestBy);

    public override Task LockSchemaAsync(WriteTransaction transaction) => inner.LockSchemaAsync(Next(transaction));

    public override Task UnlockSchemaAsync(WriteTransaction transaction) => inner.UnlockSchemaAsync(Next(transaction));

    public override ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public override ValueTask<Snapshot> BeginSnapshotAsync(bool alone, CancellationToken cancellationToken) => inner.BeginSnapshotAsync(alone, cancellationToken);

    public override Task<DateTimeOffset> ClockAsync(DbConnection connection) => inner.ClockAsync(connection);

    public override Task WaitForOthersAsync(TimeSpan atMost, CancellationToken cancellationToken) => inner.WaitForOthersAsync(atMost, cancellationToken);

    public override Task<IReadOnlyCollection<string>> TablesAsync(DbConnection connection, DbTransaction? transaction) => inner.TablesAsync(connection, transaction);

    public override string AnyOf(string parameter) => inner.AnyOf(parameter);

    public override string Translate(string migration) => inner.Translate(migration);

    public override bool MayRetry(DbException exception) => inner.MayRetry(exception);

    public override bool IsOutage(DbException exception) => exception is ConnectionLostException || inner.IsOutage(exception);

    public override bool IsUniqueClash(DbException exception) => inner.IsUniqueClash(exception);

    public override bool IsUnholdable(DbException exception) => inner.IsUnholdable(exception);

    public void Dispose() => (inner as IDisposable)?.Dispose();

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Engine>k__BackingField")]
    private static extern ref DatabaseEngine EngineOf(Database database);

    private static WriteTransaction Next(WriteTransaction transaction) => ((Line)transaction.Connection).Next();

    private sealed class ClockOf(DatabaseEngine engine) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => engine.Now;
    }

    /// <summary>Each command that is asked of it is one step. The command is the driver's own.</summary>
    private sealed class Line(WriteTransaction real, Cut cut) : DbConnection
    {
        [AllowNull]
        public override string ConnectionString { get => real.Connection.ConnectionString; set => throw new NotSupportedException(); }

        public override string Database => real.Connection.Database;

        public override string DataSource => real.Connection.DataSource;

        public override string ServerVersion => real.Connection.ServerVersion;

        public override ConnectionState State => real.Connection.State;

        public WriteTransaction Next()
        {
            cut.Step();
            return real;
        }

        public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

        public override void Open() => throw new NotSupportedException();

        public override void Close() => throw new NotSupportedException();

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

        protected override DbCommand CreateDbCommand() => Next().Connection.CreateCommand();
    }
}

/// <summary>Where a line breaks, and what came of it. Once broken it stays so.</summary>
internal sealed class Cut(int at)
{
    private int steps;

    public bool HasCome => steps >= at;

    /// <summary>How many transactions were committed, whether or not their writer heard of it.</summary>
    public int Commits { get; set; }

    public void Step()
    {
        steps++;
        if (HasCome) throw new ConnectionLostException($"Cut before step {at}.");
    }
}
