using WeChatMask.Operations;
using WeChatMask.Sandbox;

// First, so that a SIGTERM at whatever moment ends this as asked.
using var run = ProcessRun.Begin();
return await run.RunAsync(async () =>
{
    var options = SandboxOptions.Parse(args, Environment.CurrentDirectory);
    JoinedWorld? world = null;
    if (options.World is { } address)
    {
        Console.WriteLine($"Joining the world at {address} …");
        world = await JoinedWorld.FindAsync(address, JoinedWorld.Patience, run.Stop);
        options = options.In(world, Environment.CurrentDirectory);
    }

    var app = SandboxApp.Build(SandboxApp.CreateBuilder(options, world));
    app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine(Greeting.Of(app.Services)));
    return await run.ServeAsync(app);
});
