using System.Globalization;
using System.Security.Claims;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Residents;

/// <summary>What an account may do about the persons it looks after.</summary>
public static class ResidentEndpoints
{
    internal static async Task<IResult> MeAsync(
        ClaimsPrincipal user, ResidentQueries residents, PolicyQueries policies, CityCalendar calendar, CancellationToken cancellationToken)
    {
        var account = user.AccountId();
        var policy = await policies.TodayAsync(cancellationToken);
        var persons = await residents.OfAsync(account, policy, calendar.Today, cancellationToken);
        return TypedResults.Ok(new Me(account.ToString(CultureInfo.InvariantCulture), persons));
    }

    internal static async Task<IResult> AddAsync(
        NewResident body, ClaimsPrincipal user, Registration registration, ResidentQueries residents, PolicyQueries policies,
        CityCalendar calendar, RefusalResults refusals, FieldFaults faults, CancellationToken cancellationToken)
    {
        var account = user.AccountId();
        var done = await registration.RegisterAsync(account, body.Name, body.Document, body.IdNumber, body.Mobile, body.Consent ?? false, cancellationToken);
        if (done.Refusal != Refusal.None)
            return refusals.Result(done.Refusal, errors: body.Faults(faults, done.Policy ?? await policies.TodayAsync(cancellationToken), calendar.Today));
        var key = done.Id.ToString(CultureInfo.InvariantCulture);
        var person = done.View ?? (await residents.OfAsync(account, done.Policy, calendar.Today, cancellationToken)).Find(p => p.Id == key);
        return TypedResults.Created($"/api/residents/{key}", person);
    }

    internal static async Task<IResult> RemoveAsync(
        string id, ClaimsPrincipal user, ResidentStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var residentId)) return refusals.Result(Refusal.UnknownResident);
        var refusal = await store.RemoveAsync(user.AccountId(), residentId, cancellationToken);
        return refusal == Refusal.None ? TypedResults.NoContent() : refusals.Result(refusal);
    }
}

/// <summary>A person to be registered. Every member is optional here so that a missing one is told apart from a malformed body.</summary>
public sealed record NewResident(string? Name = null, string? IdNumber = null, string? Mobile = null, bool? Consent = null, DocumentType? DocumentType = null)
{
    internal DocumentType Document => DocumentType ?? Domain.DocumentType.IdentityCard;

    /// <summary>All fields that are wrong, each with its sentence; the form's fields have the same names.</summary>
    public IReadOnlyDictionary<string, string> Faults(FieldFaults faults, Policy? policy, DateOnly today) => FieldFaults.Of(
        ("name", faults.Name(Name)), ("documentType", policy?.Takes(Document) == false ? faults.NotTaken : null), ("idNumber", faults.IdNumber(Document, IdNumber, today)), ("mobile", faults.Mobile(Mobile)), ("consent", faults.Consent(Consent ?? false)));
}

public sealed record Me(string Account, IReadOnlyList<ResidentView> Residents);
