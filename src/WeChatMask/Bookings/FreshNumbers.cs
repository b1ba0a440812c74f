using System.Security.Cryptography;
using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Bookings;

/// <summary>
/// Random booking numbers that no booking has. With ten million bookings one candidate in a thousand is taken, so they are
/// looked up. A number that another node gives out in between is refused by the unique key, and the batch is decided anew with others.
/// </summary>
internal sealed class FreshNumbers
{
    // What attempts that are refused do not use is for the next batch.
    private readonly Queue<string> ready = new();

    /// <summary>Makes sure that a number of <see cref="Take"/> calls find one.</summary>
    public async Task PrepareAsync(WriteTransaction transaction, int count)
    {
        while (ready.Count < count)
        {
            var candidates = new HashSet<string>(count, StringComparer.Ordinal);
            while (candidates.Count < count - ready.Count) candidates.Add(Draw());
            candidates.ExceptWith(await BookingStore.TakenNumbersAsync(transaction, candidates));
            foreach (var number in candidates) ready.Enqueue(number);
        }
    }

    public string Take() => ready.Dequeue();

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
