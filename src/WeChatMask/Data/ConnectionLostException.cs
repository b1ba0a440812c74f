using System.Data.Common;

namespace WeChatMask.Data;

/// <summary>The line to the database server broke, or nothing came back over it, where the driver itself has no exception for that.</summary>
public sealed class ConnectionLostException : DbException
{
    /// <summary>Without a reason.</summary>
    public ConnectionLostException()
    {
    }

    public ConnectionLostException(string message)
        : base(message)
    {
    }

    /// <summary>With the reason, and what the system or the driver said.</summary>
    public ConnectionLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
