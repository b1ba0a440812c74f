using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using WeChatMask.Audit;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Notices;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Cases;

/// <summary>Opens cases and leads them on. Whoever opens one holds the account's row, whoever leads one on holds the case's.</summary>
public sealed class CaseStore(Database database, PersonalData personal, NoticeOutbox notices, IOptionsMonitor<CaseSettings> settings, CityCalendar calendar, IStringLocalizer<Text.Cases> text)
{
    /// <summary>Opens a resident's case. The same request again gives the case that it opened.</summary>
    public Task<CaseAnswer> OpenAsync(long account, NewCase typed, string requestId, CancellationToken cancellationToken)
    {
        if (!RequestId.IsWellFormed(requestId)) return Task.FromResult(new CaseAnswer(Refusal.InvalidRequestId));
        if (TextOf(typed) is not { } text) return Task.FromResult(new CaseAnswer(Refusal.InvalidCase));
        var opened = new Opened(FormattableString.Invariant($"{account}:{requestId}"), FormattableString.Invariant($"account:{account}"), text, typed) { Account = account };
        return database.WriteAsync(
            async transaction =>
            {
                await transaction.QueryAsync<long>($"SELECT id FROM account WHERE id = @account{transaction.Engine.ForUpdate}", new { account });
                if (await FindAsync(transaction, opened.Key) is { } earlier) return earlier;
                var open = await transaction.ScalarAsync<long>(
                    "SELECT COUNT(*) FROM complaint WHERE account_id = @account AND status <> @closed", new { account, closed = CaseStatus.Closed });
                if (open >= CaseRules.MostOpen) return new CaseAnswer(Refusal.TooManyCases);
                if (string.IsNullOrWhiteSpace(typed.BookingNumber)) return await AddAsync(transaction, opened);
                // A number of another's booking is as good as none.
                var booking = await transaction.QueryOneAsync<Target>(
                    "SELECT id, pharmacy_id FROM booking WHERE number = @BookingNumber AND account_id = @account", new { typed.BookingNumber, account });
                return booking is null ? new CaseAnswer(Refusal.UnknownBooking) : await AddAsync(transaction, opened with { Booking = booking.Id, Pharmacy = booking.PharmacyId });
            },
            cancellationToken);
    }

    /// <summary>Takes down what somebody says on the telephone.</summary>
    public Task<CaseAnswer> TakeDownAsync(StaffMember staff, NewCase typed, string requestId, CancellationToken cancellationToken)
    {
        if (!RequestId.IsWellFormed(requestId)) return Task.FromResult(new CaseAnswer(Refusal.InvalidRequestId));
        if (TextOf(typed) is not { } text) return Task.FromResult(new CaseAnswer(Refusal.InvalidCase));
        var caller = string.IsNullOrWhiteSpace(typed.Caller) ? "" : MobileNumber.TryParse(typed.Caller)?.Value;
        if (caller is null) return Task.FromResult(new CaseAnswer(Refusal.InvalidMobile));
        var opened = new Opened(KeyOf(staff, requestId), staff.Username, text, typed) { Caller = caller };
        return database.WriteAsync(
            async transaction =>
            {
                if (await FindAsync(transaction, opened.Key) is { } earlier) return earlier;
                if (!string.IsNullOrWhiteSpace(typed.BookingNumber))
                {
                    var booking = await transaction.QueryOneAsync<Target>("SELECT id, pharmacy_id FROM booking WHERE number = @BookingNumber", new { typed.BookingNumber });
                    return booking is null ? new CaseAnswer(Refusal.UnknownBooking) : await AddAsync(transaction, opened with { Booking = booking.Id, Pharmacy = booking.PharmacyId });
                }

                if (string.IsNullOrWhiteSpace(typed.PharmacyCode)) return await AddAsync(transaction, opened);
                var pharmacy = await PharmacyAsync(transaction, typed.PharmacyCode);
                return pharmacy is null ? new CaseAnswer(Refusal.UnknownPharmacy) : await AddAsync(transaction, opened with { Pharmacy = pharmacy });
            },
            cancellationToken);
    }

    /// <summary>Leads a case on. The same request again changes nothing. A lead reaches only what waits for the own pharmacy.</summary>
    public Task<Refusal> DoAsync(StaffMember staff, string number, CaseOrder order, CancellationToken cancellationToken)
    {
        if (!RequestId.IsWellFormed(order.RequestId)) return Task.FromResult(Refusal.InvalidRequestId);
        return database.WriteAsync(t => DoAsync(t, staff, number, order), cancellationToken);
    }

    private async Task<Refusal> DoAsync(WriteTransaction transaction, StaffMember staff, string number, CaseOrder order)
    {
        var kept = await transaction.QueryOneAsync<Kept>(
            $"SELECT id, status, account_id, pharmacy_id FROM complaint WHERE number = @number{transaction.Engine.ForUpdate}", new { number });
        if (kept is null || (staff.Role.IsOfAPharmacy() && kept.PharmacyId != staff.PharmacyId)) return Refusal.UnknownCase;
        var key = KeyOf(staff, order.RequestId);
        if (await transaction.QueryOneAsync<Done>("SELECT complaint_id, act FROM complaint_step WHERE request_key = @key", new { key }) is { } done)
            return done.ComplaintId == kept.Id && done.Act == order.Act ? Refusal.None : Refusal.RequestUsed;
        var pharmacy = kept.PharmacyId;
        if (order.Act == CaseAct.Ask && !string.IsNullOrWhiteSpace(order.PharmacyCode))
        {
            pharmacy = await PharmacyAsync(transaction, order.PharmacyCode);
            if (pharmacy is null) return Refusal.UnknownPharmacy;
        }

        var refusal = CaseRules.Judge(order.Act, kept.Status, pharmacy is not null);
        if (refusal != Refusal.None) return refusal;
        var now = calendar.Now;
        var status = CaseRules.After(order.Act);
        await transaction.ExecuteAsync(
            """
            UPDATE complaint
               SET status = @status, outcome = @Outcome, pharmacy_id = @pharmacy, staff = @Username, changed_at = @now, due_at = @due, closed_at = @closedAt
             WHERE id = @Id
            """,
            new
            {
                status, order.Outcome, pharmacy, staff.Username, now, due = settings.CurrentValue.DueAt(status, now), closedAt = status == CaseStatus.Closed ? now : (DateTimeOffset?)null, kept.Id,
            });
        await AddStepAsync(transaction, kept.Id, key, order.Act, staff.Username, order.Words, now);
        await AuditStore.AddAsync(transaction, now, staff.Username, ActionOf(order.Act), number, order.Act == CaseAct.Close ? text[$"Outcome_{order.Outcome}"].Value : null);
        if (order.Act == CaseAct.Close && kept.AccountId is { } account) await notices.TellCaseClosedAsync(transaction, kept.Id, account, pharmacy, now);
        return Refusal.None;
    }

    private async Task<CaseAnswer> AddAsync(WriteTransaction transaction, Opened opened)
    {
        var (id, now, number) = (Ids.Next(), calendar.Now, FreshNumbers.Draw());
        // Neither a case nor a booking has it, so that a number read out is one thing.
        while (await transaction.ScalarAsync<long>(
            "SELECT (SELECT COUNT(*) FROM complaint WHERE number = @number) + (SELECT COUNT(*) FROM booking WHERE number = @number)", new { number }) > 0) number = FreshNumbers.Draw();
        await transaction.ExecuteAsync(
            """
            INSERT INTO complaint (id, number, request_key, kind, status, outcome, account_id, booking_id, pharmacy_id, body, caller, staff, created_at, changed_at, due_at)
            VALUES (@id, @number, @Key, @Kind, @status, @outcome, @Account, @Booking, @Pharmacy, @body, @caller, @staff, @now, @now, @due)
            """,
            new
            {
                id, number, opened.Key, opened.Typed.Kind, status = CaseStatus.Received, outcome = CaseOutcome.None, opened.Account, opened.Booking, opened.Pharmacy,
                body = personal.Encrypt(opened.Text), caller = opened.Caller.Length == 0 ? "" : personal.Encrypt(opened.Caller),
                staff = opened.Account is null ? opened.Actor : null, now, due = settings.CurrentValue.DueAt(CaseStatus.Received, now),
            });
        if (opened.Typed.Photo is { } photo)
        {
            await transaction.ExecuteAsync(
                "INSERT INTO complaint_photo (complaint_id, content) VALUES (@id, @content)", new { id, content = personal.Encrypt(Convert.ToBase64String(photo)) });
        }

        await AuditStore.AddAsync(transaction, now, opened.Actor, "case.open", number, text[$"Kind_{opened.Typed.Kind}"].Value);
        return new CaseAnswer(Refusal.None, number);
    }

    private Task AddStepAsync(WriteTransaction transaction, long complaint, string key, CaseAct act, string actor, string words, DateTimeOffset now) => transaction.ExecuteAsync(
        "INSERT INTO complaint_step (id, complaint_id, request_key, act, staff, words, created_at) VALUES (@id, @complaint, @key, @act, @actor, @kept, @now)",
        new { id = Ids.Next(), complaint, key, act, actor, kept = words.Length == 0 ? "" : personal.Encrypt(words), now });

    private static async Task<CaseAnswer?> FindAsync(WriteTransaction transaction, string key) =>
        await transaction.ScalarAsync<string>("SELECT number FROM complaint WHERE request_key = @key", new { key }) is { } number ? new CaseAnswer(Refusal.None, number, Repeated: true) : null;

    private static string ActionOf(CaseAct act) => act switch
    {
        CaseAct.Take => "case.take",
        CaseAct.Ask => "case.ask",
        CaseAct.Answer => "case.answer",
        _ => "case.close",
    };

    internal static Task<long?> PharmacyAsync(WriteTransaction transaction, string code) =>
        transaction.ScalarAsync<long?>("SELECT id FROM pharmacy WHERE code = @code", new { code = code.Trim().ToUpperInvariant().Replace("\0", "", StringComparison.Ordinal) });

    internal static string KeyOf(StaffMember staff, string requestId) => FormattableString.Invariant($"staff:{staff.Id}:{requestId}");

    private static string? TextOf(NewCase typed) => CaseRules.Kinds.Contains(typed.Kind) ? WrittenText.Of(typed.Text, CaseRules.LongestText).Text : null;

    /// <summary>What is written down of a case that is opened.</summary>
    private sealed record Opened(string Key, string Actor, string Text, NewCase Typed)
    {
        public long? Account { get; init; }
        public long? Booking { get; init; }
        public long? Pharmacy { get; init; }
        public string Caller { get; init; } = "";

        public override string ToString() => nameof(Opened);
    }

    private sealed class Target
    {
        public long Id { get; init; }
        public long PharmacyId { get; init; }
    }

    private sealed class Kept
    {
        public long Id { get; init; }
        public CaseStatus Status { get; init; }
        public long? AccountId { get; init; }
        public long? PharmacyId { get; init; }
    }

    private sealed class Done
    {
        public long ComplaintId { get; init; }
        public CaseAct Act { get; init; }
    }
}
