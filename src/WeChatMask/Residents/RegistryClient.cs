using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Polly.CircuitBreaker;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>Asks the city's population registry whether a person may book: <c>POST {BaseUrl}/lookups</c>, JSON, signed.</summary>
/// <remarks>Each try is signed anew (<see cref="RegistrySignature"/>) and limited by <see cref="RegistryGuard"/>. Nothing of a person is logged.</remarks>
public sealed partial class RegistryClient(
    HttpClient http, RegistryGuard guard, IOptionsMonitor<RegistrySettings> settings, IOptionsMonitor<SecretSettings> secrets, MachineClock clock,
    ILogger<RegistryClient> log)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The registry's word, or none when it could not be had in time. At once none while the registry is known to be away.</summary>
    public Task<RegistryAnswer?> LookUpAsync(DocumentType document, string idNumber, string name, CancellationToken cancellationToken) =>
        AskAsync(token => guard.AskAsync(inner => TryAsync(document, idNumber, name, inner), token), cancellationToken);

    /// <summary>One try, whatever is known of the registry; an answer tells everybody that it is back.</summary>
    public Task<RegistryAnswer?> ProbeAsync(DocumentType document, string idNumber, string name, CancellationToken cancellationToken) =>
        AskAsync(token => guard.ProbeAsync(inner => TryAsync(document, idNumber, name, inner), token), cancellationToken);

    private async Task<RegistryAnswer?> AskAsync(Func<CancellationToken, Task<RegistryReply>> ask, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await ask(cancellationToken);
            if (reply.IsRefused) LogRefusal((int)reply.Status);
            return reply.Answer;
        }
        catch (Exception e) when (RegistryGuard.IsAway(e) || e is BrokenCircuitException or UriFormatException)
        {
            LogSilence(e.GetType().Name);
            return null;
        }
    }

    private async Task<RegistryReply> TryAsync(DocumentType document, string idNumber, string name, CancellationToken cancellationToken)
    {
        var current = settings.CurrentValue;
        // A name that was stored before its spelling was folded is asked for in the one the registry is asked for now.
        // Of a card nothing is said of its kind: registries that know no other need not change.
        var documentType = document == DocumentType.IdentityCard ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(document.ToString());
        var body = JsonSerializer.SerializeToUtf8Bytes(new { idNumber, name = PersonName.TryParse(name)?.Value ?? name, documentType }, Json);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{current.BaseUrl}/lookups"));
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var time = clock.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var signature = RegistrySignature.Of(secrets.CurrentValue.RegistryKey, "POST", request.RequestUri!.AbsolutePath, time, nonce, body);
        request.Headers.Add(RegistrySignature.CallerHeader, current.Caller);
        request.Headers.Add(RegistrySignature.TimeHeader, time);
        request.Headers.Add(RegistrySignature.NonceHeader, nonce);
        request.Headers.Add(RegistrySignature.SignatureHeader, signature);
        using var response = await http.SendAsync(request, cancellationToken);
        return new RegistryReply(
            response.StatusCode, response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<RegistryAnswer>(Json, cancellationToken) : null);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The registry answers {Status} to a call of ours; see Registry and Secrets:RegistryKey")]
    private partial void LogRefusal(int status);

    [LoggerMessage(Level = LogLevel.Information, Message = "The registry does not answer: {Problem}")]
    private partial void LogSilence(string problem);
}

/// <summary>What came back of one try; an answer comes with a success only.</summary>
public sealed record RegistryReply(HttpStatusCode Status, RegistryAnswer? Answer)
{
    /// <summary>The registry is there but asks for fewer calls.</summary>
    public bool IsThrottled => Status == HttpStatusCode.TooManyRequests;

    public bool IsTrouble => Status is HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;

    /// <summary>The registry takes no such call from us; asking again would not help.</summary>
    public bool IsRefused => Answer is null && !IsThrottled && !IsTrouble;
}

/// <summary>What the registry says of a person; the reason is a code or a short text.</summary>
public sealed record RegistryAnswer(bool Eligible, string? Reason = null);
