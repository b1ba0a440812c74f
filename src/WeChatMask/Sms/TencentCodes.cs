using System.Collections.Frozen;

namespace WeChatMask.Sms;

/// <summary>What Tencent Cloud's codes mean: the error codes of SMS 2021-01-11 (cloud.tencent.com, page 382/52075 and its SDK) and the common ones.</summary>
public static class TencentCodes
{
    public const string Ok = "Ok";

    private static readonly TimeSpan HalfMinute = TimeSpan.FromSeconds(31);

    // Codes after which the message may be on its way: the vendor's front did not hear from its back.
    private static readonly FrozenSet<string> Doubtful = FrozenSet.Create(
        StringComparer.Ordinal, "InternalError.Timeout", "InternalError.SendAndRecvFail");

    private static readonly FrozenDictionary<string, SmsProblem> Known = new Dictionary<string, SmsProblem>(StringComparer.Ordinal)
    {
        [Ok] = SmsProblem.None,
        ["LimitExceeded.PhoneNumberThirtySecondLimit"] = SmsProblem.NumberMinuteLimit,
        ["LimitExceeded.PhoneNumberOneHourLimit"] = SmsProblem.NumberHourLimit,
        ["LimitExceeded.PhoneNumberDailyLimit"] = SmsProblem.NumberDayLimit,
        ["LimitExceeded.PhoneNumberSameContentDailyLimit"] = SmsProblem.NumberDayLimit,
        ["LimitExceeded.DeliveryFrequencyLimit"] = SmsProblem.NumberHourLimit,
        ["LimitExceeded.PhoneNumberCountLimit"] = SmsProblem.Template,
        ["LimitExceeded.AppDailyLimit"] = SmsProblem.AccountLimit,
        ["LimitExceeded.AppMainlandChinaDailyLimit"] = SmsProblem.AccountLimit,
        ["LimitExceeded.DailyLimit"] = SmsProblem.AccountLimit,
        ["FailedOperation.InsufficientBalanceInSmsPackage"] = SmsProblem.Balance,
        ["UnauthorizedOperation.SerivceSuspendDueToArrears"] = SmsProblem.Balance,
        ["UnauthorizedOperation.ServiceSuspendDueToArrears"] = SmsProblem.Balance,
        ["FailedOperation.SignatureIncorrectOrUnapproved"] = SmsProblem.Sign,
        ["FailedOperation.TemplateIncorrectOrUnapproved"] = SmsProblem.Template,
        ["FailedOperation.TemplateParamSetNotMatchApprovedTemplate"] = SmsProblem.Template,
        ["FailedOperation.TemplateUnapprovedOrNotExist"] = SmsProblem.Template,
        ["FailedOperation.MissingTemplateToModify"] = SmsProblem.Template,
        ["FailedOperation.JsonParseFail"] = SmsProblem.Template,
        ["FailedOperation.ContainSensitiveWord"] = SmsProblem.Content,
        ["FailedOperation.PhoneNumberInBlacklist"] = SmsProblem.NumberBlocked,
        ["FailedOperation.MarketingSendTimeConstraint"] = SmsProblem.SendingHours,
        ["FailedOperation.ForbidAddMarketingTemplates"] = SmsProblem.Template,
        ["InvalidParameterValue.IncorrectPhoneNumber"] = SmsProblem.InvalidNumber,
        ["InvalidParameterValue.ContentLengthLimit"] = SmsProblem.Template,
        ["InvalidParameterValue.TemplateParameterFormatError"] = SmsProblem.Template,
        ["InvalidParameterValue.TemplateParameterLengthLimit"] = SmsProblem.Template,
        ["InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"] = SmsProblem.Content,
        ["InvalidParameterValue.SdkAppIdNotExist"] = SmsProblem.Access,
        ["MissingParameter.EmptyPhoneNumberSet"] = SmsProblem.InvalidNumber,
        ["UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny"] = SmsProblem.Template,
        ["UnauthorizedOperation.RequestIpNotInWhitelist"] = SmsProblem.Access,
        ["UnauthorizedOperation.RequestPermissionDeny"] = SmsProblem.Access,
        ["UnauthorizedOperation.SdkAppIdIsDisabled"] = SmsProblem.Access,
        ["UnauthorizedOperation.SmsSdkAppIdVerifyFail"] = SmsProblem.Access,
        ["UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone"] = SmsProblem.InvalidNumber,
        ["UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"] = SmsProblem.Template,
        ["UnsupportedOperation.GlobalTemplateToChineseMainlandPhone"] = SmsProblem.Template,
        ["InternalError.RequestTimeException"] = SmsProblem.Clock,
        ["AuthFailure.SignatureExpire"] = SmsProblem.Clock,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static SmsProblem Read(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (Known.TryGetValue(code, out var problem)) return problem;
        return code.Split('.')[0] switch
        {
            "RequestLimitExceeded" => SmsProblem.Throttled,
            "InternalError" or "ServiceUnavailable" or "ResourceUnavailable" => SmsProblem.Outage,
            "AuthFailure" or "UnauthorizedOperation" => SmsProblem.Access,
            _ => SmsProblem.Unknown,
        };
    }

    /// <summary>Whether the message may have gone out although the answer is an error.</summary>
    public static bool MayHaveLeft(string code) => Doubtful.Contains(code);

    /// <summary>A pause that the code itself names, where it is shorter than its kind's.</summary>
    public static TimeSpan? Pause(string code) => code == "LimitExceeded.PhoneNumberThirtySecondLimit" ? HalfMinute : null;
}
