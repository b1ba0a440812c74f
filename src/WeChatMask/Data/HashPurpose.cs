namespace WeChatMask.Data;

/// <summary>What a keyed hash is for. Hashes for different purposes cannot be compared.</summary>
public enum HashPurpose
{
    /// <summary>The key itself, to tell whether two nodes hash alike.</summary>
    Fingerprint,

    /// <summary>A person, by identity number, whatever the account or phone.</summary>
    Person,

    /// <summary>A chat message, to know it again; who sent it cannot be found out from it.</summary>
    Message,

    /// <summary>A number that messages are counted for.</summary>
    Mobile,

    /// <summary>A number that logs in.</summary>
    LoginMobile,

    /// <summary>The code that was sent to it.</summary>
    LoginCode,

    /// <summary>The address that a code is asked for from.</summary>
    LoginAddress,

    /// <summary>The state of a log-in by WeChat.</summary>
    LoginState,

    /// <summary>What the browser that has begun such a log-in keeps of it; signed, not stored.</summary>
    LoginTicket,

    /// <summary>A place in the line of those who wait to log in; signed, not stored.</summary>
    LoginPlace,

    /// <summary>The token of a link by which a member of staff sets a password.</summary>
    StaffLink,

    /// <summary>A recovery code of a member of staff.</summary>
    StaffRecovery,

    /// <summary>The openid that a clerk logs in with.</summary>
    StaffWeChat,

    /// <summary>A name typed at the staff's log-in, with the browser or address it was typed at.</summary>
    StaffTry,

    /// <summary>A browser in which a member of staff has logged in.</summary>
    StaffBrowser,
}
