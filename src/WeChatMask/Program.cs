using WeChatMask;
using WeChatMask.Operations;
using WeChatMask.Settings;

var command = OperatorCommands.Named(args);
try
{
    var builder = WebApplication.CreateBuilder(command ? [] : args);
    builder.AddWeChatMask();
    var app = builder.Build();
    if (command) return await OperatorCommands.RunAsync(app, args, Console.Out);
    app.MapWeChatMask();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (StartFaults.Of(e) is { Count: > 0 } faults)
{
    foreach (var fault in faults) await Console.Error.WriteLineAsync(fault);
    return 1;
}
