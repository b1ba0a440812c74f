using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WeChatMask.Sms;

/// <summary>The JSON object that a vendor sent, whatever the HTTP status; or, where there is none to read a code from, a failure.</summary>
internal readonly record struct VendorAnswer(JsonElement Answer, SmsOutcome? Failure);

/// <summary>One call to a vendor: sent once, never again by itself, with a limit of time.</summary>
internal static class VendorCall
{
    /// <summary>The longest answer read; real ones have some hundred bytes, lists of details some thousand.</summary>
    public const int MostAnswerBytes = 256 * 1024;

    /// <summary>After an answer was lost: long enough for the vendor's own records to show the message.</summary>
    public static readonly TimeSpan BeforeLooking = TimeSpan.FromMinutes(1);

    /// <summary>JSON with raw Chinese: an escaped value is six times as long and counts so at a vendor's limit.</summary>
    public static readonly JsonSerializerOptions Raw = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Vendors' days are those of UTC+8, whatever the city's zone is called.</summary>
    public static readonly TimeSpan Zone = TimeSpan.FromHours(8);

    /// <summary>What a vendor's code says became of a message, which may be on its way although the code is an error.</summary>
    public static SmsOutcome OutcomeOf(SmsProblem problem, string code, string providerId, bool mayHaveLeft, TimeSpan? pause = null) =>
        problem == SmsProblem.None
            ? new SmsOutcome(SmsResult.Accepted, providerId)
            : SmsOutcome.Of(problem, code, mayHaveLeft ? BeforeLooking : pause, mayHaveLeft);

    /// <summary>A call to the root of a vendor's address, where all of them go.</summary>
    public static HttpRequestMessage Post(string endpoint, byte[] body, string contentType)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint.TrimEnd('/') + "/")) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return request;
    }

    public static async Task<VendorAnswer> SendAsync(HttpClient http, HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using var response = await http.SendAsync(request, limit.Token);
            var bytes = await response.Content.ReadAsByteArrayAsync(limit.Token);
            return Read(bytes) is { } answer ? new(answer, null) : new(default, OfStatus(response.StatusCode));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var left = !CarriedNothing(e);
            return new(default, SmsOutcome.Of(SmsProblem.Outage, e.GetType().Name, left ? BeforeLooking : null, left));
        }
    }

    /// <summary>A member of an answer as text; empty when it is absent or no text.</summary>
    public static string Member(this JsonElement answer, string name) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(name, out var value)
            ? value.ValueKind switch { JsonValueKind.String => value.GetString() ?? "", JsonValueKind.Number => value.GetRawText(), _ => "" }
            : "";

    /// <summary>Whether a failure came before anything was sent. A refused connection carried nothing; anything later may have been read.</summary>
    public static bool CarriedNothing(Exception failure) =>
        (failure as HttpRequestException)?.HttpRequestError
            is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    // An answer from something in front of the vendor: 500 and 504 say nothing about what was behind it.
    private static SmsOutcome OfStatus(HttpStatusCode status)
    {
        var left = status is HttpStatusCode.InternalServerError or HttpStatusCode.GatewayTimeout || (int)status is >= 200 and < 300;
        var reason = status switch
        {
            HttpStatusCode.TooManyRequests => SmsProblem.Throttled,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => SmsProblem.Access,
            _ => SmsProblem.Outage,
        };
        return SmsOutcome.Of(reason, $"HTTP {(int)status}", left ? BeforeLooking : null, left);
    }

    private static JsonElement? Read(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && HasCode(document.RootElement) ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A proxy's own error may be JSON too; only the vendors' members count.
    private static bool HasCode(JsonElement answer) => answer.TryGetProperty("Code", out _) || answer.TryGetProperty("Response", out _);
}
