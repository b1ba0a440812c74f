using System.Security.Cryptography;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using WeChatMask.Settings;

namespace WeChatMask.Web;

/// <summary>The description of the API: made when somebody first asks, and the same bytes for everybody from then on.</summary>
public sealed class ApiDescription([FromKeyedServices(ApiDescription.Version)] IOpenApiDocumentProvider documents, IOptions<SiteSettings> site)
{
    internal const string Path = "/openapi/" + Version + ".json";

    private const string Version = "v1";

    private readonly Lock making = new();
    private Task<Written>? written;

    internal static async Task<IResult> GetAsync(HttpContext context, ApiDescription description)
    {
        var known = await description.WrittenAsync();
        context.Response.Headers.CacheControl = "public, no-cache";
        return TypedResults.Bytes(known.Json, "application/json; charset=utf-8", entityTag: known.Tag);
    }

    private Task<Written> WrittenAsync()
    {
        lock (making)
        {
            // One that failed is made again.
            if (written is null or { IsFaulted: true } or { IsCanceled: true }) written = WriteAsync();
            return written;
        }
    }

    private async Task<Written> WriteAsync()
    {
        var document = await documents.GetOpenApiDocumentAsync();
        // Neither the address that this node listens on nor the host that the first caller named.
        document.Servers = [new OpenApiServer { Url = site.Value.PublicBaseUrl is { Length: > 0 } home ? home : "/" }];
        using var stream = new MemoryStream();
        await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1);
        var json = stream.ToArray();
        return new Written(json, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 16))}\""));
    }

    private sealed record Written(byte[] Json, EntityTagHeaderValue Tag);
}
