using System.Data.Common;
using MySqlConnector;

namespace WeChatMask.Data;

/// <summary>What the error codes of MySQL and MariaDB, and of their driver, mean to us.</summary>
internal static class MySqlErrors
{
    // The driver's own: a connection that broke.
    private const MySqlErrorCode Broken = MySqlErrorCode.None;

    // A cluster's member that is not in the cluster at the moment.
    private const MySqlErrorCode NotReady = MySqlErrorCode.UnknownCommand;

    // The driver has no names for these.
    private const MySqlErrorCode ReadOnlyMode = (MySqlErrorCode)1836;
    private const MySqlErrorCode Killed = (MySqlErrorCode)1927;
    private const MySqlErrorCode SessionKilled = (MySqlErrorCode)3169;

    /// <summary>The code of a failure; none where it is not the server's or its driver's own, which is then one of the way to the server.</summary>
    public static MySqlErrorCode? CodeOf(DbException exception) => (exception as MySqlException)?.ErrorCode;

    /// <summary>Whether the same transaction may succeed when tried again.</summary>
    public static bool MayRetry(MySqlErrorCode? code) =>
        code is MySqlErrorCode.DuplicateKeyEntry or MySqlErrorCode.LockWaitTimeout or MySqlErrorCode.LockDeadlock;

    /// <summary>Whether the server cannot be reached, or cannot take anything just now.</summary>
    public static bool IsOutage(MySqlErrorCode? code) => code
        is null or Broken or MySqlErrorCode.CommandTimeoutExpired or MySqlErrorCode.DiskFull or MySqlErrorCode.ErrorOnWrite
        or MySqlErrorCode.ConnectionCountError or MySqlErrorCode.UnableToConnectToHost or NotReady or MySqlErrorCode.ServerShutdown
        or MySqlErrorCode.RecordFileFull or MySqlErrorCode.TooManyUserConnections or MySqlErrorCode.UserLimitReached
        // A member that leaves its cluster during a COMMIT: whether it was done is not known.
        or MySqlErrorCode.ErrorDuringCommit
        or MySqlErrorCode.OptionPreventsStatement or MySqlErrorCode.QueryInterrupted or ReadOnlyMode or Killed or SessionKilled;

    public static bool IsUniqueClash(MySqlErrorCode? code) => code is MySqlErrorCode.DuplicateKeyEntry;
}
