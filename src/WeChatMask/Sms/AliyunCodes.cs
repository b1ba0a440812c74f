using System.Collections.Frozen;

namespace WeChatMask.Sms;

/// <summary>What Aliyun's codes mean: its manual's API error codes (help.aliyun.com, page 101346) and the gateway's common ones.</summary>
public static class AliyunCodes
{
    public const string Ok = "OK";

    /// <summary>A limit of one number; which one, only the message tells.</summary>
    public const string NumberLimit = "isv.BUSINESS_LIMIT_CONTROL";

    /// <summary>The nonce was seen before: an earlier copy of this very call arrived.</summary>
    public const string NonceUsed = "SignatureNonceUsed";

    // The message of a limit names its window: "minute", "hour", "day" in Chinese, then the permits.
    private const string Minute = "\u5206\u949f";
    private const string Hour = "\u5c0f\u65f6";
    private const string Day = "\u5929";

    private static readonly FrozenDictionary<string, SmsProblem> Known = new Dictionary<string, SmsProblem>(StringComparer.Ordinal)
    {
        [Ok] = SmsProblem.None,
        ["isv.DAY_LIMIT_CONTROL"] = SmsProblem.AccountLimit,
        ["isv.MONTH_LIMIT_CONTROL"] = SmsProblem.AccountLimit,
        ["isv.MOBILE_NUMBER_ILLEGAL"] = SmsProblem.InvalidNumber,
        ["isv.DOMESTIC_NUMBER_NOT_SUPPORTED"] = SmsProblem.Template,
        ["isv.MOBILE_COUNT_OVER_LIMIT"] = SmsProblem.Template,
        ["isv.TEMPLATE_MISSING_PARAMETERS"] = SmsProblem.Template,
        ["isv.TEMPLATE_PARAMS_ILLEGAL"] = SmsProblem.Content,
        ["isv.INVALID_JSON_PARAM"] = SmsProblem.Template,
        ["isv.INVALID_PARAMETERS"] = SmsProblem.Template,
        ["isv.PARAM_LENGTH_LIMIT"] = SmsProblem.Template,
        ["isv.PARAM_NOT_SUPPORT_URL"] = SmsProblem.Content,
        ["isv.BLACK_KEY_CONTROL_LIMIT"] = SmsProblem.Content,
        ["isv.SMS_CONTENT_ILLEGAL"] = SmsProblem.Content,
        ["isv.SMS_TEMPLATE_ILLEGAL"] = SmsProblem.Template,
        ["isv.SMS_SIGNATURE_ILLEGAL"] = SmsProblem.Sign,
        ["isv.SMS_SIGN_ILLEGAL"] = SmsProblem.Sign,
        ["isv.SIGN_STATE_ILLEGAL"] = SmsProblem.Sign,
        ["isv.SMS_SIGNATURE_SCENE_ILLEGAL"] = SmsProblem.Template,
        ["isv.EXTEND_CODE_ERROR"] = SmsProblem.Sign,
        ["isv.DENY_IP_RANGE"] = SmsProblem.Access,
        ["isv.AMOUNT_NOT_ENOUGH"] = SmsProblem.Balance,
        ["isv.OUT_OF_SERVICE"] = SmsProblem.Balance,
        ["isv.PRODUCT_UN_SUBSCRIPT"] = SmsProblem.Access,
        ["isv.PRODUCT_UNSUBSCRIBE"] = SmsProblem.Access,
        ["isv.ACCOUNT_NOT_EXISTS"] = SmsProblem.Access,
        ["isv.ACCOUNT_ABNORMAL"] = SmsProblem.Access,
        ["isp.RAM_PERMISSION_DENY"] = SmsProblem.Access,
        ["isp.SYSTEM_ERROR"] = SmsProblem.Outage,
        ["ServiceUnavailable"] = SmsProblem.Outage,
        ["InternalError"] = SmsProblem.Outage,
        ["Throttling"] = SmsProblem.Throttled,
        ["Throttling.User"] = SmsProblem.Throttled,
        ["Throttling.Api"] = SmsProblem.Throttled,
        ["InvalidAccessKeyId.NotFound"] = SmsProblem.Access,
        ["InvalidAccessKeyId.Inactive"] = SmsProblem.Access,
        ["MissingAccessKeyId"] = SmsProblem.Access,
        ["Forbidden.RAM"] = SmsProblem.Access,
        ["NoPermission"] = SmsProblem.Access,
        ["SignatureDoesNotMatch"] = SmsProblem.Access,
        ["IncompleteSignature"] = SmsProblem.Access,
        ["InvalidTimeStamp.Expired"] = SmsProblem.Clock,
        ["InvalidTimeStamp.Format"] = SmsProblem.Clock,
        ["IllegalTimestamp"] = SmsProblem.Clock,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static SmsProblem Read(string code, string message)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(message);
        if (code == NonceUsed) return SmsProblem.Outage;
        if (code == NumberLimit) return Limit(message);
        return Known.GetValueOrDefault(code, SmsProblem.Unknown);
    }

    private static SmsProblem Limit(string message)
    {
        if (message.Contains(Minute, StringComparison.Ordinal)) return SmsProblem.NumberMinuteLimit;
        if (message.Contains(Hour, StringComparison.Ordinal)) return SmsProblem.NumberHourLimit;
        // Without a window it is an old form of the message; an hour is between too soon and too late.
        return message.Contains(Day, StringComparison.Ordinal) ? SmsProblem.NumberDayLimit : SmsProblem.NumberHourLimit;
    }
}
