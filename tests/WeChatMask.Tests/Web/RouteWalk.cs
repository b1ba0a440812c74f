using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Web;

/// <summary>Every route of a running product that may be read, with something in its values.</summary>
/// <param name="Path">As a caller writes it.</param>
/// <param name="IsOpen">Whether it asks nobody who is calling.</param>
internal sealed record WalkedRoute(string Path, bool IsOpen)
{
    /// <summary>Whether its answer has no end.</summary>
    public bool IsStream => Path.EndsWith("/events", StringComparison.Ordinal);

    public override string ToString() => Path;

    public static IReadOnlyList<WalkedRoute> Of(SandboxHost host, Func<string, string?>? value = null)
    {
        var routes = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>() is not { HttpMethods.Count: > 0 } methods || methods.HttpMethods.Contains("GET"))
            .Select(e => (Text: "/" + e.RoutePattern.RawText!.TrimStart('/'), IsOpen: e.Metadata.GetMetadata<IAllowAnonymous>() is not null))
            .Where(e => !e.Text.StartsWith("/sandbox", StringComparison.Ordinal) && !e.Text.Contains("**", StringComparison.Ordinal))
            .Select(e => new WalkedRoute(Regex.Replace(e.Text, @"\{(\w+)[^}]*\}", m => value?.Invoke(m.Groups[1].Value) ?? "2020-02-10"), e.IsOpen))
            .Distinct().ToList();
        Assert.True(routes.Count > 60, $"Only {routes.Count} routes can be read.");
        return routes;
    }
}
