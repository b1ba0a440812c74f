using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace WeChatMask.Sms;

/// <summary>Sends by a plain HTTP gateway, as many cities run one; the sandbox's gateway speaks the same.</summary>
public sealed class GatewaySmsProvider(HttpClient http, IOptionsMonitor<SmsSettings> settings) : ISmsVendor
{
    public const string ProviderName = "Gateway";

    public string Name => ProviderName;

    public bool CanFind => false;

    public async Task<SmsOutcome> SendAsync(SmsMessage message, CancellationToken cancellationToken)
    {
        var options = settings.CurrentValue;
        if (options.GatewayUrl.Length == 0) return SmsOutcome.Of(SmsProblem.Outage, "Sms:GatewayUrl is empty");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Timeout);
        try
        {
            using var response = await http.PostAsJsonAsync(
                new Uri(options.GatewayUrl),
                new { id = message.Id, mobile = message.Mobile, text = message.Text, repeat = message.MayBeRepeat },
                limit.Token);
            if (!response.IsSuccessStatusCode) return OfStatus(response.StatusCode);
            var taken = await response.Content.ReadFromJsonAsync<Taken>(limit.Token);
            return new SmsOutcome(SmsResult.Accepted, taken?.Id);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return SmsOutcome.Of(SmsProblem.Outage, e.GetType().Name, mayHaveLeft: !VendorCall.CarriedNothing(e));
        }
    }

    public Task<SmsFound> FindAsync(SmsMessage message, DateTimeOffset since, CancellationToken cancellationToken) =>
        Task.FromResult(new SmsFound(SmsFinding.Unknown));

    public TimeSpan? KeepsReceipts => null;

    public Task<SmsPulled> PullAsync(SentSms sent, CancellationToken cancellationToken) => Task.FromResult(default(SmsPulled));

    private static SmsOutcome OfStatus(HttpStatusCode status) => SmsOutcome.Of(
        status switch
        {
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => SmsProblem.Content,
            HttpStatusCode.TooManyRequests => SmsProblem.Throttled,
            _ => SmsProblem.Outage,
        },
        $"HTTP {(int)status}");

    private sealed record Taken(string? Id);
}
