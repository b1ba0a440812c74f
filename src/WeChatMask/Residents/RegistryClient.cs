using System.Text.Json;
using Microsoft.Extensions.Options;

namespace WeChatMask.Residents;

/// <summary>Asks the city's population registry whether a person may book.</summary>
public sealed class RegistryClient(HttpClient http, IOptionsMonitor<RegistrySettings> settings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>The registry's word, or none when it could not be had in time.</summary>
    public async Task<RegistryAnswer?> LookUpAsync(string idNumber, string name, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            using var response = await http.PostAsJsonAsync(
                new Uri($"{settings.CurrentValue.BaseUrl}/lookups"), new { idNumber, name }, limit.Token);
            return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<RegistryAnswer>(limit.Token) : null;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or UriFormatException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}

/// <summary>What the registry says of a person.</summary>
/// <param name="Eligible">Whether they may book.</param>
/// <param name="Reason">Why not, as a code or a short text.</param>
public sealed record RegistryAnswer(bool Eligible, string? Reason = null);
