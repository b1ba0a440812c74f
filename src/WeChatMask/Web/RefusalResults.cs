using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using WeChatMask.Domain;
using WeChatMask.Text;

namespace WeChatMask.Web;

/// <summary>Turns a refusal into the contract's answer: status, code and a Chinese sentence. The one place that knows the statuses.</summary>
public sealed class RefusalResults(IStringLocalizer<Refusals> text, IStringLocalizer<NotMine> notMine, IStringLocalizer<Faults> faultText, IOptions<JsonOptions> json)
{
    private static readonly FrozenDictionary<Refusal, int> Statuses = new Dictionary<Refusal, int>
    {
        [Refusal.NotOpen] = 409,
        [Refusal.Closed] = 409,
        [Refusal.SoldOut] = 409,
        [Refusal.Cooldown] = 409,
        [Refusal.AlreadyBooked] = 409,
        [Refusal.PharmacyPaused] = 409,
        [Refusal.NotEligible] = 403,
        [Refusal.NameMismatch] = 403,
        [Refusal.UnknownPharmacy] = 404,
        [Refusal.UnknownResident] = 404,
        [Refusal.UnknownBooking] = 404,
        [Refusal.UnknownRound] = 404,
        [Refusal.NotPublished] = 404,
        [Refusal.ListRemoved] = 404,
        [Refusal.Busy] = 503,
        [Refusal.TooLate] = 409,
        [Refusal.TooManyResidents] = 409,
        [Refusal.HasOpenBooking] = 409,
        [Refusal.InvalidIdNumber] = 422,
        [Refusal.InvalidMobile] = 422,
        [Refusal.InvalidName] = 422,
        [Refusal.ConsentRequired] = 422,
        [Refusal.InvalidRequestId] = 422,
        [Refusal.RequestUsed] = 409,
        [Refusal.InvalidRequest] = 422,
        [Refusal.InvalidDate] = 422,
        [Refusal.InvalidReason] = 422,
        [Refusal.InvalidUnits] = 422,
        [Refusal.NotRedeemed] = 409,
        [Refusal.BookingEnded] = 409,
        [Refusal.StockTooLow] = 409,
        [Refusal.ReportDeclined] = 409,
        [Refusal.DeliveryNotAsPlanned] = 409,
        [Refusal.InvalidPauseEnd] = 422,
        [Refusal.NobodyWaits] = 409,
        [Refusal.UnknownReport] = 404,
        [Refusal.ReportDecided] = 409,
        [Refusal.RoundHasOpened] = 409,
        [Refusal.InvalidPolicy] = 422,
        [Refusal.PolicyChanged] = 409,
        [Refusal.RegistryUnavailable] = 503,
        [Refusal.LoginFailed] = 403,
        [Refusal.LoginEnded] = 401,
        [Refusal.BookingPaused] = 409,
        [Refusal.RoundAnnulled] = 409,
        [Refusal.LeverTooLate] = 409,
        [Refusal.LeverNotDue] = 409,
        [Refusal.InvalidLeverTime] = 422,
        [Refusal.LeverChanged] = 409,
        [Refusal.LeverRunning] = 409,
        [Refusal.LeverNeedsPharmacy] = 422,
        [Refusal.WithdrawBeforeLists] = 409,
        [Refusal.WithdrawOtherDays] = 409,
        [Refusal.WithdrawNoRoom] = 409,
        [Refusal.UnknownCase] = 404,
        [Refusal.TooManyCases] = 409,
        [Refusal.CaseClosed] = 409,
        [Refusal.CaseMoved] = 409,
        [Refusal.InvalidCase] = 422,
        [Refusal.InvalidPhoto] = 422,
        [Refusal.PhotoTooLarge] = 413,
        [Refusal.UnknownViolation] = 404,
        [Refusal.InvalidPlan] = 422,
        [Refusal.PlanChanged] = 409,
        [Refusal.NoRoundThatDay] = 409,
        [Refusal.RoundIsAnnounced] = 409,
        [Refusal.UnknownFlag] = 404,
        [Refusal.FlagChanged] = 409,
        [Refusal.UnknownOwner] = 422,
        [Refusal.UnknownEntry] = 404,
        [Refusal.SizeTooLarge] = 422,
        [Refusal.UnknownWitness] = 403,
        [Refusal.NotAMark] = 422,
        [Refusal.BadSignature] = 422,
        [Refusal.ReceiptGone] = 404,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Refusal, string> Codes =
        Enum.GetValues<Refusal>().ToFrozenDictionary(r => r, r => Snake((r == Refusal.NameMismatch ? Refusal.NotEligible : r).ToString()));

    // The answer of each refusal that says nothing of anybody, as it was last written: in a rush many thousands get the same.
    private readonly ReadyProblem?[] ready = new ReadyProblem?[Codes.Count];

    public static string Code(Refusal refusal) => Codes[refusal];

    public static int Status(Refusal refusal) => Statuses[refusal];

    /// <summary>The sentence of a refusal; of one whose cause is another account's booking, what to do instead of anything about it.</summary>
    public string Sentence(Refusal refusal, bool elsewhere = false) => elsewhere ? notMine["Refused"] : text[refusal.ToString()];

    /// <summary>The whole answer where the person's booking is another account's: the code, and nothing of the booking.</summary>
    public IResult Elsewhere(Refusal refusal) => TypedResults.Problem(
        statusCode: Status(refusal), title: Sentence(refusal, elsewhere: true),
        extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = Code(refusal), ["elsewhere"] = true });

    /// <summary>The whole answer as problem+json, with a sentence for each field that is wrong.</summary>
    public IResult Result(Refusal refusal, DateOnly? bookableFrom = null, DateTimeOffset? nextOpening = null, IReadOnlyDictionary<string, string>? errors = null)
    {
        var isPersonal = bookableFrom is not null || errors is { Count: > 0 } || (int)refusal >= ready.Length;
        if (!isPersonal && ready[(int)refusal] is { } known && known.NextOpening == nextOpening) return known;
        var extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = Code(refusal) };
        if (bookableFrom is { } day) extensions["bookableFrom"] = day;
        if (nextOpening is { } at) extensions["nextOpening"] = at;
        if (refusal == Refusal.NameMismatch) extensions["reason"] = EligibilityRules.OtherName;
        if (errors is { Count: > 0 }) extensions["errors"] = errors;
        var problem = TypedResults.Problem(statusCode: Status(refusal), title: Sentence(refusal), extensions: extensions);
        if (!isPersonal) return ready[(int)refusal] = new ReadyProblem(problem, nextOpening, JsonSerializer.SerializeToUtf8Bytes(problem.ProblemDetails, json.Value.SerializerOptions));
        return Status(refusal) == StatusCodes.Status503ServiceUnavailable ? new RetryLater(problem) : problem;
    }

    /// <summary>The same with the members that are wrong; the first one's sentence is in the title.</summary>
    public IResult Result(Refusal refusal, IReadOnlyList<MemberFault> faults) => faults.Count == 0 ? Result(refusal) : TypedResults.Problem(
        statusCode: Status(refusal),
        title: faultText["Member", Sentence(refusal), faults[0].Path, faults[0].Message],
        extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = Code(refusal), ["faults"] = faults });

    /// <summary>Reads a reason; the answer where it cannot be taken, or null.</summary>
    public IResult? Reason(string? typed, int longest, out string reason)
    {
        var written = WrittenText.Of(typed, longest);
        reason = written.Text ?? "";
        return written.Text is not null ? null : TypedResults.Problem(
            statusCode: Status(Refusal.InvalidReason),
            title: ReasonSentence(written, Sentence(Refusal.InvalidReason)),
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = Code(Refusal.InvalidReason) });
    }

    /// <summary>Why a reason cannot be taken: the character that cannot be shown, else what the caller says.</summary>
    public string ReasonSentence(WrittenText written, string otherwise) =>
        written.Control is { } control ? faultText["Control", control.Name, control.Position] : otherwise;

    /// <summary>The answer for a refusal that is only an HTTP status.</summary>
    public IResult Plain(int status, string code)
    {
        var sentence = text[$"Http_{status}"];
        return TypedResults.Problem(
            statusCode: status,
            title: sentence.ResourceNotFound ? text["Http_400"] : sentence,
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code });
    }

    private static string Snake(string name)
    {
        var snake = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && snake.Length > 0) snake.Append('_');
            snake.Append(char.ToLowerInvariant(c));
        }

        return snake.ToString();
    }

    // Spread over some seconds, so that those who were turned away do not all come back in one instant.
    private static void TellWhen(HttpContext context) =>
        context.Response.Headers.RetryAfter = Random.Shared.Next(1, 4).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private sealed class RetryLater(IResult inner) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            TellWhen(httpContext);
            return inner.ExecuteAsync(httpContext);
        }
    }

    /// <summary>A refusal whose bytes are the same for all programs that get it; a person's browser gets its page.</summary>
    private sealed class ReadyProblem(ProblemHttpResult problem, DateTimeOffset? nextOpening, byte[] bytes) : IResult, IStatusCodeHttpResult
    {
        public DateTimeOffset? NextOpening => nextOpening;

        public int? StatusCode => problem.StatusCode;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable) TellWhen(httpContext);
            if (!Errors.WantsProblem(httpContext)) return problem.ExecuteAsync(httpContext);
            httpContext.Response.StatusCode = problem.StatusCode;
            return httpContext.WriteBytesAsync(bytes, "application/problem+json");
        }
    }
}

/// <summary>One member of a document that is wrong: where it stands, as JSONPath writes it, and a sentence that says what to write.</summary>
public sealed record MemberFault(string Path, string Message);
