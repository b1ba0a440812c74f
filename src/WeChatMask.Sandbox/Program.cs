using WeChatMask;

var builder = WebApplication.CreateBuilder(args);
builder.AddWeChatMask();

var app = builder.Build();
app.MapWeChatMask();
await app.RunAsync();
