using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>Log-ins and registrations, the refused ones too. Whoever tries on a day for the first time joins before that evening.</summary>
internal sealed class Joining(SimulatedCity city)
{
    private const string Path = "/api/residents";
    private readonly HashSet<Person> known = [];

    /// <summary>Brings those of <paramref name="people"/> in who are new.</summary>
    public async Task JoinAsync(IEnumerable<Person> people, DateOnly date)
    {
        var rules = city.Rules.Of(date);
        var fresh = people.Where(known.Add).ToHashSet();
        if (rules.AsksRegistry)
        {
            await city.ForEachAsync(
                fresh.Where(p => p.Standing != Standing.Eligible),
                p => city.TellRegistryAsync(p.IdNumber, p.Standing == Standing.OtherName ? p.Name + "乙" : p.Name, p.Standing == Standing.OtherName));
        }

        var own = city.Population.Households.Select(h => (Household: h, New: h.Members.Where(fresh.Contains).ToList()));
        var relatives = fresh.Where(p => p.Relative is not null).ToLookup(p => p.Relative!);
        // One account is one phone: what it does, it does one after the other.
        await city.ForEachAsync(
            own.Select(o => o with { New = [.. o.New, .. relatives[o.Household]] }).Where(o => o.New.Count > 0),
            o => JoinAsync(o.Household, o.New, rules));
    }

    private async Task JoinAsync(Household household, List<Person> people, DayRules rules)
    {
        if (!household.IsLoggedIn) await household.Phone.LogInAsync(city.Http);
        household.IsLoggedIn = true;
        foreach (var person in people)
        {
            var dice = city.Population.Dice(person.Id, 0, household.Members.Contains(person) ? 4 : 5);
            if (dice.NextDouble() < 0.02) await RegisterAsync(household, Body(person) with { IdNumber = WithWrongCheck(person.IdNumber) }, 422, "invalid_id_number");
            if (dice.NextDouble() < 0.01) await RegisterAsync(household, Body(person) with { Consent = false }, 422, "consent_required");
            if (dice.NextDouble() < 0.01) await RegisterAsync(household, Body(person) with { Mobile = "0550-12345" }, 422, "invalid_mobile");
            var isRefused = rules.AsksRegistry && person.Standing != Standing.Eligible;
            var reply = await RegisterAsync(household, Body(person), isRefused ? 403 : 201, isRefused ? "not_eligible" : null);
            if (reply.Status == 201) household.ResidentIds[person] = reply.Text("id")!;
        }

        // One more than the rule allows: a made-up person nobody else is.
        if (household.ResidentIds.Count == rules.PersonsPerAccount)
        {
            var one = household.Members[0];
            await RegisterAsync(household, Body(one) with { IdNumber = Population.RunnerIdNumber(one.Id) }, 409, "too_many_residents");
        }
    }

    private async Task<PhoneReply> RegisterAsync(Household household, Registration body, int status, string? code)
    {
        var reply = await city.CallAsync(household.Phone, HttpMethod.Post, Path, body);
        if (reply.Status != 201) city.Figures.Count(reply.Code ?? "");
        if ((reply.Status, reply.Code) != (status, code))
            city.Differences.Add("registration", $"{body.IdNumber[^4..]}: expected {status} {code}, is {reply.Status} {reply.Code}");
        return reply;
    }

    private static Registration Body(Person person) => new(person.Name, person.IdNumber, person.Mobile, true);

    private static string WithWrongCheck(string idNumber) => idNumber[..^1] + (idNumber[^1] == '7' ? '8' : '7');

    private sealed record Registration(string Name, string IdNumber, string Mobile, bool Consent);
}
