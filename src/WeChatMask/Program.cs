using WeChatMask;
using WeChatMask.Supervision;

var command = OperatorCommands.Named(args);
var builder = WebApplication.CreateBuilder(command ? [] : args);
builder.AddWeChatMask();

var app = builder.Build();
if (command) return await OperatorCommands.RunAsync(app, args, Console.Out);
app.MapWeChatMask();
await app.RunAsync();
return 0;
