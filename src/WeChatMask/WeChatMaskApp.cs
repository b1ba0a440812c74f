namespace WeChatMask;

/// <summary>The table of contents: what the product is made of, in the order of the residents' story.</summary>
public static class WeChatMaskApp
{
    /// <summary>Registers every feature. The production program and the sandbox call the same method, so they cannot drift.</summary>
    public static WebApplicationBuilder AddWeChatMask(this WebApplicationBuilder builder) => builder;

    /// <summary>Maps every route and the middleware before them.</summary>
    public static WebApplication MapWeChatMask(this WebApplication app) => app;
}
