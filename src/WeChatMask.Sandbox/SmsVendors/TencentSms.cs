using System.Globalization;
using System.Text.Json;
using WeChatMask.Sms;

namespace WeChatMask.Sandbox;

/// <summary>The stand-in for Tencent Cloud's SMS 2021-01-11: SendSms and PullSmsSendStatusByPhoneNumber, with the vendor's checks and codes.</summary>
internal sealed class TencentSms(
    Faults faults, TencentProof proof, VendorBook book, VendorLimits limits, VendorDelivery delivery, SandboxClock clock)
{
    private const string Vendor = TencentSmsProvider.ProviderName;
    private const string JsonType = "application/json";
    private const int MostNumbers = 200;
    private const int LongestValue = 12;
    private const int LongestCode = 6;
    private const int LongestText = 500;

    // The console's defaults for one number.
    private static readonly NumberLimit[] Limits = [new(LimitWindow.HalfMinute, 1), new(LimitWindow.Hour, 5), new(LimitWindow.CalendarDay, 10)];

    /// <summary>Answers one call.</summary>
    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        var mode = await faults.MeetAsync(Neighbour.Sms, context.RequestAborted);
        if (mode == FaultMode.Ok) mode = await faults.MeetAsync(Neighbour.Tencent, context.RequestAborted);
        if (mode == FaultMode.Down) return TypedResults.Text("Service Unavailable", statusCode: StatusCodes.Status503ServiceUnavailable);
        if (mode == FaultMode.Throttle) return Error("RequestLimitExceeded");

        var request = await VendorRequest.ReadAsync(context.Request, context.RequestAborted);
        if (!request.Header("content-type").StartsWith(JsonType, StringComparison.OrdinalIgnoreCase)) return Error("UnsupportedOperation");
        if (proof.Check(request) is { } code) return Error(code);
        if (request.Header("x-tc-version") != "2021-01-11") return Error("NoSuchVersion");
        if (Body(request.Body) is not { } body) return Error("FailedOperation.JsonParseFail");
        if (Text(body, "SmsSdkAppId") != book.Tencent.SmsSdkAppId) return Error("UnauthorizedOperation.SmsSdkAppIdVerifyFail");
        var action = request.Header("x-tc-action");
        if (action == "PullSmsSendStatusByPhoneNumber") return Statuses(body);
        if (action != "SendSms") return Error("InvalidAction");
        if (request.Header("x-tc-region").Length == 0) return Error("MissingParameter");
        var answer = Send(body, mode == FaultMode.Balance);
        if (mode == FaultMode.Silent) context.Abort();
        return answer;
    }

    private IResult Send(JsonElement body, bool broke)
    {
        var numbers = Strings(body, "PhoneNumberSet");
        if (numbers.Count == 0) return Error("MissingParameter.EmptyPhoneNumberSet");
        if (numbers.Count > MostNumbers) return Error("LimitExceeded.PhoneNumberCountLimit");
        return Json(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["SendStatusSet"] = numbers.Select(number =>
            {
                var (code, serial) = broke ? ("FailedOperation.InsufficientBalanceInSmsPackage", "") : Send(body, number);
                return new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["SerialNo"] = serial, ["PhoneNumber"] = number, ["Fee"] = serial.Length > 0 ? 1 : 0, ["SessionContext"] = Text(body, "SessionContext"),
                    ["Code"] = code, ["Message"] = code == TencentCodes.Ok ? "send success" : code, ["IsoCode"] = "CN",
                };
            }).ToList(),
        });
    }

    private (string Code, string Serial) Send(JsonElement body, string number)
    {
        var mobile = number.StartsWith("+86", StringComparison.Ordinal) ? number[3..] : "";
        var state = book.StateOf(mobile);
        if (!VendorDelivery.IsMobile(mobile) || state == NumberState.Unknown) return ("InvalidParameterValue.IncorrectPhoneNumber", "");
        if (state == NumberState.Blocked) return ("FailedOperation.PhoneNumberInBlacklist", "");
        if (Text(body, "SignName") != book.Sign) return ("FailedOperation.SignatureIncorrectOrUnapproved", "");
        if (book.Template(Vendor, Text(body, "TemplateId")) is not { } template) return ("FailedOperation.TemplateIncorrectOrUnapproved", "");
        var values = Strings(body, "TemplateParamSet");
        if (Refuse(template, values) is { } refused) return (refused, "");
        var numbered = values.Select((v, i) => (Name: (i + 1).ToString(CultureInfo.InvariantCulture), Value: v)).ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
        var (text, missing) = VendorDelivery.Fill(template, book.Sign, numbered);
        var surplus = template.Text.Contains(string.Create(CultureInfo.InvariantCulture, $"{{{values.Count + 1}}}"), StringComparison.Ordinal)
            || (values.Count > 0 && !template.Text.Contains(string.Create(CultureInfo.InvariantCulture, $"{{{values.Count}}}"), StringComparison.Ordinal));
        if (missing.Count > 0 || surplus) return ("FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "");
        if (text.Length > LongestText) return ("InvalidParameterValue.ContentLengthLimit", "");
        if (limits.Take($"{Vendor}:{mobile}", Limits, clock.GetUtcNow()) is { } limit) return (CodeOf(limit), "");
        var serial = string.Create(CultureInfo.InvariantCulture, $"2645:{delivery.NextId()}");
        delivery.Carry(Vendor, serial, Text(body, "SessionContext"), mobile, text);
        return (TencentCodes.Ok, serial);
    }

    private static string? Refuse(VendorTemplate template, List<string> values)
    {
        if (values.Exists(VendorDelivery.HasAddress)) return "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter";
        if (template.Code && values.Exists(v => v.Length > LongestCode || !v.All(char.IsAsciiDigit))) return "InvalidParameterValue.TemplateParameterFormatError";
        return values.Exists(v => v.Length > LongestValue) ? "InvalidParameterValue.TemplateParameterLengthLimit" : null;
    }

    private static string CodeOf(NumberLimit limit) => limit.Window switch
    {
        LimitWindow.HalfMinute => "LimitExceeded.PhoneNumberThirtySecondLimit",
        LimitWindow.Hour => "LimitExceeded.PhoneNumberOneHourLimit",
        _ => "LimitExceeded.PhoneNumberDailyLimit",
    };

    private IResult Statuses(JsonElement body) => Json(new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["PullSmsSendStatusSet"] = delivery.Records
            .Where(r => r.Vendor == Vendor && "+86" + r.Mobile == Text(body, "PhoneNumber")
                && r.At.ToUnixTimeSeconds() >= Number(body, "BeginTime") && r.At.ToUnixTimeSeconds() <= Number(body, "EndTime"))
            .Select(r => new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["UserReceiveTime"] = r.At.ToUnixTimeSeconds(), ["CountryCode"] = "86", ["SubscriberNumber"] = r.Mobile, ["PhoneNumber"] = "+86" + r.Mobile,
                ["SerialNo"] = r.VendorId, ["ReportStatus"] = r.State == NumberState.Ok ? "SUCCESS" : "FAIL", ["Description"] = VendorReceipts.TencentCode(r.State), ["SessionContext"] = r.OurId,
            }).ToList(),
    });

    private static JsonElement? Body(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static long Number(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;

    private static List<string> Strings(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)]
        : [];

    private static IResult Error(string code) => Json(new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["Error"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["Code"] = code, ["Message"] = code },
    });

    private static IResult Json(Dictionary<string, object> response)
    {
        response["RequestId"] = Guid.NewGuid().ToString("D");
        return TypedResults.Json(new Dictionary<string, object>(StringComparer.Ordinal) { ["Response"] = response });
    }
}
