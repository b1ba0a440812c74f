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
        sandbox.MapGroup(BasePath).FailingAs(Neighbour.Registry).MapPost("/lookups", LookUp);
    }

    private static IResult Put(string idNumber, PersonTold person, PopulationRegistry registry, Refused refused)
    {
        if (string.IsNullOrWhiteSpace(idNumber) || string.IsNullOrWhiteSpace(person.Name)) return Invalid(refused);
        var known = new RegisteredPerson(idNumber.Trim().ToUpperInvariant(), person.Name.Trim(), person.Eligible, person.Reason);
        registry.Put(known);
        return TypedResults.Ok(known);
    }

    private static IResult LookUp(Lookup person, PopulationRegistry registry, Refused refused) =>
        string.IsNullOrWhiteSpace(person.IdNumber) || string.IsNullOrWhiteSpace(person.Name)
            ? Invalid(refused)
            : TypedResults.Ok(registry.LookUp(person.IdNumber, person.Name));

    private static IResult Invalid(Refused refused) => refused.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_person");

    private sealed record PersonTold(string Name, bool Eligible, string? Reason = null);

    private sealed record Lookup(string IdNumber, string Name);
}
