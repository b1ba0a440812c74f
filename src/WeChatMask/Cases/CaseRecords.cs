using WeChatMask.Domain;

namespace WeChatMask.Cases;

/// <summary>A complaint as somebody hands it in. The texts are as they were typed.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Text">What happened.</param>
/// <param name="BookingNumber">A booking it is about; of a resident, one of the own account.</param>
/// <param name="PharmacyCode">The pharmacy, where no booking says it; of the hotline only.</param>
/// <param name="Caller">The telephone number of somebody who rang; of the hotline only.</param>
/// <param name="Photo">A picture that is safe to keep.</param>
public sealed record NewCase(CaseKind Kind, string? Text, string? BookingNumber = null, string? PharmacyCode = null, string? Caller = null, byte[]? Photo = null)
{
    public override string ToString() => nameof(NewCase);
}

/// <summary>The number of a case that was opened, now or by the same request before, or why not.</summary>
public sealed record CaseAnswer(Refusal Refusal, string Number = "", bool Repeated = false);

/// <summary>A case, its texts readable: empty where their keeping time is over.</summary>
public sealed record Case
{
    public long Id { get; init; }
    public string Number { get; init; } = "";
    public CaseKind Kind { get; init; }
    public CaseStatus Status { get; init; }
    public CaseOutcome Outcome { get; init; }

    /// <summary>Whether staff took it down from the hotline.</summary>
    public bool IsByPhone { get; init; }

    /// <summary>Null where staff took it down, and where its keeping time is over.</summary>
    public long? AccountId { get; init; }

    public string? BookingNumber { get; init; }
    public long? PharmacyId { get; init; }
    public string? PharmacyCode { get; init; }
    public string? PharmacyName { get; init; }
    public string? District { get; init; }
    public string Body { get; init; } = "";

    /// <summary>The telephone number of who rang, or empty.</summary>
    public string Caller { get; init; } = "";

    /// <summary>Who did the last thing to it.</summary>
    public string? Staff { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ChangedAt { get; init; }
    public DateTimeOffset? DueAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public DateTimeOffset? DestroyedAt { get; init; }
    public bool HasPhoto { get; init; }

    public bool IsLate(DateTimeOffset now) => DueAt is { } due && due < now;

    public override string ToString() => $"{nameof(Case)} {Number}";
}

/// <summary>One thing that was done to a case, its words readable.</summary>
public sealed record CaseStep
{
    public long ComplaintId { get; init; }
    public CaseAct Act { get; init; }
    public string Staff { get; init; } = "";
    public string Words { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }

    public override string ToString() => $"{nameof(CaseStep)} {Act}";
}

/// <summary>What somebody does to a case.</summary>
/// <param name="Act">What.</param>
/// <param name="Words">A question, an answer or an outcome's sentence.</param>
/// <param name="RequestId">Keeps what is sent twice from being done twice.</param>
/// <param name="PharmacyCode">Who is asked, where the case names nobody or another.</param>
/// <param name="Outcome">What came out, of a case that is closed.</param>
public sealed record CaseOrder(CaseAct Act, string Words, string RequestId, string? PharmacyCode = null, CaseOutcome Outcome = CaseOutcome.None)
{
    public override string ToString() => $"{nameof(CaseOrder)} {Act}";
}

/// <summary>Which cases are wanted; what is null or empty is not asked. Pharmacies are codes, of which none may be meant.</summary>
public sealed record CaseFilter(
    string Number = "", CaseKind Kind = CaseKind.None, CaseStatus? Status = null, bool OpenOnly = false, string District = "", IReadOnlyList<string>? Pharmacies = null, bool NewestFirst = false);

/// <summary>Closed and open cases of one kind and outcome; without an outcome they are open.</summary>
public sealed class CaseCount
{
    public CaseKind Kind { get; init; }
    public CaseOutcome Outcome { get; init; }
    public int Cases { get; init; }
}
