using WeChatMask.Sandbox;

SandboxOptions options;
try
{
    options = SandboxOptions.Parse(args, Environment.CurrentDirectory);
}
catch (SandboxUsageException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}

await using var app = SandboxApp.Build(options);
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine(Greeting.Of(app.Services)));
await app.RunAsync();
return 0;
