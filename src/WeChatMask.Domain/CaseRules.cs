namespace WeChatMask.Domain;

/// <summary>What a complaint is about; stored by number.</summary>
public enum CaseKind
{
    None = 0,

    /// <summary>The goods are bad.</summary>
    Quality = 1,

    /// <summary>The pharmacy does not hand over what was booked.</summary>
    Refused = 2,

    Attitude = 3,
    Price = 4,

    /// <summary>Somebody else booked or collected with one's number.</summary>
    NotMine = 5,

    Other = 9,
}

/// <summary>How far a case has come; stored by number.</summary>
public enum CaseStatus
{
    Received = 0,
    InWork = 1,

    /// <summary>The pharmacy was asked and has not answered.</summary>
    AtPharmacy = 2,

    /// <summary>The pharmacy has answered.</summary>
    Answered = 3,

    Closed = 4,
}

/// <summary>What came out; stored by number.</summary>
public enum CaseOutcome
{
    None = 0,
    Founded = 1,
    PartlyFounded = 2,
    Unfounded = 3,
    NotProvable = 4,

    /// <summary>Taken back by who complained.</summary>
    Withdrawn = 5,
}

/// <summary>What somebody does to a case; stored by number.</summary>
public enum CaseAct
{
    Open = 0,
    Take = 1,

    /// <summary>The pharmacy is asked for an answer.</summary>
    Ask = 2,

    Answer = 3,
    Close = 4,
}

/// <summary>What is recorded against a pharmacy; stored by number.</summary>
public enum ViolationKind
{
    None = 0,
    Warning = 1,

    /// <summary>The pharmacy gives no places from the next round on.</summary>
    Suspension = 2,
}

/// <summary>What may be done to a case, and how much may be written.</summary>
public static class CaseRules
{
    /// <summary>Cases of one account that may be open at once.</summary>
    public const int MostOpen = 3;

    public const int LongestText = 500;

    /// <summary>Of a question to a pharmacy, its answer, an outcome, a violation's reason.</summary>
    public const int LongestWords = 300;

    public static IReadOnlyList<CaseKind> Kinds { get; } = [CaseKind.Quality, CaseKind.Refused, CaseKind.Attitude, CaseKind.Price, CaseKind.NotMine, CaseKind.Other];

    /// <summary>What a supervisor may find; that it was taken back is not found.</summary>
    public static IReadOnlyList<CaseOutcome> Outcomes { get; } = [CaseOutcome.Founded, CaseOutcome.PartlyFounded, CaseOutcome.Unfounded, CaseOutcome.NotProvable];

    public static Refusal Judge(CaseAct act, CaseStatus status, bool hasPharmacy) => (act, status) switch
    {
        (_, CaseStatus.Closed) => Refusal.CaseClosed,
        (CaseAct.Take, CaseStatus.InWork) or (CaseAct.Open, _) => Refusal.CaseMoved,
        (CaseAct.Ask, CaseStatus.AtPharmacy) => Refusal.CaseMoved,
        (CaseAct.Ask, _) => hasPharmacy ? Refusal.None : Refusal.UnknownPharmacy,
        (CaseAct.Answer, not CaseStatus.AtPharmacy) => Refusal.CaseMoved,
        _ => Refusal.None,
    };

    public static CaseStatus After(CaseAct act) => act switch
    {
        CaseAct.Take => CaseStatus.InWork,
        CaseAct.Ask => CaseStatus.AtPharmacy,
        CaseAct.Answer => CaseStatus.Answered,
        CaseAct.Close => CaseStatus.Closed,
        _ => CaseStatus.Received,
    };
}
