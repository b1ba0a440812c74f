using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Levers;

namespace WeChatMask.Tests.Levers;

/// <summary>Dies at one of its pharmacies, counted from 1, before that one is written.</summary>
internal sealed class DyingLeverWork(ILeverWork inner, CancellationTokenSource death, int at) : ILeverWork
{
    private int left = at;

    public LeverKind Kind => inner.Kind;

    public async Task<int> DoAsync(WriteTransaction transaction, Lever lever, long pharmacy)
    {
        var done = await inner.DoAsync(transaction, lever, pharmacy);
        if (--left > 0) return done;
        await death.CancelAsync();
        death.Token.ThrowIfCancellationRequested();
        return done;
    }
}
