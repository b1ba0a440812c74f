using System.Data.Common;
using System.Reflection;

namespace WeChatMask.Data;

/// <summary>What the error numbers of MySQL and MariaDB, and of their driver, mean to us.</summary>
internal static class MySqlErrors
{
    // The driver's own: a connection that broke, and a statement that ran out of time.
    private const int Broken = 0;
    private const int OutOfTime = -1;

    private const int DiskFull = 1021;
    private const int WriteError = 1026;
    private const int TooManyConnections = 1040;
    private const int CannotConnect = 1042;
    // A cluster's member that is not in the cluster at the moment.
    private const int NotReady = 1047;
    private const int Shutdown = 1053;
    private const int TableFull = 1114;
    private const int TooManyOfUser = 1203;
    private const int UserLimit = 1226;
    private const int OptionPrevents = 1290;
    private const int Interrupted = 1317;
    private const int ReadOnlyMode = 1836;
    private const int Killed = 1927;
    private const int SessionKilled = 3169;
    private const int DuplicateEntry = 1062;
    private const int LockWaitTimeout = 1205;
    private const int Deadlock = 1213;

    /// <summary>The number of a failure; none where an exception has none, which is then one of the way to the server.</summary>
    /// <remarks>The driver's own exception type has it; the base type has not.</remarks>
    public static int? NumberOf(DbException exception) =>
        exception.GetType().GetProperty("Number", BindingFlags.Public | BindingFlags.Instance)?.GetValue(exception) as int?;

    /// <summary>Whether the same transaction may succeed when tried again.</summary>
    public static bool MayRetry(int? number) => number is DuplicateEntry or LockWaitTimeout or Deadlock;

    /// <summary>Whether the server cannot be reached, or cannot take anything just now.</summary>
    public static bool IsOutage(int? number) => number
        is null or Broken or OutOfTime or DiskFull or WriteError or TooManyConnections or CannotConnect or NotReady or Shutdown or TableFull
        or TooManyOfUser or UserLimit or OptionPrevents or Interrupted or ReadOnlyMode or Killed or SessionKilled;

    /// <summary>Whether a unique key was hit.</summary>
    public static bool IsUniqueClash(int? number) => number is DuplicateEntry;
}
