namespace WeChatMask.Settings;

/// <summary>Section <c>Site</c>: how the site is reached.</summary>
public sealed class SiteSettings
{
    /// <summary>Address people see, without a slash at the end. Empty takes the request's own host, which only the sandbox may.</summary>
    public string PublicBaseUrl { get; set; } = "";

    /// <summary>IANA name of the city's time zone.</summary>
    public string TimeZone { get; set; } = "Asia/Shanghai";

    /// <summary>Whether calls are limited per account and, for log-ins, per address.</summary>
    public bool RateLimits { get; set; } = true;

    /// <summary>Whether a browser that is not WeChat's is shown the ways to log in, a code by SMS among them, instead of being sent to WeChat.</summary>
    public bool LoginChoice { get; set; } = true;

    /// <summary>Requests that may wait at the booking desk before it answers busy.</summary>
    public int DeskQueue { get; set; } = 20_000;

    /// <summary>The most requests one transaction of the desk decides.</summary>
    /// <remarks>
    /// A batch has some sixteen trips to a database server, whatever its size; a thousand at once were decided some 15 %
    /// faster there than five hundred, as fast in the embedded database, and two thousand no faster.
    /// </remarks>
    public int DeskBatch { get; set; } = 1000;
}
