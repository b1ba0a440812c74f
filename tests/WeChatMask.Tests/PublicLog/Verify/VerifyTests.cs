using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

/// <summary>Whoever changes a row behind the program's back is found, and the row and the column are named.</summary>
public sealed class VerifyTests(LoggedDay day) : IClassFixture<LoggedDay>
{
    // A booking at LD01, by its serial.
    private const string One = "round_date = '2020-02-10' AND pharmacy_id = (SELECT id FROM pharmacy WHERE code = 'LD01') AND serial = ";
    private const string Id = "(SELECT id FROM booking WHERE " + One;
    private const string Ld01 = "pharmacy_id = (SELECT id FROM pharmacy WHERE code = 'LD01')";
    private const string Ld03 = "(SELECT id FROM pharmacy WHERE code = 'LD03')";
    private const string First = "2020-02-10";

    [Fact]
    public async Task Nothing_is_found_where_nothing_was_changed()
    {
        await using var copy = day.Copy();

        var result = await copy.CheckAsync();

        Assert.Equal([], result.Findings.Select(f => f.Sentence));
        Assert.True(result.Size > 300);
        Assert.True(result.WithKeys);
        Assert.Empty(result.WrongRows);
    }

    [Theory]
    [InlineData("round_date", "2020-02-10 LD01 6", "UPDATE booking SET round_date = '2020-02-11' WHERE " + One + "6")]
    [InlineData("round_date", "2020-02-10 LD01 3", "UPDATE booking SET round_date = '2020-01-01' WHERE " + One + "3")]
    [InlineData("pharmacy_id", "2020-02-10 LD01 3", "UPDATE booking SET pharmacy_id = " + Ld03 + " WHERE " + One + "3")]
    [InlineData("window_index", "2020-02-10 LD01 3", "UPDATE booking SET window_index = 2 WHERE " + One + "3")]
    [InlineData("serial", "2020-02-10 LD01 3", "UPDATE booking SET serial = 99 WHERE " + One + "3")]
    [InlineData("created_at", "2020-02-10 LD01 3", "UPDATE booking SET created_at = created_at - 1000 WHERE " + One + "3")]
    [InlineData("status", "2020-02-10 LD01 3", "UPDATE booking SET status = 1 WHERE " + One + "3")]
    [InlineData("status", "2020-02-10 LD01 3", "UPDATE booking SET status = 7 WHERE " + One + "3")]
    [InlineData("status", "2020-02-10 LD01 1", "UPDATE booking SET status = 0 WHERE " + One + "1")]
    [InlineData("status", "2020-02-10 LD01 4", "UPDATE booking SET status = 2 WHERE " + One + "4")]
    [InlineData("status", "2020-02-10 LD01 6", "UPDATE booking SET status = 0 WHERE " + One + "6")]
    [InlineData("cancelled_late", "2020-02-10 LD01 5", "UPDATE booking SET cancelled_late = 0 WHERE " + One + "5")]
    [InlineData("cancelled_late", "2020-02-10 LD01 6", "UPDATE booking SET cancelled_late = 1 WHERE " + One + "6")]
    [InlineData("log_batch", "2020-02-10 LD01 3", "UPDATE booking SET log_batch = log_batch + 1 WHERE " + One + "3")]
    [InlineData("log_batch", "2020-02-10 LD01 3", "UPDATE booking SET log_batch = NULL WHERE " + One + "3")]
    [InlineData("resident_id or number", "2020-02-10 LD01 3", "UPDATE booking SET resident_id = (SELECT resident_id FROM booking b WHERE b." + One + "1) WHERE " + One + "3")]
    [InlineData("resident_id or number", "2020-02-10 LD01 3", "UPDATE booking SET resident_id = 1 WHERE " + One + "3")]
    [InlineData("resident_id or number", "2020-02-10 LD01 3", "UPDATE booking SET number = 'X' WHERE " + One + "3")]
    [InlineData("resident_id or number", "2020-02-10 LD01 3", "UPDATE resident SET proof = (SELECT r.proof FROM resident r WHERE r.id <> resident.id LIMIT 1) WHERE id = (SELECT resident_id FROM booking WHERE " + One + "3)")]
    [InlineData("serial", "2020-02-10 LD01 3", "UPDATE booking SET serial = 99 WHERE " + One + "3; UPDATE booking SET serial = 3 WHERE " + One + "1; UPDATE booking SET serial = 1 WHERE " + One + "99")]
    [InlineData("serial", "2020-02-10 LD01 1", "UPDATE booking SET serial = 99 WHERE " + One + "3; UPDATE booking SET serial = 3 WHERE " + One + "1; UPDATE booking SET serial = 1 WHERE " + One + "99")]
    [InlineData("row", "2020-02-10 LD01 3", "DELETE FROM booking WHERE " + One + "3")]
    [InlineData("row", "2020-02-10 LD01 50", """
        INSERT INTO booking (id, number, request_id, round_date, pharmacy_id, window_index, serial, account_id, resident_id, policy_id, units, unit_price_fen, status, cancelled_late, created_at, log_batch)
        SELECT 1, 'N', 'r', round_date, pharmacy_id, window_index, 50, account_id, resident_id, policy_id, units, unit_price_fen, status, cancelled_late, created_at, log_batch FROM booking WHERE
        """ + " " + One + "3")]
    public Task A_booking_that_was_changed_is_found(string column, string key, string sql) => FindsAsync("booking", key, column, sql, wrongRows: true);

    [Theory]
    [InlineData("name", "2020-02-10 LD01 3", "UPDATE published_entry SET name = 'x' WHERE " + One + "3")]
    [InlineData("id_number", "2020-02-10 LD01 3", "UPDATE published_entry SET id_number = 'x\ty' WHERE " + One + "3")]
    [InlineData("slot_starts_at", "2020-02-10 LD01 3", "UPDATE published_entry SET slot_starts_at = slot_starts_at - 1000 WHERE " + One + "3")]
    [InlineData("slot_ends_at", "2020-02-10 LD01 3", "UPDATE published_entry SET slot_ends_at = NULL WHERE " + One + "3")]
    [InlineData("row", "2020-02-10 LD01 60", "UPDATE published_entry SET serial = 60 WHERE " + One + "3")]
    [InlineData("row", "2020-02-10 LD03 3", "UPDATE published_entry SET pharmacy_id = " + Ld03 + " WHERE " + One + "3")]
    [InlineData("serial", "2020-02-10 LD01", "DELETE FROM published_entry WHERE " + One + "6")]
    [InlineData("root", "2020-02-10 LD01", "UPDATE published_entry SET slot_starts_at = 1000 WHERE " + One + "4")]
    public Task A_list_that_was_changed_is_found(string column, string key, string sql) => FindsAsync("published_entry", key, column, sql);

    [Theory]
    [InlineData("planned + moved_in - moved_out", "2020-02-10 LD01 1", "UPDATE quota SET planned = planned + 1 WHERE round_date = '2020-02-10' AND " + Ld01)]
    [InlineData("planned + moved_in - moved_out", "2020-02-10 LD01 1", "UPDATE quota SET moved_in = 1 WHERE round_date = '2020-02-10' AND " + Ld01)]
    [InlineData("planned + moved_in - moved_out", "2020-02-10 LD01 1", "UPDATE quota SET moved_out = 1 WHERE round_date = '2020-02-10' AND " + Ld01)]
    [InlineData("carried_in", "2020-02-11 LD01 1", "UPDATE quota SET carried_in = carried_in + 1 WHERE round_date = '2020-02-11' AND " + Ld01)]
    [InlineData("row", "2020-02-10 LD01 1", "UPDATE quota SET window_index = 2 WHERE round_date = '2020-02-10' AND " + Ld01)]
    [InlineData("row", "2020-02-10 LD01 1", "DELETE FROM quota WHERE round_date = '2020-02-10' AND " + Ld01)]
    public Task Places_that_were_changed_are_found(string column, string key, string sql) => FindsAsync("quota", key, column, sql);

    [Theory]
    [InlineData("left_over", "UPDATE carry_over SET left_over = left_over + 1 WHERE from_round = '2020-02-10' AND cause = 'end-of-pickup' AND " + Ld01)]
    [InlineData("lapsed", "UPDATE carry_over SET lapsed = lapsed + 1 WHERE from_round = '2020-02-10' AND cause = 'end-of-pickup' AND " + Ld01)]
    [InlineData("cancelled", "UPDATE carry_over SET cancelled = cancelled - 1 WHERE from_round = '2020-02-10' AND cause = 'end-of-pickup' AND " + Ld01)]
    [InlineData("difference + converted", "UPDATE carry_over SET difference = difference + 1 WHERE from_round = '2020-02-10' AND cause = 'end-of-pickup' AND " + Ld01)]
    [InlineData("difference + converted", "UPDATE carry_over SET converted = converted + 1 WHERE from_round = '2020-02-10' AND cause = 'end-of-pickup' AND " + Ld01)]
    [InlineData("left_over", "UPDATE carry_over SET cause = 'x', pharmacy_id = " + Ld03 + " WHERE from_round = '2020-02-10' AND cause = 'end-of-pickup' AND " + Ld01)]
    [InlineData("left_over", "UPDATE carry_over SET from_round = '2020-02-09' WHERE from_round = '2020-02-10' AND cause = 'end-of-pickup' AND " + Ld01)]
    [InlineData("left_over", "UPDATE carry_over SET to_round = '2020-02-12' WHERE from_round = '2020-02-10' AND cause = 'end-of-pickup' AND " + Ld01)]
    public Task A_posting_that_was_changed_is_found(string column, string sql) => FindsAsync("carry_over", "2020-02-10 2020-02-11 LD01", column, sql);

    [Theory]
    [InlineData("units", "2020-02-10 LD01 2", "UPDATE redemption SET units = 5 WHERE booking_id = " + Id + "2)")]
    [InlineData("units", "2020-02-10 LD02 1", "UPDATE redemption SET units = 4 WHERE booking_id = (SELECT id FROM booking WHERE round_date = '2020-02-10' AND pharmacy_id = (SELECT id FROM pharmacy WHERE code = 'LD02') AND serial = 1)")]
    [InlineData("voided_at", "2020-02-10 LD01 1", "UPDATE redemption SET voided_at = NULL WHERE voided_at IS NOT NULL AND booking_id = " + Id + "1)")]
    [InlineData("voided_at", "2020-02-10 LD01 2", "UPDATE redemption SET voided_at = 1 WHERE booking_id = " + Id + "2)")]
    [InlineData("round_date", "2020-02-10 LD01 2", "UPDATE redemption SET round_date = '2020-02-11' WHERE booking_id = " + Id + "2)")]
    [InlineData("pharmacy_id", "2020-02-10 LD01 2", "UPDATE redemption SET pharmacy_id = " + Ld03 + " WHERE booking_id = " + Id + "2)")]
    [InlineData("row", "2020-02-10 LD01 3", "UPDATE redemption SET booking_id = " + Id + "3) WHERE booking_id = " + Id + "2)")]
    [InlineData("row", "2020-02-10 LD01 2", "DELETE FROM redemption WHERE booking_id = " + Id + "2)")]
    [InlineData("booking_id", "booking 1", "UPDATE redemption SET booking_id = 1 WHERE booking_id = " + Id + "2)")]
    public Task A_hand_over_that_was_changed_is_found(string column, string key, string sql) => FindsAsync("redemption", key, column, sql);

    [Theory]
    [InlineData("pickup_date", "2020-02-10 LD01 4", "UPDATE moved_pickup SET pickup_date = '2020-02-13'")]
    [InlineData("pickup_date", "2020-02-10 LD01 4", "UPDATE moved_pickup SET pickup_date = 'x'")]
    [InlineData("round_date", "2020-02-10 LD01 4", "UPDATE moved_pickup SET round_date = '2020-02-11'")]
    [InlineData("pharmacy_id", "2020-02-10 LD01 4", "UPDATE moved_pickup SET pharmacy_id = " + Ld03)]
    [InlineData("row", "2020-02-10 LD01 3", "UPDATE moved_pickup SET booking_id = " + Id + "3)")]
    [InlineData("row", "2020-02-10 LD01 4", "DELETE FROM moved_pickup")]
    [InlineData("booking_id", "booking 1", "UPDATE moved_pickup SET booking_id = 1")]
    public Task A_moved_pickup_that_was_changed_is_found(string column, string key, string sql) => FindsAsync("moved_pickup", key, column, sql);

    [Theory]
    [InlineData("policy", "document", null, "UPDATE policy SET document = document || ' '")]
    [InlineData("policy", "effective_from", null, "UPDATE policy SET effective_from = '2020-02-02'")]
    [InlineData("policy", "row", "2020-02-01", "DELETE FROM policy")]
    [InlineData("log_document", "body", null, "UPDATE log_document SET body = body || ' '")]
    [InlineData("log_document", "row", null, "DELETE FROM log_document")]
    [InlineData("round_window", "opens_at", "2020-02-10 1", "UPDATE round_window SET opens_at = opens_at + 1000 WHERE round_date = '2020-02-10'")]
    [InlineData("round_window", "closes_at", "2020-02-10 1", "UPDATE round_window SET closes_at = closes_at + 1000 WHERE round_date = '2020-02-10'")]
    [InlineData("round_window", "row", "2020-02-10 1", "UPDATE round_window SET window_index = 2 WHERE round_date = '2020-02-10'")]
    [InlineData("round", "pickup_date", First, "UPDATE round SET pickup_date = '2020-02-12' WHERE date = '2020-02-10'")]
    [InlineData("round", "units_per_booking", First, "UPDATE round SET units_per_booking = 6 WHERE date = '2020-02-10'")]
    [InlineData("round", "policy_id", First, "UPDATE round SET policy_id = 1 WHERE date = '2020-02-10'")]
    [InlineData("round", "closed_at", First, "UPDATE round SET closed_at = NULL WHERE date = '2020-02-10'")]
    [InlineData("round", "published_at", First, "UPDATE round SET published_at = NULL WHERE date = '2020-02-10'")]
    [InlineData("round", "annulled_at", "2020-02-12", "UPDATE round SET annulled_at = 1 WHERE date = '2020-02-12'")]
    [InlineData("round", "ended_at", First, "UPDATE round SET ended_at = NULL WHERE date = '2020-02-10'")]
    [InlineData("round", "row", First, "DELETE FROM round WHERE date = '2020-02-10'")]
    [InlineData("round_key", "key_hash", First, "UPDATE round_key SET key_hash = 'x' WHERE round_date = '2020-02-10'")]
    [InlineData("round_key", "sealed", First, "UPDATE round_key SET sealed = 'x' WHERE round_date = '2020-02-10'")]
    [InlineData("round_key", "sealed", First, "UPDATE round_key SET sealed = (SELECT k.sealed FROM round_key k WHERE k.round_date = '2020-02-11') WHERE round_date = '2020-02-10'")]
    [InlineData("log_key", "ended_at", null, "UPDATE log_key SET ended_at = 1")]
    [InlineData("log_key", "public_key", null, "UPDATE log_key SET public_key = 'x'")]
    [InlineData("log_pending", "entry", "7", "INSERT INTO log_pending (id, entry) VALUES (7, 'Book of lies')")]
    public Task Whatever_else_was_changed_is_found(string table, string column, string? key, string sql) => FindsAsync(table, key, column, sql);

    [Fact]
    public async Task What_waits_to_be_told_counts_as_told()
    {
        await using var copy = day.Copy();
        await copy.ChangeAsync($"UPDATE booking SET status = 2 WHERE {One}4; INSERT INTO log_pending (id, entry) VALUES (7, 'lapse 2020-02-10 LD01 4')");

        Assert.Empty((await copy.CheckAsync()).Findings);
    }

    [Fact]
    public async Task Of_one_round_only_its_own_rows_are_looked_at()
    {
        await using var copy = day.Copy();
        await copy.ChangeAsync($"UPDATE booking SET created_at = 1 WHERE {One}3");

        Assert.Empty((await copy.CheckAsync(new LogCheckScope(new DateOnly(2020, 2, 11)))).Findings);
        var own = await copy.CheckAsync(new LogCheckScope(new DateOnly(2020, 2, 10)));
        Assert.Equal((1, 1), (own.Count, own.WrongRows[new DateOnly(2020, 2, 10)]));
        Assert.Equal("booking 2020-02-10 LD01 3: created_at is second 0; the log says second 1581332400.", own.Findings[0].Sentence);
    }

    [Fact]
    public async Task Without_the_citys_keys_everything_but_persons_and_lists_is_held_against_the_log()
    {
        await using var copy = day.Copy();
        await copy.ChangeAsync($"UPDATE booking SET resident_id = 1 WHERE {One}3; UPDATE booking SET created_at = 1 WHERE {One}2");

        Assert.Equal(["booking 2020-02-10 LD01 2: created_at is second 0; the log says second 1581332400."], await CityLog.DifferencesAsync(copy.Database));
    }

    private async Task FindsAsync(string table, string? key, string column, string sql, bool wrongRows = false)
    {
        await using var copy = day.Copy();
        await copy.ChangeAsync(sql);

        var result = await copy.CheckAsync();

        Assert.True(
            result.Findings.Any(f => f.Table == table && f.Column == column && (key is null || f.Key == key)),
            $"{table} {key} {column} is not among: {string.Join(" / ", result.Findings.Take(10).Select(f => f.Sentence))}");
        // One change is not told a hundred times.
        Assert.InRange(result.Count, 1, 14);
        if (wrongRows) Assert.Contains(new DateOnly(2020, 2, 10), result.WrongRows.Keys);
    }
}
