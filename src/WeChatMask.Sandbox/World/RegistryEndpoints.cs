using System.Text.Json;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>The stand-in population registry over HTTP.</summary>
internal static class RegistryEndpoints
{
    /// <summary>Path under <c>/sandbox</c> that the app asks under.</summary>
    public const string BasePath = "/registry";

    /// <summary>Maps telling and asking.</summary>
    public static void MapRegistry(this IEndpointRouteBuilder sandbox)
    {
        var registry = sandbox.MapGroup(BasePath);
        registry.MapPut("/{idNumber}", Put);
        sandbox.MapGroup(BasePath).FailingAs(Neighbour.Registry).MapPost("/lookups", LookUpAsync);
    }

    private static IResult Put(string idNumber, PersonTold person, PopulationRegistry registry, RefusalResults refusals)
    {
        if (string.IsNullOrWhiteSpace(idNumber) || string.IsNullOrWhiteSpace(person.Name)) return Invalid(refusals);
        var known = new RegisteredPerson(idNumber.Trim().ToUpperInvariant(), person.Name.Trim(), person.Eligible, person.Reason);
        registry.Put(known);
        return TypedResults.Ok(known);
    }

    private static async Task<IResult> LookUpAsync(HttpContext context, PopulationRegistry registry, CallerCheck callers, RefusalResults refusals)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (!callers.Knows(context.Request, body.ToArray())) return refusals.Plain(StatusCodes.Status401Unauthorized, "bad_signature");
        body.Position = 0;
        var person = await JsonSerializer.DeserializeAsync<Lookup>(body, SandboxJson.Options, context.RequestAborted);
        return string.IsNullOrWhiteSpace(person?.IdNumber) || string.IsNullOrWhiteSpace(person.Name)
            ? Invalid(refusals)
            : TypedResults.Ok(registry.LookUp(person.IdNumber, person.Name));
    }

    private static IResult Invalid(RefusalResults refusals) => refusals.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_person");

    internal sealed record PersonTold(string Name, bool Eligible, string? Reason = null);

    internal sealed record Lookup(string IdNumber, string Name, string? DocumentType = null);
}
