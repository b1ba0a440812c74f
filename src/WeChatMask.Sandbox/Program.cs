using Microsoft.Extensions.Options;
using WeChatMask.Sandbox;

const int Failed = 1;
const int WronglyCalled = 2;

SandboxOptions options;
JoinedWorld? world = null;
try
{
    options = SandboxOptions.Parse(args, Environment.CurrentDirectory);
    if (options.World is { } address)
    {
        Console.WriteLine($"Joining the world at {address} …");
        world = await JoinedWorld.FindAsync(address, JoinedWorld.Patience);
        options = options.In(world, Environment.CurrentDirectory);
    }
}
catch (SandboxUsageException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return WronglyCalled;
}

try
{
    await using var app = SandboxApp.Build(SandboxApp.CreateBuilder(options, world));
    app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine(Greeting.Of(app.Services)));
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or IOException or OptionsValidationException or UnauthorizedAccessException)
{
    // A port in use, another city's folder, a wrong setting: the sentence says it, the trace adds nothing.
    await Console.Error.WriteLineAsync(e.Message);
    return Failed;
}
