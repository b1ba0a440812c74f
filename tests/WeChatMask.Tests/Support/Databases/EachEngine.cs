using WeChatMask.Data;

namespace WeChatMask.Tests.Support;

/// <summary>Something that tests share and that keeps its data in one engine.</summary>
public interface IOnEngine : IAsyncLifetime
{
    /// <summary>The engine; it is set before it is started.</summary>
    DatabaseKind Engine { get; set; }
}

/// <summary>What the tests of a class share, once on each engine that one of them asks for.</summary>
/// <typeparam name="T">What they share.</typeparam>
public sealed class EachEngine<T> : IAsyncLifetime
    where T : class, IOnEngine, new()
{
    private readonly Dictionary<DatabaseKind, T> started = [];

    /// <summary>That of an engine, started by whoever asks first.</summary>
    public async Task<T> OnAsync(DatabaseKind engine)
    {
        if (started.TryGetValue(engine, out var known)) return known;
        var shared = started[engine] = new T { Engine = engine };
        await shared.InitializeAsync();
        return shared;
    }

    /// <inheritdoc />
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        foreach (var shared in started.Values) await shared.DisposeAsync();
    }
}
