using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>
/// The counter's form and its verdict, whole pages of the server's. <c>counter.js</c> sends the same form and puts the
/// answer in place, so that there is one place that words a verdict and one way to hand over.
/// </summary>
public abstract class CounterPage(CounterLines counter, RefusalResults refusals, FieldFaults fields, CityCalendar calendar, IStringLocalizer<Text.Staff> text) : PageModel
{
    private static readonly char[] Steps = ['+', '-'];

    [BindProperty]
    public string? ProxyName { get; set; }

    [BindProperty]
    public string? ProxyIdNumber { get; set; }

    [BindProperty]
    public DocumentType ProxyDocument { get; set; }

    /// <summary>A pressed plus or minus, as <c>1+</c>: the line and the direction.</summary>
    [BindProperty]
    public string? Step { get; set; }

    /// <summary>What the last post found, or null while there is a form to fill in.</summary>
    public CounterOutcome? Outcome { get; protected set; }

    /// <summary>Why the last post could not be judged.</summary>
    public string? Message { get; protected set; }

    /// <summary>What is wrong, by the id of its field; of several bookings with the line's index.</summary>
    public IReadOnlyDictionary<string, string> Faults { get; protected set; } = FieldFaults.Of();

    /// <summary>Whether a field is the first to correct, which gets the cursor.</summary>
    public bool IsFirst(string field) => Faults.Keys.FirstOrDefault() == field;

    public abstract IReadOnlyList<CounterLine> Typed { get; }

    public bool HasProxy => !string.IsNullOrWhiteSpace(ProxyName) || !string.IsNullOrWhiteSpace(ProxyIdNumber);

    public virtual bool NeedsProxy => false;

    protected DateOnly Today => calendar.Today;

    public static string NewRequestId() => Guid.NewGuid().ToString("N");

    public Task<IActionResult> OnPostCheckAsync(CancellationToken cancellationToken) => JudgeAsync(handOver: false, cancellationToken);

    public Task<IActionResult> OnPostRedeemAsync(CancellationToken cancellationToken) => JudgeAsync(handOver: true, cancellationToken);

    /// <summary>The form again with what was typed, to correct it.</summary>
    public async Task<IActionResult> OnPostEditAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        return Page();
    }

    /// <summary>The outcome in a word; also the page's title, which screen readers say first.</summary>
    public string? OutcomeWord
    {
        get
        {
            if (Outcome is null) return null;
            if (!NeedsProxy) return text[$"Word_{Outcome.Lines[0].View!.Word}"];
            var good = Outcome.Count(Outcome.HandedOver ? Verdict.Redeemed : Verdict.Valid);
            if (good == 0) return text["Proxy_Word_None"];
            return text[Outcome.HandedOver ? "Proxy_Word_Done" : "Proxy_Word_Open", good];
        }
    }

    public string SentenceOf(JudgedLine line) => refusals.Sentence(line.Refusal);

    protected abstract Task LoadAsync(CancellationToken cancellationToken);

    private async Task<IActionResult> JudgeAsync(bool handOver, CancellationToken cancellationToken)
    {
        // Typed is read before the page's own data: the form is judged as it was sent.
        var lines = Typed.Where(l => !l.IsEmpty).ToList();
        TakeStep(lines);
        var proxy = HasProxy || NeedsProxy ? new ProxyBody(ProxyName, ProxyIdNumber, ProxyDocument) : null;
        var outcome = await counter.JudgeAsync(Clerk.Of(User.Staff()), lines, proxy, handOver, cancellationToken);
        if (outcome.Refusal != Refusal.None) Refuse(outcome.Refusal);
        else if (Typed.Count == 1 && outcome.Lines[0].Refusal is var refusal and not Refusal.None) Refuse(refusal);
        else Outcome = outcome;
        if (Outcome is null) await LoadAsync(cancellationToken);
        return Page();
    }

    /// <summary>Whether the proxy can be read; else the page says what is wrong.</summary>
    protected bool IsProxyReadable()
    {
        Faults = FieldFaults.Of(("proxyName", fields.Name(ProxyName)), ("proxyIdNumber", fields.IdNumber(ProxyDocument, ProxyIdNumber, Today)));
        Message = Faults.Count == 0 ? null : text["Fields_Wrong", Faults.Count].Value;
        return Faults.Count == 0;
    }

    private void Refuse(Refusal refusal)
    {
        Faults = FieldFaults.Of([.. FaultsOf(refusal)]);
        Message = Faults.Count == 0 ? refusals.Sentence(refusal) : text["Fields_Wrong", Faults.Count];
        // The fields show the step that was refused no more than what the clerk typed.
        ModelState.Clear();
    }

    /// <summary>All faults at once, so that the clerk corrects them in one go. An empty line is none, unless there is no other.</summary>
    private IEnumerable<(string Field, string? Sentence)> FaultsOf(Refusal refusal)
    {
        if (NeedsProxy || HasProxy)
        {
            yield return ("proxyName", fields.Name(ProxyName));
            var isNotTaken = refusal == Refusal.InvalidIdNumber && Typed.All(l => CardFault(l) is null);
            yield return ("proxyIdNumber", fields.IdNumber(ProxyDocument, ProxyIdNumber, Today) ?? (isNotTaken ? fields.NotTaken : null));
        }

        for (var i = 0; i < Typed.Count; i++)
        {
            var line = Typed[i];
            if (line.IsEmpty && Typed.Any(l => !l.IsEmpty)) continue;
            var isMissing = string.IsNullOrWhiteSpace(line.Code);
            var isWhole = isMissing || CounterCode.IsCard(line.Code);
            yield return (FieldOf("code", i), isMissing ? text["Need_Code"].Value : CardFault(line));
            yield return (FieldOf("lastFour", i), !isWhole && RedemptionRequestReader.IsLastFourWrong(RedemptionRequestReader.LastFourOf(line), !RedemptionRequestReader.IsVoucher(line.Code)) ? fields.LastFour : null);
            yield return (FieldOf("units", i), refusal == Refusal.InvalidUnits && (!NeedsProxy || line.UnitsAsNumber < 1) ? refusals.Sentence(refusal) : null);
        }
    }

    /// <summary>What is wrong with the whole number of a card in the code's field.</summary>
    private string? CardFault(CounterLine line) =>
        CounterCode.IsCard(line.Code) ? fields.IdNumber(DocumentType.IdentityCard, CounterCode.Card(line.Code), Today) : null;

    private string FieldOf(string field, int line) => NeedsProxy ? string.Create(CultureInfo.InvariantCulture, $"{field}-{line}") : field;

    private void TakeStep(List<CounterLine> lines)
    {
        if (Step is not { Length: > 1 } || !Steps.Contains(Step[^1]) || !int.TryParse(Step[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= lines.Count) return;
        if (lines[index].UnitsAsNumber is not { } units) return;
        var next = Math.Max(1, Step[^1] == '+' ? units + 1 : units - 1);
        lines[index].Units = next.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>A page with one booking on its form.</summary>
public abstract class OneBookingPage(CounterLines counter, RefusalResults refusals, FieldFaults fields, CityCalendar calendar, IStringLocalizer<Text.Staff> text)
    : CounterPage(counter, refusals, fields, calendar, text)
{
    private IReadOnlyList<CounterLine>? typed;

    [BindProperty]
    public string? Code { get; set; }

    /// <summary>Last four characters of the booker's card.</summary>
    [BindProperty]
    public string? LastFour { get; set; }

    [BindProperty]
    public string? Units { get; set; }

    /// <summary>Keeps a form that is sent twice from handing over twice.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    public override IReadOnlyList<CounterLine> Typed =>
        typed ??= [new CounterLine { Code = Code, LastFour = LastFour, Units = Units, RequestId = RequestId }];
}
