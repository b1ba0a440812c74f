using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace WeChatMask.Web;

/// <summary>Reads a body's type once for all who bind, and makes a route ask who is calling before it looks at it.</summary>
public static class ContentTypes
{
    private const string Multipart = "multipart/form-data";
    private static readonly string[] InUtf8 = ["application/json", "application/x-www-form-urlencoded"];

    /// <summary>Puts the plain type in place of what was sent, so that no reader behind trips over what stands beside it.</summary>
    /// <remarks>JSON and forms are UTF-8 whatever charset is named, quoted, misspelt or none: what is not UTF-8 then is no good text either.</remarks>
    public static IApplicationBuilder UsePlainContentTypes(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Request.ContentType is { } type && Plain(type) is { } plain) context.Request.ContentType = plain;
        return next(context);
    });

    /// <summary>The type alone, of multipart with its boundary; null for what is left as it is.</summary>
    internal static string? Plain(string type)
    {
        var end = type.IndexOf(';', StringComparison.Ordinal);
        if (end < 0) return null;
        var media = type[..end].Trim();
        if (InUtf8.Contains(media, StringComparer.OrdinalIgnoreCase)) return media;
        if (!media.Equals(Multipart, StringComparison.OrdinalIgnoreCase)) return null;
        return MediaTypeHeaderValue.TryParse(type, out var parsed) && parsed.Boundary.HasValue ? $"{Multipart}; boundary={parsed.Boundary}" : null;
    }

    /// <summary>Leaves the type to binding, which answers 415 too, but after authorization.</summary>
    /// <remarks>Routing itself refuses a type that a route does not accept, and so an unknown caller would get 415 in place of 401.</remarks>
    public static TBuilder AuthorizeBeforeContentType<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder
    {
        routes.Finally(endpoint =>
        {
            for (var i = 0; i < endpoint.Metadata.Count; i++)
            {
                if (endpoint.Metadata[i] is IAcceptsMetadata accepts)
                    endpoint.Metadata[i] = new AcceptsMetadata([], accepts.RequestType, accepts.IsOptional);
            }
        });
        return routes;
    }
}
