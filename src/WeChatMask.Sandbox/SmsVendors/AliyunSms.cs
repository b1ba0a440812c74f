using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using WeChatMask.Sms;

namespace WeChatMask.Sandbox;

/// <summary>The stand-in for Alibaba Cloud's Dysmsapi 2017-05-25: SendSms and QuerySendDetails, with the vendor's checks and codes.</summary>
internal sealed partial class AliyunSms(
    Faults faults, AliyunProof proof, VendorBook book, VendorLimits limits, VendorDelivery delivery, SandboxClock clock)
{
    private const string Vendor = AliyunSmsProvider.ProviderName;
    private const int MostNumbers = 1000;
    private const int LongestValue = 20;
    private const int LongestText = 500;
    private static readonly TimeSpan VendorZone = TimeSpan.FromHours(8);

    // The vendor's defaults for the mainland (its page of sending rules).
    private static readonly NumberLimit[] CodeLimits = [new(LimitWindow.Minute, 1), new(LimitWindow.Hour, 5), new(LimitWindow.Day, 10)];
    private static readonly NumberLimit[] NoticeLimits = [new(LimitWindow.Day, 50)];

    /// <summary>Answers one call.</summary>
    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        var mode = await faults.MeetAsync(Neighbour.Sms, context.RequestAborted);
        if (mode == FaultMode.Ok) mode = await faults.MeetAsync(Neighbour.Aliyun, context.RequestAborted);
        if (mode == FaultMode.Down) return TypedResults.Text("Service Unavailable", statusCode: StatusCodes.Status503ServiceUnavailable);
        if (mode == FaultMode.Throttle) return Error(new(400, "Throttling.User", "Request was denied due to user flow control."));

        var request = await VendorRequest.ReadAsync(context.Request, context.RequestAborted);
        var parameters = request.Parameters();
        if (proof.Check(request, parameters) is { } error) return Error(error);
        var (action, version) = request.Header("authorization").Length > 0
            ? (request.Header("x-acs-action"), request.Header("x-acs-version"))
            : (parameters.GetValueOrDefault("Action", ""), parameters.GetValueOrDefault("Version", ""));
        if (version != "2017-05-25") return Error(new(400, "InvalidVersion", "Specified parameter Version is not valid."));
        if (action == "QuerySendDetails") return Details(parameters);
        if (action != "SendSms") return Error(new(404, "InvalidAction.NotFound", "Specified api is not found."));
        var (code, message, id) = mode == FaultMode.Balance ? ("isv.AMOUNT_NOT_ENOUGH", "", "") : Send(parameters);
        if (mode == FaultMode.Silent) context.Abort();
        return Answer(200, code, message, id);
    }

    private (string Code, string Message, string BizId) Send(Dictionary<string, string> parameters)
    {
        string Of(string name) => parameters.GetValueOrDefault(name, "");
        var numbers = Of("PhoneNumbers").Split(',').Select(n => Mainland().Replace(n, "")).ToList();
        if (numbers.Count > MostNumbers) return ("isv.MOBILE_COUNT_OVER_LIMIT", "", "");
        if (numbers.Exists(n => !VendorDelivery.IsMobile(n) || book.StateOf(n) == NumberState.Unknown)) return ("isv.MOBILE_NUMBER_ILLEGAL", "", "");
        if (Of("SignName") != book.Sign) return ("isv.SMS_SIGNATURE_ILLEGAL", "", "");
        if (book.Template(Vendor, Of("TemplateCode")) is not { } template) return ("isv.SMS_TEMPLATE_ILLEGAL", "", "");
        if (Of("OutId").Length >= 256) return ("isv.INVALID_PARAMETERS", "", "");
        if (Values(Of("TemplateParam")) is not { } values) return ("isv.INVALID_JSON_PARAM", "", "");
        if (values.Values.Any(v => v.Length > LongestValue)) return ("isv.PARAM_LENGTH_LIMIT", "", "");
        if (values.Values.Any(VendorDelivery.HasAddress)) return ("isv.PARAM_NOT_SUPPORT_URL", "", "");
        var (text, missing) = VendorDelivery.Fill(template, book.Sign, values);
        if (missing.Count > 0) return ("isv.TEMPLATE_MISSING_PARAMETERS", missing[0], "");
        if (text.Length > LongestText) return ("isv.PARAM_LENGTH_LIMIT", "", "");
        foreach (var number in numbers)
        {
            if (Limit(number, template) is { } reached) return ("isv.BUSINESS_LIMIT_CONTROL", reached, "");
        }

        var id = string.Create(CultureInfo.InvariantCulture, $"{delivery.NextId()}^0");
        foreach (var number in numbers) delivery.Carry(Vendor, id, Of("OutId"), number, text);
        return (AliyunCodes.Ok, AliyunCodes.Ok, id);
    }

    // Codes are counted for sign and number; notices for sign, template and number.
    private string? Limit(string number, VendorTemplate template)
    {
        var key = template.Code ? $"{Vendor}:code:{number}" : $"{Vendor}:{template.Id}:{number}";
        if (limits.Take(key, template.Code ? CodeLimits : NoticeLimits, clock.GetUtcNow()) is not { } limit) return null;
        // The vendor's own words: "minute", "hour" or "day", "level flow control".
        var window = limit.Window switch { LimitWindow.Minute => "\u5206\u949f", LimitWindow.Hour => "\u5c0f\u65f6", _ => "\u5929" };
        return string.Create(CultureInfo.InvariantCulture, $"\u89e6\u53d1{window}\u7ea7\u6d41\u63a7Permits:{limit.Permits}");
    }

    private IResult Details(Dictionary<string, string> parameters)
    {
        string Of(string name) => parameters.GetValueOrDefault(name, "");
        if (!int.TryParse(Of("PageSize"), CultureInfo.InvariantCulture, out var size) || size is < 1 or > 50
            || !int.TryParse(Of("CurrentPage"), CultureInfo.InvariantCulture, out var page) || page < 1 || Of("SendDate").Length != 8)
        {
            return Answer(200, "isv.INVALID_PARAMETERS", "", "");
        }

        var found = delivery.Records.Where(r => r.Vendor == Vendor && r.Mobile == Of("PhoneNumber")
            && (Of("BizId").Length == 0 || r.VendorId == Of("BizId"))
            && r.At.ToOffset(VendorZone).ToString("yyyyMMdd", CultureInfo.InvariantCulture) == Of("SendDate")).ToList();
        return TypedResults.Json(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["Code"] = AliyunCodes.Ok,
            ["TotalCount"] = found.Count.ToString(CultureInfo.InvariantCulture),
            ["SmsSendDetailDTOs"] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["SmsSendDetailDTO"] = found.Skip((page - 1) * size).Take(size).Select(r => new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["OutId"] = r.OurId, ["PhoneNum"] = r.Mobile, ["SendStatus"] = r.State == NumberState.Ok ? 3 : 2,
                    ["ErrCode"] = VendorReceipts.AliyunCode(r.State), ["SendDate"] = VendorReceipts.Time(r.At), ["ReceiveDate"] = VendorReceipts.Time(r.At),
                }),
            },
        });
    }

    private static Dictionary<string, string>? Values(string json)
    {
        try
        {
            return json.Length == 0 ? [] : JsonSerializer.Deserialize<Dictionary<string, string>>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IResult Error(AliyunError error) => Answer(error.Status, error.Code, error.Message, "");

    private static IResult Answer(int status, string code, string message, string bizId)
    {
        var answer = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["RequestId"] = Guid.NewGuid().ToString("D").ToUpperInvariant(), ["Code"] = code, ["Message"] = message.Length > 0 ? message : code,
        };
        if (bizId.Length > 0) answer["BizId"] = bizId;
        return TypedResults.Json(answer, statusCode: status);
    }

    [GeneratedRegex(@"^(?:\+86|0086|86(?=1[0-9]{10}\z))", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mainland();
}
