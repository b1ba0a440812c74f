using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Counter;

/// <summary>Tests of one morning at the counters, which a class shares on each engine.</summary>
public abstract class HandoutTests(EachEngine<Handout> handouts) : IAsyncLifetime
{
    private Handout? handout;

    /// <summary>The morning on the engine that the test has asked for.</summary>
    protected Handout Handout => handout ?? throw new InvalidOperationException("The test has not said on which engine it runs.");

    /// <summary>The product.</summary>
    protected CounterHost Host => Handout.Host;

    /// <inheritdoc />
    public Task InitializeAsync() => Task.CompletedTask;

    // Whatever a test did, the books balance after it.
    /// <inheritdoc />
    public Task DisposeAsync() => handout?.Host.AssertSoundAsync() ?? Task.CompletedTask;

    /// <summary>Takes the engine, in the first pickup slot.</summary>
    protected async Task UseAsync(DatabaseKind engine)
    {
        handout = await handouts.OnAsync(engine);
        Host.Now = CounterHost.Morning;
    }
}
