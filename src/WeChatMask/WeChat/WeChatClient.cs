using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace WeChatMask.WeChat;

/// <summary>Who logged in.</summary>
/// <param name="OpenId">The person's id within this account.</param>
/// <param name="IsSnapshotUser">A made-up openid of WeChat's preview mode: it must not be bound to anybody.</param>
public sealed record OAuthIdentity(string OpenId, bool IsSnapshotUser);

/// <summary>Calls to WeChat's server API. Addresses and keys are read at each call: the sandbox learns its own address after the start.</summary>
public sealed class WeChatClient(HttpClient http, IOptionsMonitor<WeChatSettings> settings)
{
    /// <summary>How long a call may take. A resident is waiting on a blank page meanwhile.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The longest answer read; real ones have a few hundred bytes.</summary>
    public const int MostAnswerBytes = 64 * 1024;

    /// <summary>Turns the code of a log-in into an openid. A code works once and lapses after five minutes, so this is never retried.</summary>
    /// <exception cref="WeChatApiException">WeChat refused, did not answer, or the answer made no sense.</exception>
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

    private async Task<JsonDocument> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(address, cancellationToken);
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
        var text = Encoding.UTF8.GetString(body).TrimStart('\uFEFF');
        try
        {
            var answer = JsonDocument.Parse(string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)));
            if (answer.RootElement.ValueKind == JsonValueKind.Object) return answer;
            answer.Dispose();
        }
        catch (JsonException)
        {
            // The parser's message quotes the answer, so it goes no further.
        }

        throw new WeChatApiException("WeChat's answer is not a JSON object");
    }

    private static int? NumberOf(JsonElement answer, string name)
    {
        if (!answer.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number) return value.TryGetInt32(out var number) ? number : null;
        return value.ValueKind == JsonValueKind.String && int.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) ? written : null;
    }
}
