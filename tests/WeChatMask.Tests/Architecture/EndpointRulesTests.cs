using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Architecture;

/// <summary>Rules about the routes of the running app.</summary>
public sealed class EndpointRulesTests
{
    [Fact]
    public async Task Every_route_names_a_policy_or_says_that_it_is_open()
    {
        await using var host = await SandboxHost.StartAsync();
        var policies = host.Get<IAuthorizationPolicyProvider>();
        var routes = host.Get<EndpointDataSource>().Endpoints;
        var undecided = new List<string?>();
        foreach (var route in routes)
        {
            if (route.Metadata.GetMetadata<IAllowAnonymous>() is not null) continue;
            var named = route.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).Where(p => p is not null).ToList();
            var known = named.Count > 0;
            foreach (var name in named) known &= await policies.GetPolicyAsync(name!) is not null;
            if (!known) undecided.Add(route.DisplayName);
        }

        Assert.True(routes.Count > 30, $"Only {routes.Count} routes were found.");
        Assert.Empty(undecided);
    }

    [Fact]
    public async Task Nothing_personal_is_open()
    {
        await using var host = await SandboxHost.StartAsync();
        string[] personal = ["/api/me", "/api/residents", "/api/bookings", "/api/pharmacy", "/api/supervisor", "/pharmacy", "/supervisor"];

        var open = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(r => r.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            .Select(r => "/" + r.RoutePattern.RawText?.TrimStart('/'))
            .Where(path => personal.Any(p => path == p || path.StartsWith(p + "/", StringComparison.Ordinal)));

        Assert.Empty(open);
    }

    [Fact]
    public void A_handler_takes_by_a_routes_own_names_only_what_it_says_to_come_from_the_address()
    {
        // The route's value of that name would be taken, which is the page's path: the number asked for never came.
        string[] own = ["page", "handler", "area", "action", "controller"];
        var taken = typeof(WeChatMaskApp).Assembly.GetTypes().Where(typeof(PageModel).IsAssignableFrom)
            .SelectMany(t => t.GetMethods()).Where(m => m.Name.StartsWith("On", StringComparison.Ordinal))
            .SelectMany(m => m.GetParameters().Select(p => (Method: m, Parameter: p)))
            .ToList();

        Assert.True(taken.Count > 30, $"Only {taken.Count} parameters were found.");
        Assert.Empty(taken.Where(t => own.Contains(t.Parameter.Name, StringComparer.OrdinalIgnoreCase) && t.Parameter.GetCustomAttribute<FromQueryAttribute>() is null)
            .Select(t => $"{t.Method.DeclaringType!.Name}.{t.Method.Name} takes {t.Parameter.Name}").Distinct(StringComparer.Ordinal));
    }
}
