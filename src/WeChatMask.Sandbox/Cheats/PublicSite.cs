using System.Net;
using System.Text.Json;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>The city as anybody meets it over HTTP: its public log and its open data. Witnesses know nothing else of it.</summary>
public sealed class PublicSite(IHttpClientFactory clients, OwnAddress self)
{
    /// <summary>Where the log is served to one half of those who ask: at the city's own address.</summary>
    public const string First = "";

    /// <summary>Where it is served to the others, while two are shown.</summary>
    public const string Other = "/sandbox/other";

    /// <summary>The address, without a slash at the end.</summary>
    public string Address => self.Value;

    /// <summary>A body; null where the city says that there is none.</summary>
    public async Task<byte[]?> BytesAsync(string path, CancellationToken cancellationToken)
    {
        using var http = clients.CreateClient(nameof(PublicSite));
        using var answer = await http.GetAsync(new Uri(self.Value + path), cancellationToken);
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone) return null;
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    public async Task<JsonElement?> JsonAsync(string path, CancellationToken cancellationToken) =>
        await BytesAsync(path, cancellationToken) is { } body ? JsonSerializer.Deserialize<JsonElement>(body) : null;

    /// <summary>The published list of a pharmacy; null where there is none.</summary>
    public Task<JsonElement?> ListAsync(DateOnly round, string code, CancellationToken cancellationToken) =>
        JsonAsync(FormattableString.Invariant($"/api/public/rounds/{round:yyyy-MM-dd}/list?pharmacy={code}"), cancellationToken);

    /// <summary>The reconciliation of a round; null where there is none.</summary>
    public Task<JsonElement?> BooksAsync(DateOnly round, CancellationToken cancellationToken) =>
        JsonAsync(FormattableString.Invariant($"/api/public/rounds/{round:yyyy-MM-dd}"), cancellationToken);

    /// <summary>The log as one half is served it, held against a key that was known before.</summary>
    public PublicLogSite Log(string half, string key) => new(this, half, [VerifierKey.TryParse(key)!]);
}
