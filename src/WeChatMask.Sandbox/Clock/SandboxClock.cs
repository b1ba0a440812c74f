using System.Text.Json;

namespace WeChatMask.Sandbox;

/// <summary>The app's clock, shifted from the machine's and running on at normal speed. Timers and stopwatches stay real.</summary>
/// <remarks>The shift lies in the data folder, so that a sandbox started again goes on where it was.</remarks>
public sealed class SandboxClock : TimeProvider
{
    private readonly string file;
    private volatile State state;

    /// <summary>Goes on as <paramref name="file"/> says; without a file, or with <paramref name="start"/>, the clock is put there.</summary>
    public SandboxClock(string file, DateTimeOffset? start, DateTimeOffset first)
    {
        this.file = file;
        var known = start is null ? Load(file) : null;
        state = known is { } offset ? new State(offset, null) : new State((start ?? first) - System.GetUtcNow(), null);
        if (known is null) Save();
    }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => state is { Frozen: { } instant } ? instant : System.GetUtcNow() + state.Offset;

    /// <summary>Puts the clock to an instant, from which it runs on.</summary>
    public void Set(DateTimeOffset instant)
    {
        state = new State(instant - System.GetUtcNow(), null);
        Save();
    }

    /// <summary>Puts the clock to an instant and stops it there, so that what is due then sees that time however long it takes.</summary>
    public void Freeze(DateTimeOffset instant)
    {
        state = new State(instant - System.GetUtcNow(), instant.ToUniversalTime());
        Save();
    }

    /// <summary>Lets a stopped clock run on from where it stands.</summary>
    public void Release()
    {
        if (state.Frozen is { } instant) Set(instant);
    }

    private static TimeSpan? Load(string file)
    {
        if (!File.Exists(file)) return null;
        using var stream = File.OpenRead(file);
        return TimeSpan.FromTicks(JsonSerializer.Deserialize<Stored>(stream)?.OffsetTicks ?? throw new JsonException($"{file} is empty."));
    }

    // Written beside and renamed: whoever is killed in between leaves the old file or the new one.
    private void Save()
    {
        var next = file + ".new";
        File.WriteAllText(next, JsonSerializer.Serialize(new Stored(state.Offset.Ticks)));
        File.Move(next, file, overwrite: true);
    }

    private sealed record State(TimeSpan Offset, DateTimeOffset? Frozen);

    private sealed record Stored(long OffsetTicks);
}
