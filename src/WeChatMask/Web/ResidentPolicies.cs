using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;

namespace WeChatMask.Web;

/// <summary>
/// A policy that asks for a resident's log-in and nothing else is answered by the log-in itself. The framework's own way to the same
/// answer is a dozen calls inside each other, each put aside and taken up again while the log-in is read.
/// </summary>
internal sealed class ResidentPolicies(IAuthorizationService authorization) : PolicyEvaluator(authorization)
{
    public override Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context) =>
        IsOfLogIn(policy) ? ReadAsync(context) : base.AuthenticateAsync(policy, context);

    public override Task<PolicyAuthorizationResult> AuthorizeAsync(
        AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource) =>
        IsOfLogIn(policy)
            ? Task.FromResult(authenticationResult.Succeeded ? PolicyAuthorizationResult.Success() : PolicyAuthorizationResult.Challenge())
            : base.AuthorizeAsync(policy, authenticationResult, context, resource);

    private static bool IsOfLogIn(AuthorizationPolicy policy) =>
        policy.AuthenticationSchemes is [Sessions.ResidentScheme] && policy.Requirements is [DenyAnonymousAuthorizationRequirement];

    private static async Task<AuthenticateResult> ReadAsync(HttpContext context)
    {
        var handler = await context.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>().GetHandlerAsync(context, Sessions.ResidentScheme);
        var result = await handler!.AuthenticateAsync();
        context.User = result.Principal ?? new ClaimsPrincipal(new ClaimsIdentity());
        return result;
    }
}
