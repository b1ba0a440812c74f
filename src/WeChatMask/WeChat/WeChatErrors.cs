namespace WeChatMask.WeChat;

/// <summary>What a program does about an errcode.</summary>
public enum WeChatAction
{
    Ok,

    /// <summary>WeChat is busy or said nothing: the same call later, with growing pauses.</summary>
    RetryBackoff,

    /// <summary>The access token is not good any more: fetch another and repeat once.</summary>
    RefreshTokenRetryOnce,

    /// <summary>The day's quota is used up: rest until midnight, or until somebody clears it.</summary>
    StopQuotaDay,
    RetryAfterMinute,

    /// <summary>The account's id, secret or rights are wrong: somebody has to look.</summary>
    FailConfig,

    /// <summary>The console's list of addresses lacks this machine.</summary>
    FailConfigIpAllowList,

    /// <summary>The receiver does not follow, or is nobody.</summary>
    FailUserNotFollower,
    FailUserRefused,

    /// <summary>Too long ago, or too many, since the person last did something in the chat.</summary>
    FailWindowClosed,

    /// <summary>The log-in code is spent, late or wrong: begin the log-in anew.</summary>
    FailOauthCodeUsed,
    NoMenu,

    /// <summary>What was sent is wrong: template, page, data, menu or JSON. Repeating it is in vain.</summary>
    FailData,
}

/// <summary>The errcodes of WeChat's API by what they ask of us.</summary>
/// <remarks>
/// Codes as the platform's documents and the large SDKs list them (WxJava WxMpErrorMsgEnum, Senparc ReturnCode). One that
/// is not listed is taken for a mistake of ours, since only what is known to pass may be repeated.
/// </remarks>
public static class WeChatErrors
{
    public const int TokenRefused = 40001;

    public static WeChatAction ActionOf(int code) => code switch
    {
        0 => WeChatAction.Ok,
        -1 => WeChatAction.RetryBackoff,
        40001 or 40014 or 42001 => WeChatAction.RefreshTokenRetryOnce,
        45009 => WeChatAction.StopQuotaDay,
        45011 => WeChatAction.RetryAfterMinute,
        40164 => WeChatAction.FailConfigIpAllowList,
        40013 or 40125 or 40243 or 41002 or 41004 or 48001 or 48004 or 48008 or 50002 or 89503 or 89506 or 89507 => WeChatAction.FailConfig,
        40003 or 43004 or 46004 or 50005 => WeChatAction.FailUserNotFollower,
        43019 or 43101 or 48002 => WeChatAction.FailUserRefused,
        45015 or 45047 => WeChatAction.FailWindowClosed,
        40029 or 40030 or 40163 or 41008 or 42002 or 42003 or 42007 => WeChatAction.FailOauthCodeUsed,
        46003 => WeChatAction.NoMenu,
        _ => WeChatAction.FailData,
    };
}
