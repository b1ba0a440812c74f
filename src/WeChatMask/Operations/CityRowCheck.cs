using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;

namespace WeChatMask.Operations;

/// <summary>Holds rows that belong to no round against the log: rules with their documents, places that went from round to round, keys.</summary>
internal sealed class CityRowCheck(LogCheckQueries queries, LogFindings findings, LoggedDetails details)
{
    public async Task RunAsync(DateOnly from)
    {
        await ComparePoliciesAsync();
        await CompareDocumentsAsync();
        await CompareCarriedAsync(from);
        await CompareKeysAsync();
        foreach (var (table, booking) in await queries.OrphansAsync()) findings.Add(table, FormattableString.Invariant($"booking {booking}"), "booking_id", booking, "nothing of it");
    }

    private async Task ComparePoliciesAsync()
    {
        // Two nodes may have told of two versions in another order than their rows are in.
        var told = details.Policies.ToList();
        List<(long Id, string From, Hash Document)> others = [];
        await foreach (var row in queries.PoliciesAsync())
        {
            var document = LogDocumentStore.HashOf(row.Document);
            var line = told.FindIndex(p => p.From.Column() == row.EffectiveFrom && p.Document == document);
            if (line >= 0) told.RemoveAt(line);
            else others.Add((row.Id, row.EffectiveFrom, document));
        }

        foreach (var (id, day, document) in others)
        {
            var key = FormattableString.Invariant($"{id}");
            var (sameDay, sameDocument) = (told.FindIndex(p => p.From.Column() == day), told.FindIndex(p => p.Document == document));
            if (sameDocument >= 0) findings.Add("policy", key, "effective_from", day, told[sameDocument].From);
            else if (sameDay >= 0) findings.Add("policy", key, "document", document, told[sameDay].Document);
            else findings.Add("policy", key, LogFinding.WholeRow, "there", "nothing of it");
            var line = sameDocument >= 0 ? sameDocument : sameDay;
            if (line >= 0) told.RemoveAt(line);
        }

        foreach (var (day, document) in told) findings.Add("policy", day.Column(), LogFinding.WholeRow, "missing", $"document {document}");
    }

    private async Task CompareDocumentsAsync()
    {
        var named = details.Policies.Select(p => p.Document.ToString()).ToHashSet(StringComparer.Ordinal);
        await foreach (var (hash, body) in queries.DocumentsAsync())
        {
            findings.Hold("log_document", hash, "body", LogDocumentStore.HashOf(body).ToString(), hash);
            named.Remove(hash);
        }

        foreach (var hash in named) findings.Add("log_document", hash, LogFinding.WholeRow, "missing", "that it holds");
    }

    private async Task CompareCarriedAsync(DateOnly from)
    {
        var told = details.Carried.Where(c => c.Key.To >= from && c.Value != default).ToDictionary(c => (c.Key.From.Column(), c.Key.To.Column(), c.Key.Code), c => c.Value);
        foreach (var row in await queries.CarriedAsync(from))
        {
            var key = $"{row.FromRound} {row.ToRound} {row.Code}";
            told.Remove((row.FromRound, row.ToRound, row.Code), out var places);
            findings.Hold("carry_over", key, "left_over", row.LeftOver, places.Left);
            findings.Hold("carry_over", key, "lapsed", row.Lapsed, places.Lapsed);
            findings.Hold("carry_over", key, "cancelled", row.Cancelled, places.Cancelled);
            findings.Hold("carry_over", key, "difference + converted", row.Difference, places.Difference);
        }

        foreach (var ((round, to, code), places) in told) findings.Add("carry_over", $"{round} {to} {code}", LogFinding.WholeRow, "missing", places);
    }

    private async Task CompareKeysAsync()
    {
        var told = details.Keys.ToDictionary();
        foreach (var row in await queries.KeysAsync())
        {
            var isTold = told.Remove(row.Id, out var hash);
            findings.Hold("log_key", row.Id, "ended_at", row.EndedAt is not null, !isTold);
            if (isTold && hash is { } publicKey) findings.Hold("log_key", row.Id, "public_key", row.Of("log")?.PublicKeyHash, publicKey);
            else if (row.Of("log") is null) findings.Add("log_key", row.Id, "public_key", row.PublicKey, $"a key of {row.Id}");
        }

        foreach (var id in told.Keys) findings.Add("log_key", id, LogFinding.WholeRow, "missing", "that it signs");
    }
}
