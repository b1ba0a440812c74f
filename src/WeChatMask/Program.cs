using WeChatMask;
using WeChatMask.Operations;
using WeChatMask.Settings;

// First, so that a SIGTERM at whatever moment ends this as asked.
using var run = ProcessRun.Begin();
return await run.RunAsync(async () =>
{
    OperatorCommands.RefuseMistyped(args);
    var command = OperatorCommands.Named(args);
    var builder = WebApplication.CreateBuilder(command ? [] : args);
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
