using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Cases;

/// <summary>Cases as those see them who may.</summary>
public sealed class CaseViews(CityCalendar calendar)
{
    /// <summary>Without who worked on it; a question to the pharmacy and its answer are not told, the outcome's sentence is.</summary>
    public ComplaintView OfCitizen(Case one, IReadOnlyList<CaseStep> steps) => new(
        one.Number, one.Kind, one.Status, one.Outcome, one.BookingNumber, one.PharmacyCode, one.PharmacyName, one.Body, one.HasPhoto, calendar.Local(one.CreatedAt), calendar.Local(one.DueAt),
        calendar.Local(one.ClosedAt), steps.LastOrDefault(s => s.Act == CaseAct.Close)?.Words);

    public CaseView OfStaff(Case one, IReadOnlyList<CaseStep> steps) => new(
        one.Number, one.Kind, one.Status, one.Outcome, one.IsByPhone, one.BookingNumber, one.PharmacyCode, one.PharmacyName, one.District, one.Body, one.Caller, one.HasPhoto,
        one.Staff, calendar.Local(one.CreatedAt), calendar.Local(one.ChangedAt), calendar.Local(one.DueAt), one.IsLate(calendar.Now), calendar.Local(one.ClosedAt),
        [.. steps.Select(Of)]);

    /// <summary>What the pharmacy was asked and has answered; nothing that the citizen wrote.</summary>
    public AskedView OfPharmacy(Case one, IEnumerable<CaseStep> steps) => new(
        one.Number, one.Kind, one.Status, one.BookingNumber, one.Status == CaseStatus.AtPharmacy ? calendar.Local(one.DueAt) : null,
        [.. steps.Where(s => s.Act is CaseAct.Ask or CaseAct.Answer).Select(Of)]);

    private CaseStepView Of(CaseStep step) => new(step.Act, step.Staff, step.Words, calendar.Local(step.CreatedAt));
}

/// <summary>A case that was opened, now or, repeated, before. Its number is read and typed as a booking's.</summary>
public sealed record CaseOpenedView(string Number, bool Repeated);

/// <summary>The account's complaints, newest first.</summary>
public sealed record ComplaintList(IReadOnlyList<ComplaintView> Complaints);

/// <summary>One of them; the sentence is what came out, once it is closed and asked for by its number.</summary>
public sealed record ComplaintView(
    string Number, CaseKind Kind, CaseStatus Status, CaseOutcome Outcome, string? BookingNumber, string? PharmacyCode, string? Pharmacy, string Text, bool HasPhoto,
    DateTimeOffset At, DateTimeOffset? DueAt, DateTimeOffset? ClosedAt, string? Sentence)
{
    public override string ToString() => nameof(ComplaintView);
}

/// <summary>One page of 25 cases, those past their time first, and how many there are in all.</summary>
public sealed record CaseList(int Total, IReadOnlyList<CaseView> Cases);

/// <summary>A case as oversight sees it; the steps come with one that is asked for by its number.</summary>
public sealed record CaseView(
    string Number, CaseKind Kind, CaseStatus Status, CaseOutcome Outcome, bool IsByPhone, string? BookingNumber, string? PharmacyCode, string? Pharmacy, string? District,
    string Text, string Caller, bool HasPhoto, string? Staff, DateTimeOffset At, DateTimeOffset ChangedAt, DateTimeOffset? DueAt, bool IsLate, DateTimeOffset? ClosedAt,
    IReadOnlyList<CaseStepView> Steps)
{
    public override string ToString() => nameof(CaseView);
}

/// <summary>One thing that was done to it.</summary>
public sealed record CaseStepView(CaseAct Act, string Staff, string Words, DateTimeOffset At)
{
    public override string ToString() => nameof(CaseStepView);
}

/// <summary>What a pharmacy was asked, what waits for its answer first.</summary>
public sealed record AskedList(IReadOnlyList<AskedView> Cases);

/// <summary>One of them: until when an answer is due, while it is, and what was said.</summary>
public sealed record AskedView(string Number, CaseKind Kind, CaseStatus Status, string? BookingNumber, DateTimeOffset? DueAt, IReadOnlyList<CaseStepView> Talk);
