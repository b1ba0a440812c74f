using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Stock;

namespace WeChatMask.Levers;

/// <summary>Moves what is to be collected at one pharmacy on a round's pickup day to the next day, as a shortage would.</summary>
public sealed class MoveLeverStore(RoundQueries rounds, MovedPickupStore moved) : ILeverWork
{
    public LeverKind Kind => LeverKind.Move;

    public async Task<int> DoAsync(WriteTransaction transaction, Lever lever, long pharmacy)
    {
        if (await rounds.FindAsync(transaction.Connection, transaction.Transaction, lever.RoundDate) is not { } round) return 0;
        await moved.LockAsync(transaction, pharmacy, round.PickupDate, round.PickupDate);
        var waiting = await MovedPickupStore.WaitingAsync(transaction, lever.RoundDate, pharmacy);
        await moved.MoveAsync(transaction, pharmacy, round.PickupDate, waiting);
        return waiting.Count;
    }
}
