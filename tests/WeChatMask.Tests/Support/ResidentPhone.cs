using System.Text.Json;

namespace WeChatMask.Tests.Support;

/// <summary>A logged-in phone and the person registered on it.</summary>
internal sealed record ResidentPhone(HttpClient Http, string ResidentId) : IDisposable
{
    public void Dispose() => Http.Dispose();

    /// <summary>Tries to book.</summary>
    public Task<(int Status, JsonElement Body)> BookAsync(string pharmacy, string requestId) =>
        Http.PostAsync("/api/bookings", new { residentId = ResidentId, pharmacyCode = pharmacy, requestId });

    /// <summary>Gives a booking back and tells the status.</summary>
    public async Task<int> CancelAsync(string number)
    {
        using var answer = await Http.DeleteAsync(new Uri($"/api/bookings/{number}", UriKind.Relative));
        return (int)answer.StatusCode;
    }
}
