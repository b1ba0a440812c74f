using System.Collections.Concurrent;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Operations;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>How many were refused for one reason.</summary>
public sealed record CrowdRefusal(Refusal Refusal, int Count);

/// <summary>What became of a crowd.</summary>
/// <param name="Asked">How many came.</param>
/// <param name="Accepted">How many have a booking now.</param>
/// <param name="Refused">The others, by reason, the most frequent first.</param>
/// <param name="Registered">How many of them had to be registered first.</param>
/// <param name="RegisteredIn">Milliseconds that took.</param>
/// <param name="BookedIn">Milliseconds from the first attempt to the last answer.</param>
/// <param name="Places">Places of the present window after it.</param>
/// <param name="Left">Those of them that nobody has.</param>
/// <param name="Checked">Promises of the product that were checked against the stored rows afterwards.</param>
/// <param name="Broken">Those of them that do not hold; there must be none.</param>
public sealed record CrowdResult(
    int Asked, int Accepted, IReadOnlyList<CrowdRefusal> Refused, int Registered, int RegisteredIn, int BookedIn,
    int Places, int Left, int Checked, IReadOnlyList<string> Broken);

/// <summary>Neighbours who book at once, by the product's own registration and desk; nothing is decided or written here.</summary>
public sealed class Crowd(
    CrowdPeople people, CrowdQueries queries, LoginStore logins, Registration registration, PolicyQueries policies, BookingDesk desk,
    Board board, InvariantQueries promises, CityCalendar calendar) : IDisposable
{
    /// <summary>The most that may come at once.</summary>
    public const int Most = 5_000;

    // Who finds a pharmacy full looks at the board again; some others will have done so too.
    private const int MostTries = 6;
    private const int Lanes = 8;

    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Lets neighbours book: registered ones who may, and new ones when those are too few. One crowd after the other.</summary>
    /// <param name="count">How many come.</param>
    /// <param name="cancellationToken">Cancels, but nobody half way.</param>
    /// <param name="pharmacy">The code of the only one they want; they spread over all where there is none.</param>
    public async Task<CrowdResult> BookAsync(int count, CancellationToken cancellationToken, string? pharmacy = null)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var policy = await policies.TodayAsync(cancellationToken);
            var coming = await queries.FreeAsync(calendar.Today.AddDays(-(policy?.CooldownDays ?? 0)), count, cancellationToken);
            var start = TimeProvider.System.GetTimestamp();
            var (added, refusals) = await RegisterAsync(count - coming.Count, cancellationToken);
            var registeredIn = Since(start);
            start = TimeProvider.System.GetTimestamp();
            IReadOnlyList<string> codes = pharmacy is null ? await CodesAsync(_ => true, cancellationToken) : [pharmacy];
            // Nobody is stopped half way: what has reached the desk is decided.
            refusals.AddRange(await Task.WhenAll(coming.Concat(added).Select((who, i) => TryAsync(who, codes, i, pharmacy is null ? MostTries : 1))));
            var bookedIn = Since(start);
            return await TellAsync(count, refusals, (added.Count, registeredIn, bookedIn), cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    /// <summary>Lets new neighbours register who book nothing. Gives them, and why others were refused.</summary>
    public async Task<(List<KnownNeighbour> Added, List<Refusal> Refused)> RegisterAsync(int count, CancellationToken cancellationToken)
    {
        var added = new ConcurrentQueue<KnownNeighbour>();
        var refused = new ConcurrentQueue<Refusal>();
        if (count <= 0) return ([], []);
        var first = await queries.CountAsync(cancellationToken);
        await Parallel.ForEachAsync(
            Enumerable.Range(first, count),
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken },
            async (number, token) =>
            {
                var person = people.Neighbour(number);
                var account = (await logins.FinishAsync($"{person.OpenId} {Guid.NewGuid():N}", TimeProvider.System.GetUtcNow(), person.OpenId, null, token))!.Value;
                var done = await registration.RegisterAsync(account, person.Name, DocumentType.IdentityCard, person.IdNumber, person.Mobile, consent: true, token);
                if (done.Refusal == Refusal.None) added.Enqueue(new KnownNeighbour { AccountId = account, ResidentId = done.Id });
                else refused.Enqueue(done.Refusal);
            });
        return ([.. added], [.. refused]);
    }

    private async Task<Refusal> TryAsync(KnownNeighbour who, IReadOnlyList<string> codes, int place, int mostTries)
    {
        if (codes.Count == 0) return Refusal.NotOpen;
        for (var tried = 1; ; tried++)
        {
            var request = new BookingRequest(who.AccountId, who.ResidentId, codes[place % codes.Count], Guid.NewGuid().ToString("N"));
            var answer = await desk.BookAsync(request);
            if (answer.Refusal is not (Refusal.SoldOut or Refusal.PharmacyPaused) || tried == mostTries) return answer.Refusal;
            var others = await CodesAsync(p => p.Left > 0, CancellationToken.None);
            if (others.Count == 0) return answer.Refusal;
            codes = others;
        }
    }

    private async Task<IReadOnlyList<string>> CodesAsync(Func<PharmacyFigures, bool> fits, CancellationToken cancellationToken)
    {
        var view = BoardView.Of(await board.GetAsync(cancellationToken), calendar);
        return [.. view.Pharmacies.Where(p => p.Status == PharmacyStatus.Open && fits(p)).Select(p => p.Code)];
    }

    private async Task<CrowdResult> TellAsync(
        int asked, List<Refusal> refusals, (int Registered, int RegisteredIn, int BookedIn) took, CancellationToken cancellationToken)
    {
        var view = BoardView.Of(await board.GetAsync(cancellationToken), calendar);
        var held = await promises.RunAsync(cancellationToken);
        var refused = refusals.Where(r => r != Refusal.None).GroupBy(r => r).Select(g => new CrowdRefusal(g.Key, g.Count()));
        return new CrowdResult(
            asked,
            refusals.Count(r => r == Refusal.None),
            [.. refused.OrderByDescending(r => r.Count)],
            took.Registered,
            took.RegisteredIn,
            took.BookedIn,
            view.Pharmacies.Sum(p => p.Places),
            view.Pharmacies.Sum(p => p.Left),
            held.Count,
            [.. held.Where(h => h.Broken > 0).Select(h => h.Name)]);
    }

    private static int Since(long start) => (int)TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
}
