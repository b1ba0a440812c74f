using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days.Claims;

/// <summary>What the desk itself would answer at any instant. Its transaction is never committed, so nothing comes of the question.</summary>
internal sealed class ClaimDesk(SandboxHost host)
{
    private readonly BookingStore store = host.Get<BookingStore>();
    private readonly CityCalendar calendar = host.Get<CityCalendar>();
    private readonly Database database = host.Get<Database>();

    /// <summary>The answers to one attempt at each of some pharmacies, each as if it were the only one.</summary>
    public async Task<Dictionary<string, BookingAnswer>> AskAsync(DateTimeOffset at, Person person, IEnumerable<string> pharmacies)
    {
        var answers = new Dictionary<string, BookingAnswer>(StringComparer.Ordinal);
        await using var transaction = await database.Engine.BeginWriteAsync(CancellationToken.None);
        foreach (var code in pharmacies)
        {
            var request = new BookingRequest(person.Account, long.Parse(person.Id, null), code, $"claim-{at.UtcTicks}-{person.Id}-{code}");
            var batch = await store.LoadAsync(transaction, [request], calendar.DateOf(at), at);
            answers[code] = batch.Decide(request, () => "0");
        }

        return answers;
    }

    public async Task<BookingAnswer> AskAsync(DateTimeOffset at, Person person, string pharmacy) => (await AskAsync(at, person, [pharmacy]))[pharmacy];

    /// <summary>Places left of each pharmacy in the window that is open at an instant, as the desk counts them under its locks.</summary>
    public async Task<Dictionary<string, int>> LeftAsync(DateTimeOffset at)
    {
        await using var transaction = await database.Engine.BeginWriteAsync(CancellationToken.None);
        var day = calendar.DateOf(at);
        var round = await host.Get<RoundQueries>().FindAsync(transaction.Connection, transaction.Transaction, day);
        if (round?.Times.PresentOrNext(at) is not { } window) return [];
        var codes = (await transaction.QueryAsync<Coded>("SELECT id, code FROM pharmacy")).ToDictionary(p => p.Id, p => p.Code);
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in await QuotaStore.LockAsync(transaction, day))
        {
            QuotaLedger.RollUpTo(part.Windows, window.Index);
            left[codes[part.PharmacyId]] = part.Windows.FirstOrDefault(w => w.Window == window.Index)?.Left ?? 0;
        }

        return left;
    }

    public Task<RoundState?> RoundAsync(DateOnly day) => host.Get<RoundQueries>().FindAsync(day, CancellationToken.None);

    /// <summary>The bookings of a person that count.</summary>
    public async Task<Hold> HoldAsync(Person person)
    {
        var held = await database.QueryAsync<Held>(
            """
            SELECT h.booked_on, b.account_id
              FROM resident r
              JOIN person_hold h ON h.person_hash = r.person_hash
              JOIN booking b     ON b.id = h.booking_id
             WHERE r.id = @id
             ORDER BY h.booked_on DESC
            """,
            new { id = long.Parse(person.Id, null) });
        return new(held.FirstOrDefault()?.BookedOn, held.Count == 0 || held[0].AccountId == person.Account, held.Find(h => h.AccountId == person.Account)?.BookedOn);
    }

    /// <summary>By every day's own rules, day after day: when a person may book again who booked on a day.</summary>
    public async Task<DateOnly?> MayBookFromAsync(DateOnly bookedOn, DateOnly today)
    {
        var rules = await host.Get<PolicyQueries>().TimelineAsync(CancellationToken.None);
        var present = (await RoundAsync(today))?.Policy ?? rules.For(today);
        if (present is not null && bookedOn.AddDays(present.CooldownDays) <= today) return null;
        for (var day = today.AddDays(1); day < today.AddDays(400); day = day.AddDays(1))
        {
            if (rules.For(day) is { } policy && policy.Quotas.Values.Any(q => q.Any(p => p > 0)) && bookedOn.AddDays(policy.CooldownDays) <= day) return day;
        }

        return null;
    }

    private sealed class Coded
    {
        public long Id { get; init; }
        public string Code { get; init; } = "";
    }

    private sealed class Held
    {
        public DateOnly BookedOn { get; init; }
        public long AccountId { get; init; }
    }
}

/// <summary>A person on somebody's phone.</summary>
internal sealed record Person(string Id, long Account, int Number);

/// <summary>A phone with all persons registered on it; none where nobody is.</summary>
internal sealed record Viewer(string OpenId, HttpClient Http, long Account, IReadOnlyList<Person> Persons);

/// <summary>The day of a person's newest booking that counts, whether their own account made it, and the day of the newest that it made.</summary>
internal readonly record struct Hold(DateOnly? Day, bool IsOwn, DateOnly? OwnDay);
