using System.Text;
using WeChatMask.Data;

namespace WeChatMask.Residents;

/// <summary>What persons are hashed with. Those who were registered before the public log was there get their commitments once, in portions.</summary>
public sealed class ProofStore(Database database, PersonalData personal)
{
    private const int Portion = 500;

    // So that a city of a million does not look through all of them at each start.
    private const string Done = "resident.proofs";

    /// <summary>Goes on where an earlier start was stopped. Gives how many persons got one.</summary>
    public async Task<int> FillAsync(CancellationToken cancellationToken)
    {
        if (await database.ScalarAsync<long>("SELECT COUNT(*) FROM setting WHERE name = @Done", new { Done }, cancellationToken) > 0) return 0;
        var (filled, last) = (0, 0L);
        while (await WithoutAsync(last, cancellationToken) is { Count: > 0 } portion)
        {
            last = portion[^1].Id;
            var rows = portion.Select(p => (Person: p, Proof: ProofOf(p))).Where(p => p.Proof is not null)
                .Select(p => new { p.Person.Id, p.Person.Name, p.Proof!.Salt, p.Proof.Commitment }).ToList();
            filled += await database.WriteAsync(
                // Who has come back meanwhile has a name that was encrypted anew, and a commitment.
                t => t.ExecuteManyAsync("UPDATE resident SET proof_salt = @Salt, proof = @Commitment WHERE id = @Id AND name = @Name AND proof IS NULL", rows), cancellationToken);
        }

        await database.WriteAsync(
            t => t.ExecuteAsync(
                "INSERT INTO setting (name, value) SELECT @Done, '1' FROM board_version WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM setting WHERE name = @Done)", new { Done }),
            cancellationToken);
        return filled;
    }

    /// <summary>The salt with which a person was hashed; null where there is none any more.</summary>
    public async Task<byte[]?> SaltAsync(long resident, CancellationToken cancellationToken) =>
        await database.ScalarAsync<string?>("SELECT proof_salt FROM resident WHERE id = @resident", new { resident }, cancellationToken) is { Length: > 0 } salt
            ? Convert.FromBase64String(personal.Decrypt(salt))
            : null;

    private Task<List<Person>> WithoutAsync(long last, CancellationToken cancellationToken) => database.QueryAsync<Person>(
        "SELECT id, name, id_number FROM resident WHERE id > @last AND proof IS NULL AND id_number <> '' ORDER BY id LIMIT @Portion", new { last, Portion }, cancellationToken);

    private PersonProof? ProofOf(Person person)
    {
        var (name, number) = (personal.DecryptOrNothing(person.Name), personal.DecryptOrNothing(person.IdNumber));
        return name.Length == 0 || number.Length == 0 ? null : PersonProof.New(personal, number, name.Normalize(NormalizationForm.FormC));
    }

    private sealed class Person
    {
        public long Id { get; init; }
        public string Name { get; init; } = "";
        public string IdNumber { get; init; } = "";
    }
}
