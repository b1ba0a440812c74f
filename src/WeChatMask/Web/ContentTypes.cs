using Microsoft.AspNetCore.Http.Metadata;

namespace WeChatMask.Web;

/// <summary>Makes a route ask who is calling before it looks at the body's type.</summary>
public static class ContentTypes
{
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
