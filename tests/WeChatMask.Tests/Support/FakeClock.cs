namespace WeChatMask.Tests.Support;

/// <summary>A clock that stands where a test puts it; any thread may read or move it.</summary>
public sealed class FakeClock(DateTimeOffset now) : TimeProvider
{
    private long ticks = now.UtcTicks;

    public DateTimeOffset Now
    {
        get => new(Volatile.Read(ref ticks), TimeSpan.Zero);
        set => Volatile.Write(ref ticks, value.UtcTicks);
    }

    public override DateTimeOffset GetUtcNow() => Now;
}
