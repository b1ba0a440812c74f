using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>The app's clock, shifted from the machine's and running on at normal speed. Timers and stopwatches stay real.</summary>
/// <remarks>The owner of a world keeps the shift in its data folder, so that it goes on where it was; a joined node is told it.</remarks>
public sealed class SandboxClock : TimeProvider
{
    private readonly string? file;
    private volatile WorldTime time;

    /// <summary>Goes on as <paramref name="file"/> says; without a file, or with <paramref name="start"/>, the clock is put there.</summary>
    public SandboxClock(string file, DateTimeOffset? start, DateTimeOffset first)
    {
        this.file = file;
        var known = start is null ? Load(file) : null;
        var offset = known ?? (start ?? first) - System.GetUtcNow();
        time = new WorldTime(Guid.NewGuid().ToString("N"), 1, offset.Ticks);
        if (known is null) Save();
    }

    /// <summary>A joined node's clock, which shows what the world's owner says and is kept nowhere.</summary>
    public SandboxClock(WorldTime time) => this.time = time;

    /// <summary>What the clock shows, for other processes on this machine.</summary>
    public WorldTime Time => time;

    public override DateTimeOffset GetUtcNow() =>
        time is var now && now.Frozen is { } instant ? instant : System.GetUtcNow() + TimeSpan.FromTicks(now.OffsetTicks);

    /// <summary>Puts the clock to an instant, from which it runs on.</summary>
    public void Set(DateTimeOffset instant) => Put(instant, null);

    /// <summary>Puts the clock to an instant and stops it there, so that what is due then sees that time however long it takes.</summary>
    public void Freeze(DateTimeOffset instant) => Put(instant, instant.ToUniversalTime());

    /// <summary>Lets a stopped clock run on from where it stands.</summary>
    public void Release()
    {
        if (time.Frozen is { } instant) Set(instant);
    }

    /// <summary>Takes over what the world's owner says. Says no when that is older than what is known, or the same.</summary>
    public bool Follow(WorldTime told)
    {
        var known = time;
        if (told == known || (told.Epoch == known.Epoch && told.Version < known.Version)) return false;
        time = told;
        return true;
    }

    /// <summary>Lets a followed clock run on while its owner is gone: just there will the owner's own clock be when it is started again.</summary>
    public bool RunOnAlone()
    {
        if (time.Frozen is null) return false;
        time = time with { Frozen = null };
        return true;
    }

    private static TimeSpan? Load(string file)
    {
        if (!File.Exists(file)) return null;
        try
        {
            using var stream = File.OpenRead(file);
            if (JsonSerializer.Deserialize<Stored>(stream) is { OffsetTicks: { } ticks } && SandboxTime.IsInReach(System.GetUtcNow(), TimeSpan.FromTicks(ticks))) return TimeSpan.FromTicks(ticks);
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new StartFaultException($"{file} is damaged: delete it and the clock starts at the city's time, or say with --clock where it stands.");
    }

    private void Put(DateTimeOffset instant, DateTimeOffset? frozen)
    {
        time = new WorldTime(time.Epoch, time.Version + 1, (instant - System.GetUtcNow()).Ticks, frozen);
        Save();
    }

    // Written beside and renamed: whoever is killed in between leaves the old file or the new one.
    private void Save()
    {
        if (file is null) return;
        var next = file + ".new";
        using (var stream = new FileStream(next, PrivateFiles.OptionsFor(FileMode.Create))) JsonSerializer.Serialize(stream, new Stored(time.OffsetTicks));
        File.Move(next, file, overwrite: true);
    }

    private sealed record Stored(long? OffsetTicks);
}
