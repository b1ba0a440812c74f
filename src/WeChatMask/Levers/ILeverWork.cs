using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Levers;

/// <summary>What follows a lever at one pharmacy of its round.</summary>
public interface ILeverWork
{
    LeverKind Kind { get; }

    /// <summary>
    /// Locks what it changes, the pharmacy's parts first, looks again, and does it. It runs in a transaction of its own that also
    /// writes that the pharmacy is done, so it is done once. Returns how many bookings it changed.
    /// </summary>
    Task<int> DoAsync(WriteTransaction transaction, Lever lever, long pharmacy);
}
