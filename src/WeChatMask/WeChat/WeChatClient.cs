using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Microsoft.Extensions.Options;
using WeChatMask.Telemetry;

namespace WeChatMask.WeChat;

/// <summary>A snapshot user's openid is made up for WeChat's preview mode: it must not be bound to anybody.</summary>
public sealed record OAuthIdentity(string OpenId, bool IsSnapshotUser);

/// <summary>A token or a ticket of up to 512 characters, and how long it is good from now on.</summary>
public sealed record IssuedToken(string Value, TimeSpan Life)
{
    /// <summary>The life only, since records reach logs.</summary>
    public override string ToString() => $"issued for {Life}";
}

/// <summary>
/// Calls to WeChat's server API. Each fails with a <see cref="WeChatApiException"/> when WeChat refuses, does not answer, or the
/// answer makes no sense. Addresses and keys are read at each call: the sandbox learns its own address after the start.
/// </summary>
public sealed class WeChatClient(HttpClient http, IOptionsMonitor<WeChatSettings> settings, Instruments instruments)
{
    /// <summary>How long a call may take. A resident is waiting on a blank page meanwhile.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The longest answer read; real ones have a few hundred bytes.</summary>
    public const int MostAnswerBytes = 64 * 1024;

    private const string Vendor = "WeChat";

    // WeChat refuses \uXXXX (errcode 40033), so Chinese goes out as it is.
    private static readonly JsonSerializerOptions Raw = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>A body as it goes over the wire: raw UTF-8.</summary>
    internal static byte[] Body(object body) => JsonSerializer.SerializeToUtf8Bytes(body, Raw);

    /// <summary>
    /// Fetches the access token of the stable kind: asked again it is the same one, until five minutes before its end, unless it
    /// is replaced by force; WeChat allows that twenty times a day, half a minute apart.
    /// </summary>
    public async Task<IssuedToken> StableTokenAsync(bool force, CancellationToken cancellationToken)
    {
        var account = settings.CurrentValue;
        var asked = new { grant_type = "client_credential", appid = account.AppId, secret = account.AppSecret, force_refresh = force };
        using var answer = await PostAsync("cgi-bin/stable_token", asked, cancellationToken);
        return IssuedBy(answer, "access_token");
    }

    public async Task<IssuedToken> TicketAsync(string token, CancellationToken cancellationToken)
    {
        using var answer = await GetAsync(Address("cgi-bin/ticket/getticket", token, "&type=jsapi"), cancellationToken);
        return IssuedBy(answer, "ticket");
    }

    /// <summary>The caller disposes the answer.</summary>
    public Task<JsonDocument> ReadAsync(string path, string token, CancellationToken cancellationToken) =>
        GetAsync(Address(path, token, ""), cancellationToken);

    /// <summary>The caller disposes the answer.</summary>
    public Task<JsonDocument> SendAsync(string path, string token, object body, CancellationToken cancellationToken) =>
        AskAsync(Address(path, token, ""), body, cancellationToken);

    /// <summary>Turns the code of a log-in into an openid. A code works once and lapses after five minutes, so this is never retried.</summary>
    public async Task<OAuthIdentity> ExchangeCodeAsync(string code, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(code);
        var account = settings.CurrentValue;
        var address = $"{account.ApiBaseUrl.TrimEnd('/')}/sns/oauth2/access_token?appid={Uri.EscapeDataString(account.AppId)}"
            + $"&secret={Uri.EscapeDataString(account.AppSecret)}&code={Uri.EscapeDataString(code)}&grant_type=authorization_code";
        using var answer = await GetAsync(new Uri(address), cancellationToken);
        return answer.RootElement.TryGetProperty("openid", out var openId) && openId.ValueKind == JsonValueKind.String && openId.GetString() is { Length: > 0 } id
            ? new OAuthIdentity(id, NumberOf(answer.RootElement, "is_snapshotuser") == 1)
            : throw new WeChatApiException("WeChat's answer names no openid");
    }

    private Uri Address(string path, string token, string more) =>
        new($"{settings.CurrentValue.ApiBaseUrl.TrimEnd('/')}/{path}?access_token={Uri.EscapeDataString(token)}{more}");

    private static IssuedToken IssuedBy(JsonDocument answer, string name) =>
        answer.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            && NumberOf(answer.RootElement, "expires_in") is { } seconds and > 0
            ? new IssuedToken(text, TimeSpan.FromSeconds(seconds))
            : throw new WeChatApiException($"WeChat's answer holds no {name}");

    private Task<JsonDocument> PostAsync(string path, object body, CancellationToken cancellationToken) =>
        AskAsync(new Uri($"{settings.CurrentValue.ApiBaseUrl.TrimEnd('/')}/{path}"), body, cancellationToken);

    private Task<JsonDocument> GetAsync(Uri address, CancellationToken cancellationToken) => AskAsync(address, null, cancellationToken);

    private async Task<JsonDocument> AskAsync(Uri address, object? body, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var answer = await CallAsync(address, body, cancellationToken);
            instruments.VendorCalled(Vendor, "accepted", Stopwatch.GetElapsedTime(began));
            return answer;
        }
        catch (WeChatApiException failure)
        {
            var outcome = failure.ErrorCode == WeChatApiException.NoAnswer ? "no_answer" : failure.ErrorCode.ToString(CultureInfo.InvariantCulture);
            instruments.VendorCalled(Vendor, outcome, Stopwatch.GetElapsedTime(began));
            throw;
        }
    }

    private async Task<JsonDocument> CallAsync(Uri address, object? body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, address);
            if (body is not null)
            {
                request.Content = new ByteArrayContent(Body(body));
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
            }

            using var response = await http.SendAsync(request, cancellationToken);
            var answer = Read(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            if (NumberOf(answer.RootElement, "errcode") is { } error and not 0)
            {
                answer.Dispose();
                throw new WeChatApiException(error);
            }

            if (response.IsSuccessStatusCode) return answer;
            answer.Dispose();
            throw new WeChatApiException($"WeChat's API answered status {(int)response.StatusCode}");
        }
        catch (HttpRequestException failure)
        {
            throw new WeChatApiException("WeChat's API cannot be reached", failure);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WeChatApiException("WeChat's API did not answer in time", failure);
        }
    }

    // JSON whatever the content type says, at times with bad UTF-8 or raw control characters inside a string.
    private static JsonDocument Read(byte[] body)
    {
        try
        {
            var answer = JsonDocument.Parse(IsPlain(body) ? body : Cleaned(body));
            if (answer.RootElement.ValueKind == JsonValueKind.Object) return answer;
            answer.Dispose();
        }
        catch (JsonException)
        {
            // The parser's message quotes the answer, so it goes no further.
        }

        throw new WeChatApiException("WeChat's answer is not a JSON object");
    }

    private static bool IsPlain(byte[] body) => body is not [0xEF, ..] && !body.AsSpan().ContainsAnyInRange((byte)0, (byte)0x1F) && Utf8.IsValid(body);

    private static byte[] Cleaned(byte[] body) =>
        Encoding.UTF8.GetBytes(string.Concat(Encoding.UTF8.GetString(body).TrimStart('\uFEFF').Select(letter => char.IsControl(letter) ? ' ' : letter)));

    private static int? NumberOf(JsonElement answer, string name)
    {
        if (!answer.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number) return value.TryGetInt32(out var number) ? number : null;
        return value.ValueKind == JsonValueKind.String && int.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) ? written : null;
    }
}
