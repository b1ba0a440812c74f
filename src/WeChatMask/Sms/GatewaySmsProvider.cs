using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace WeChatMask.Sms;

/// <summary>Sends by a plain HTTP gateway, as many cities run one; the sandbox's gateway speaks the same.</summary>
public sealed class GatewaySmsProvider(HttpClient http, IOptionsMonitor<SmsSettings> settings) : ISmsProvider
{
    /// <inheritdoc />
    public async Task<SmsOutcome> SendAsync(SmsMessage message, CancellationToken cancellationToken)
    {
        var options = settings.CurrentValue;
        if (options.GatewayUrl.Length == 0) return new SmsOutcome(SmsResult.TryLater, Problem: "Sms:GatewayUrl is empty");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Timeout);
        try
        {
            using var response = await http.PostAsJsonAsync(
                new Uri(options.GatewayUrl),
                new { id = message.Id, mobile = message.Mobile, text = message.Text, repeat = message.MayBeRepeat },
                limit.Token);
            if (response.IsSuccessStatusCode)
            {
                var taken = await response.Content.ReadFromJsonAsync<Taken>(limit.Token);
                return new SmsOutcome(SmsResult.Accepted, taken?.Id);
            }

            var code = $"HTTP {(int)response.StatusCode}";
            return response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity
                ? new SmsOutcome(SmsResult.Refused, Problem: code)
                : new SmsOutcome(SmsResult.TryLater, Problem: code);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // A refused connection carried nothing; anything later may have been read by the gateway.
            var nothingSent = (e as HttpRequestException)?.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError;
            return new SmsOutcome(SmsResult.TryLater, Problem: e.GetType().Name, MayHaveLeft: !nothingSent);
        }
    }

    private sealed record Taken(string? Id);
}
