namespace WeChatMask.Sandbox;

/// <summary>A way to cheat, by somebody inside.</summary>
public enum CheatKind
{
    /// <summary>A friend is put before all others of a list, and the log is written anew with its key.</summary>
    Friend,

    /// <summary>Two people change places in the tables.</summary>
    Swap,

    /// <summary>A booking is deleted from the tables.</summary>
    Drop,

    /// <summary>Places are added in the table, and friends take them by the front door.</summary>
    Places,

    /// <summary>A second log of the same length is shown to one half of those who ask.</summary>
    Records,

    /// <summary>A backup of the night before is put in the place of today's tables.</summary>
    Yesterday,
}
