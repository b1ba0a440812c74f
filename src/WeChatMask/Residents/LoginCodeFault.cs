namespace WeChatMask.Residents;

/// <summary>Why a log-in code was not sent or not taken. Each name has its sentence in <c>Text/Login.resx</c>.</summary>
public enum LoginCodeFault
{
    None,
    InvalidMobile,

    /// <summary>The last code was sent less than a minute ago.</summary>
    TooSoon,

    /// <summary>Too many codes for this number, or from this browser or address.</summary>
    TooMany,

    /// <summary>Half of the city's hour is spent, and the browser has not done its piece of work.</summary>
    NeedsProof,

    /// <summary>The city's codes of this hour are used up.</summary>
    HourSpent,
    Unavailable,
    Wrong,

    /// <summary>Too late, used, tried too often, or asked for by another browser: a new one is needed.</summary>
    Gone,
}
