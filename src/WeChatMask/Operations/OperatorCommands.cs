using Microsoft.Extensions.Options;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>What an operator does from a shell, on the same settings as the server: <c>verify</c>, <c>import FILE</c>, <c>doctor</c>, and those of <see cref="BackupCommands"/>, <see cref="StaffCommands"/> and <see cref="LogCommands"/>. <see cref="SetupCommand"/> comes before there are settings.</summary>
public static class OperatorCommands
{
    private const string StandardInput = "-";

    private const string Usage = "setup [--answers FILE] [--sms NUMBER] | doctor [--sms NUMBER] | verify | import CITY.json | backup FILE [--unsealed] | restore FILE [--unsealed] | move [--final] | " + LogCommands.Usage + " | staff …";

    /// <summary>Whether the arguments name a command rather than server settings.</summary>
    public static bool Named(string[] args) => args is ["verify", ..] or ["import", ..] || DoctorCommand.Named(args) || SetupCommand.Named(args) || BackupCommands.Named(args) || StaffCommands.Named(args) || LogCommands.Named(args);

    /// <summary>Refuses a mistyped command or option, before anything is started for it.</summary>
    /// <exception cref="StartFaultException">There is no such command or option.</exception>
    public static void RefuseMistyped(string[] args)
    {
        if (args.Length == 0 || Named(args)) return;
        if (args[0].Length == 0 || (args[0][0] != '-' && !args[0].Contains('=', StringComparison.Ordinal)))
            throw new StartFaultException($"There is no command \"{args[0]}\"; there are {Usage}. Without a command the server starts.");
        ProgramOptions.Check(args);
    }

    /// <summary>Runs the command and gives the process's exit code.</summary>
    public static async Task<int> RunAsync(WebApplication app, string[] args, TextWriter output, CancellationToken stop = default)
    {
        switch (args)
        {
            case ["verify"]:
                await app.Services.GetRequiredService<Database>().Engine.RequireCityAsync(stop);
                var promises = await VerifyAsync(app.Services.GetRequiredService<InvariantQueries>(), output, stop);
                var log = await LogCommands.VerifyAsync(app.Services, output, stop);
                return promises == ExitCodes.Stopped ? log : promises;
            case ["import", var file]:
                return await ImportAsync(app.Services, file, output, stop);
            case var _ when DoctorCommand.Named(args):
                return await DoctorCommand.RunAsync(app.Services, args, output, stop);
            case var _ when BackupCommands.Named(args):
                return await BackupCommands.Of(app.Services, output).RunAsync(args, () => TargetOf(app.Configuration), stop);
            case var _ when StaffCommands.Named(args):
                return await StaffCommands.RunAsync(app.Services, args, output, stop);
            case var _ when LogCommands.Named(args):
                return await LogCommands.RunAsync(app.Services, args, output, stop);
            default:
                throw new StartFaultException($"Usage: {Usage}");
        }
    }

    /// <summary>Prints every promise and whether the rows keep it.</summary>
    internal static async Task<int> VerifyAsync(InvariantQueries invariants, TextWriter output, CancellationToken cancellationToken)
    {
        var results = await invariants.RunAsync(cancellationToken);
        foreach (var result in results) await output.WriteLineAsync($"{(result.Broken == 0 ? "ok    " : "BROKEN")} {result.Name}{(result.Broken == 0 ? "" : $" ({result.Broken} rows)")}");
        var broken = results.Count(r => r.Broken > 0);
        await output.WriteLineAsync($"{results.Count - broken} of {results.Count} invariants hold");
        return broken == 0 ? ExitCodes.Stopped : ExitCodes.Mend;
    }

    private static DatabaseSettings TargetOf(IConfiguration configuration)
    {
        var target = configuration.GetSection("Target").Get<DatabaseSettings>() ?? new DatabaseSettings();
        return target.ConnectionString.Length > 0
            ? target
            : throw new OptionsValidationException("Target", typeof(DatabaseSettings), ["Target:ConnectionString is empty; name the database to move to."]);
    }

    private static async Task<int> ImportAsync(IServiceProvider services, string file, TextWriter output, CancellationToken cancellationToken)
    {
        CityFile city;
        // Read first: a file that cannot be used must not leave a new, empty database behind.
        await using (var stream = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file)) city = CityImport.Read(stream);
        await services.GetRequiredService<Database>().Engine.ProbeAsync(cancellationToken);
        await services.GetRequiredService<Startup>().StartingAsync(cancellationToken);
        // New rules are a line of the log.
        await services.GetRequiredService<LogStart>().CheckAsync(cancellationToken);
        await services.GetRequiredService<CityImport>().ImportAsync(city, "operator", cancellationToken);
        await output.WriteLineAsync($"{city.Name}: {city.Policies.Count} policies and {city.Pharmacies.Count} pharmacies are in the database; log-ins are no part of a city's file, see: staff");
        return ExitCodes.Stopped;
    }
}
