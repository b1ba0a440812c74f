namespace WeChatMask.Settings;

/// <summary>How the site is reached, and how much it takes at once.</summary>
public sealed class SiteSettings
{
    /// <summary>The address people see, <c>https://…</c> without a slash at the end. Its host must be registered in the account's console as the web authorization domain. Without it nothing starts but the sandbox.</summary>
    public string PublicBaseUrl { get; set; } = "";

    /// <summary>IANA name of the city's time zone. All days, windows and pickup hours are the city's.</summary>
    public string TimeZone { get; set; } = "Asia/Shanghai";

    /// <summary>Whether calls are limited: those of people who are logged in per account, log-ins per address.</summary>
    public bool RateLimits { get; set; } = true;

    /// <summary>Whether a browser outside WeChat is shown the ways to log in, a code by SMS among them, instead of being sent to WeChat.</summary>
    public bool LoginChoice { get; set; } = true;

    /// <summary>How many people a second this node lets begin a log-in at least, however slow it is, 1 to 100000. Beyond what it can serve they wait in a line that a page shows.</summary>
    public int LogInsAtLeast { get; set; } = 50;

    /// <summary>How many people a second it lets begin a log-in at most, up to 100000; 0 leaves it to what the node does.</summary>
    public int LogInsAtMost { get; set; }

    /// <summary>The supervisor's office as people read it, with address and telephone, for those whose number somebody else used; up to 200 characters. Empty shows the complaint numbers alone.</summary>
    public string SupervisorOffice { get; set; } = "";

    /// <summary>Hand-overs in the last half hour of a pharmacy's pickup day from which on supervisors are shown that there were many, 1 to 100000; 0 shows none.</summary>
    public int LastHalfHourHandOvers { get; set; } = 20;

    /// <summary>How many passwords of staff a node hashes at once, 0 to 64; 0 is half of the cores. Each takes a core for some 75 ms. Thirty-two more wait for each; beyond that a log-in is told to come again.</summary>
    public int PasswordHashes { get; set; }

    /// <summary>How many browsers may follow the board on one node at once, 0 to 100000; whoever comes beyond that asks for the board every few seconds. Each takes a file descriptor and some 10 KB: they are never more than three quarters of the connections that the limit of open files leaves room for.</summary>
    public int BoardListeners { get; set; } = 20_000;

    /// <summary>How many attempts to book may wait on one node, 1 to 1000000. Beyond that they are answered 503 at once, with a time to come back.</summary>
    public int DeskQueue { get; set; } = 20_000;

    /// <summary>The most attempts that one transaction decides, 1 to 100000. More than a thousand brings nothing on one server; a distributed database, whose commits are slow, may want more.</summary>
    /// <remarks>
    /// A batch has some sixteen trips to a database server, whatever its size; a thousand at once were decided some 15 %
    /// faster there than five hundred, as fast in the embedded database, and two thousand no faster.
    /// </remarks>
    public int DeskBatch { get; set; } = 1000;
}
