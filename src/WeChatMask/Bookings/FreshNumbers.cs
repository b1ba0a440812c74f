using System.Security.Cryptography;
using WeChatMask.Domain;

namespace WeChatMask.Bookings;

/// <summary>
/// Random booking numbers that no booking has. With ten million bookings one candidate in a thousand is taken, so they are
/// looked up, and ahead: the next ones while a batch is being written. A number that another node gives out in between is
/// refused by the unique key, and the batch is decided anew with others.
/// </summary>
internal sealed class FreshNumbers(BookingQueries queries, int ahead)
{
    private readonly Queue<string> ready = new();
    private Task<List<string>>? next;

    /// <summary>Makes sure that a number of <see cref="Take"/> calls find one, and begins to look up those after them.</summary>
    public async Task PrepareAsync(int count, CancellationToken cancellationToken)
    {
        while (ready.Count < count)
        {
            var found = next ?? LookUpAsync(cancellationToken);
            next = null;
            foreach (var number in await found) ready.Enqueue(number);
        }

        if (ready.Count < count + ahead) next ??= LookUpAsync(cancellationToken);
    }

    public string Take() => ready.Dequeue();

    private async Task<List<string>> LookUpAsync(CancellationToken cancellationToken)
    {
        var candidates = new HashSet<string>(StringComparer.Ordinal);
        while (candidates.Count < ahead) candidates.Add(Draw());
        candidates.ExceptWith(await queries.TakenNumbersAsync([.. candidates], cancellationToken));
        return [.. candidates];
    }

    /// <summary>A random number that some row may already have.</summary>
    internal static string Draw()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        var span = (ulong)(BookingNumber.PayloadMax - BookingNumber.PayloadMin + 1);
        // 64 random bits over 8·10^9 numbers: the bias of the remainder is below one in a billion.
        return BookingNumber.FromPayload(BookingNumber.PayloadMin + (long)(BitConverter.ToUInt64(bytes) % span)).Value;
    }
}
