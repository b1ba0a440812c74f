using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Residents;

/// <summary>What an account calls the persons it looks after. For its own eyes: no list, message to others or counter has it.</summary>
public sealed class FamilyStore(Database database, PersonalData personal)
{
    /// <summary>Characters as a reader counts them.</summary>
    public const int LongestCalled = 8;

    private const int EndingLength = 4;

    /// <summary>The persons of an account, in the order they were added.</summary>
    public async Task<IReadOnlyList<FamilyMember>> OfAsync(long accountId, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<Row>(
            "SELECT id, name, id_number, called FROM resident WHERE account_id = @accountId AND removed_at IS NULL ORDER BY id", new { accountId }, cancellationToken);
        return [.. rows.Select(r => Member(r, personal.Decrypt(r.IdNumber)))];
    }

    /// <summary>Gives a person such a name, or with a blank text takes it away. False when the text can be none; a person who is not the account's changes nothing.</summary>
    public async Task<bool> CallAsync(long accountId, long residentId, string? typed, CancellationToken cancellationToken)
    {
        if (!MayCall(typed)) return false;
        var called = PersonName.TryParse(typed);
        var args = new { called = called is null ? null : personal.Encrypt(called.Value), residentId, accountId };
        await database.WriteAsync(
            transaction => transaction.ExecuteAsync("UPDATE resident SET called = @called WHERE id = @residentId AND account_id = @accountId AND removed_at IS NULL", args),
            cancellationToken);
        return true;
    }

    /// <summary>Whether a text can be such a name: a short one of letters, or none at all.</summary>
    public static bool MayCall(string? typed) =>
        string.IsNullOrWhiteSpace(typed) || (PersonName.TryParse(typed) is { } name && StringInfo.ParseCombiningCharacters(name.Value).Length <= LongestCalled);

    private FamilyMember Member(Row row, string number) => new(
        row.Id, personal.Decrypt(row.Name), row.Called is null ? null : personal.Decrypt(row.Called),
        number.Length > EndingLength ? number[^EndingLength..] : number);

    private sealed class Row
    {
        public long Id { get; init; }
        public string Name { get; init; } = "";
        public string IdNumber { get; init; } = "";
        public string? Called { get; init; }
    }
}

/// <summary>A person as the own account tells them apart: in full, by a name that it gave if any, and by the end of the identity number.</summary>
public sealed record FamilyMember(long Id, string Name, string? Called, string Ending)
{
    public override string ToString() => nameof(FamilyMember);
}
