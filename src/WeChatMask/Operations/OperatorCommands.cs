using System.Text.Json;
using Microsoft.Extensions.Options;
using WeChatMask.City;
using WeChatMask.Data;

namespace WeChatMask.Operations;

/// <summary>What an operator does from a shell, on the same settings as the server: <c>verify</c>, <c>import FILE</c>, and those of <see cref="BackupCommands"/>.</summary>
public static class OperatorCommands
{
    private const int Good = 0;
    private const int Broken = 1;
    private const int Misused = 2;

    /// <summary>Whether the arguments name a command rather than server settings.</summary>
    public static bool Named(string[] args) => args is ["verify", ..] or ["import", ..] || BackupCommands.Named(args);

    /// <summary>Runs the command and gives the process's exit code.</summary>
    public static async Task<int> RunAsync(WebApplication app, string[] args, TextWriter output)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        switch (args)
        {
            case ["verify"]:
                return await VerifyAsync(app.Services.GetRequiredService<InvariantQueries>(), output, stop.Token);
            case ["import", var file]:
                await app.Services.GetRequiredService<Startup>().StartingAsync(stop.Token);
                return await ImportAsync(app.Services.GetRequiredService<CityImport>(), file, output, stop.Token);
            case var _ when BackupCommands.Named(args):
                return await BackupCommands.Of(app.Services, output).RunAsync(args, () => TargetOf(app.Configuration), stop.Token);
            default:
                await output.WriteLineAsync("Usage: verify | import CITY.json | backup FILE | restore FILE | move [--final]");
                return Misused;
        }
    }

    /// <summary>Prints every promise and whether the rows keep it.</summary>
    internal static async Task<int> VerifyAsync(InvariantQueries invariants, TextWriter output, CancellationToken cancellationToken)
    {
        var results = await invariants.RunAsync(cancellationToken);
        foreach (var result in results) await output.WriteLineAsync($"{(result.Broken == 0 ? "ok    " : "BROKEN")} {result.Name}{(result.Broken == 0 ? "" : $" ({result.Broken} rows)")}");
        var broken = results.Count(r => r.Broken > 0);
        await output.WriteLineAsync($"{results.Count - broken} of {results.Count} invariants hold");
        return broken == 0 ? Good : Broken;
    }

    private static DatabaseSettings TargetOf(IConfiguration configuration)
    {
        var target = configuration.GetSection("Target").Get<DatabaseSettings>() ?? new DatabaseSettings();
        return target.ConnectionString.Length > 0
            ? target
            : throw new OptionsValidationException("Target", typeof(DatabaseSettings), ["Target:ConnectionString is empty; name the database to move to."]);
    }

    private static async Task<int> ImportAsync(CityImport import, string file, TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(file);
            var city = CityImport.Read(stream);
            await import.ImportAsync(city, "operator", cancellationToken);
            await output.WriteLineAsync($"{city.Name}: {city.Policies.Count} policies and {city.Pharmacies.Count} pharmacies are in the database");
            return Good;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or IOException)
        {
            await output.WriteLineAsync(e.Message);
            return Misused;
        }
    }
}
