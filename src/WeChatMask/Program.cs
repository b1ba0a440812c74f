using WeChatMask;
using WeChatMask.Operations;
using WeChatMask.Settings;

// First, so that a SIGTERM at whatever moment ends this as asked.
using var run = ProcessRun.Begin();
return await run.RunAsync(async () =>
{
    OperatorCommands.RefuseMistyped(args);
    if (SetupCommand.Named(args)) return await new SetupCommand(Judge, Environment.GetEnvironmentVariable, Console.In, Console.Out).RunAsync(args, run.Stop);
    var command = OperatorCommands.Named(args);
    var builder = WebApplication.CreateBuilder([.. command ? [] : args, ProcessRun.ReadSettingsOnce]);
    builder.AddWeChatMask();
    var app = builder.Build();
    if (!command)
    {
        app.MapWeChatMask();
        return await run.ServeAsync(app);
    }

    run.WhenStopped = ExitCodes.NotYet;
    await using (app) return await OperatorCommands.RunAsync(app, args, Console.Out, run.Stop);
});

// On these settings alone, wherever else some may lie.
static IHost Judge(IEnumerable<KeyValuePair<string, string?>> settings)
{
    var builder = WebApplication.CreateBuilder();
    ((IConfigurationBuilder)builder.Configuration).Sources.Clear();
    builder.Configuration.AddInMemoryCollection(settings);
    builder.AddWeChatMask();
    return builder.Build();
}
