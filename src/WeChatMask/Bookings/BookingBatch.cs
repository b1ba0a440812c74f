using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Rounds;

namespace WeChatMask.Bookings;

/// <summary>One batch in memory: decides attempts in order of arrival on facts that were read under the batch's locks.</summary>
/// <remarks>Everything decided here counts only once the transaction that it belongs to has committed.</remarks>
public sealed class BookingBatch
{
    private readonly Dictionary<(long, string), BookingRow> byRequest;
    private readonly Dictionary<string, DeskPharmacy> pharmacies;
    private readonly Dictionary<long, DeskResident> residents;
    private readonly Dictionary<long, PharmacyRound> parts;
    private readonly Dictionary<string, DeskHold> newest = new(StringComparer.Ordinal);
    private readonly Dictionary<long, PharmacyRound> changed = [];
    private readonly List<BookingRow> made = [];
    private readonly PolicyTimeline? rules;
    private readonly Refusal admission;
    private readonly int window;

    public BookingBatch(
        RoundState? round,
        DateTimeOffset now,
        IEnumerable<BookingRow> known,
        IEnumerable<DeskPharmacy> pharmacies,
        IReadOnlyCollection<DeskResident> residents,
        IEnumerable<PharmacyRound> parts,
        PolicyTimeline? rules = null)
    {
        Round = round;
        Now = now;
        this.rules = rules;
        byRequest = known.ToDictionary(b => b.Request);
        this.pharmacies = pharmacies.ToDictionary(p => p.Code, StringComparer.Ordinal);
        this.residents = new Dictionary<long, DeskResident>(residents.Count);
        foreach (var resident in residents)
        {
            this.residents.TryAdd(resident.Id, resident);
            if (resident.Hold is { } hold) Remember(resident.PersonHash, hold);
        }

        this.parts = parts.ToDictionary(p => p.PharmacyId);
        admission = round?.Admission(now) ?? Refusal.NotOpen;
        window = round?.Times.WindowAt(now)?.Index ?? 0;
    }

    public RoundState? Round { get; }

    /// <summary>The batch's instant; by it the window is judged.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Bookings this batch makes, in order of arrival.</summary>
    public IReadOnlyList<BookingRow> Made => made;

    /// <summary>Pharmacies whose serials or places changed.</summary>
    public IReadOnlyCollection<PharmacyRound> ChangedParts => changed.Values;

    /// <summary>The commitment of the person that a booking of this batch is for.</summary>
    public Hash? ProofOf(BookingRow booking) => residents[booking.ResidentId].Proof;

    /// <summary>Decides one attempt and, when it succeeds, takes the place, the next serial and a number that nobody has.</summary>
    public BookingAnswer Decide(BookingRequest request, Func<string> number)
    {
        if (byRequest.TryGetValue(request.Key, out var earlier)) return new BookingAnswer(Refusal.None, earlier, Repeated: true);

        var resident = ResidentOf(request);
        var pharmacy = pharmacies.GetValueOrDefault(request.PharmacyCode);
        var part = pharmacy is null ? null : parts.GetValueOrDefault(pharmacy.Id);
        var eligibility = EligibilityOf(resident);
        var last = resident is null ? null : newest.GetValueOrDefault(resident.PersonHash);
        var decision = BookingRules.Decide(
            new BookingFacts(
                admission,
                resident is not null,
                pharmacy is not null,
                eligibility.Refusal,
                last?.BookedOn,
                // What was read before the lock only said what to lock: the pharmacy may have been paused while the batch waited for it.
                part?.Status ?? pharmacy?.Status ?? PharmacyStatus.Withdrawn,
                part is null ? 0 : LeftNow(part))
            {
                BookedElsewhere = last is { AccountId: not 0 } && last.AccountId != request.AccountId,
            },
            Round?.Date ?? default,
            Round?.Policy.CooldownDays ?? 0,
            rules);
        if (decision.Refusal != Refusal.None) return new BookingAnswer(decision.Refusal, BookableFrom: decision.BookableFrom, Elsewhere: decision.Elsewhere);

        var booking = Take(request, resident!, pharmacy!, part!, number(), eligibility.Provisional);
        return new BookingAnswer(Refusal.None, booking);
    }

    private DeskResident? ResidentOf(BookingRequest request)
    {
        if (!residents.TryGetValue(request.ResidentId, out var resident)) return null;
        return resident.RemovedAt is null && resident.AccountId == request.AccountId ? resident : null;
    }

    // By the stored answer alone: the desk never waits for the registry.
    private Eligibility EligibilityOf(DeskResident? resident) => resident is null || Round is null
        ? default
        : EligibilityRules.Of(Round.Policy, resident.Eligible, resident.Reason, resident.RegistryAt, Now);

    private int LeftNow(PharmacyRound part)
    {
        if (window == 0) return 0;
        if (QuotaLedger.RollUpTo(part.Windows, window)) changed[part.PharmacyId] = part;
        return part.Windows.FirstOrDefault(w => w.Window == window)?.Left ?? 0;
    }

    private BookingRow Take(BookingRequest request, DeskResident resident, DeskPharmacy pharmacy, PharmacyRound part, string number, bool provisional)
    {
        var round = Round!;
        part.Windows.First(w => w.Window == window).Taken++;
        part.LastSerial++;
        changed[part.PharmacyId] = part;
        var booking = new BookingRow
        {
            Id = Ids.Next(),
            Number = number,
            RequestId = request.RequestId,
            RoundDate = round.Date,
            PickupDate = round.PickupDate,
            PharmacyId = pharmacy.Id,
            PharmacyCode = pharmacy.Code,
            WindowIndex = window,
            Serial = part.LastSerial,
            AccountId = request.AccountId,
            ResidentId = resident.Id,
            PersonHash = resident.PersonHash,
            PolicyId = round.PolicyId,
            Units = round.Policy.UnitsPerBooking,
            UnitPriceFen = round.Policy.UnitPriceFen,
            Status = BookingStatus.Booked,
            Outcome = provisional ? ProvisionalOutcome.Waiting : null,
            CreatedAt = Now,
        };
        made.Add(booking);
        byRequest.Add(booking.Request, booking);
        Remember(resident.PersonHash, new DeskHold(round.Date, request.AccountId));
        return booking;
    }

    private void Remember(string person, DeskHold hold)
    {
        if (!newest.TryGetValue(person, out var last) || last.BookedOn < hold.BookedOn) newest[person] = hold;
    }
}
