using WeChatMask.City;

namespace WeChatMask.Sandbox;

/// <summary>Fills an empty database with the city and the demo log-ins, after the schema is there and before anybody asks.</summary>
/// <remarks>It must be registered after the app: hosted services start in the order of their registration.</remarks>
internal sealed class Seeding(
    SandboxOptions options, CityFile city, CityImport import, CityQueries names, DemoStaffStore staff, DueWork work) : IHostedLifecycleService
{
    private bool isNew;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var known = await names.NamesAsync(cancellationToken);
        if (known.City.Length > 0)
        {
            if (known.City != city.Name)
                throw new InvalidOperationException($"The data in {options.Data} is of another city than {options.City}; choose another --data.");
            // A start that was killed half way has the city but not its staff.
            await staff.AddAsync(cancellationToken);
            return;
        }

        await import.ImportAsync(city, "sandbox", cancellationToken);
        await staff.AddAsync(cancellationToken);
        isNew = true;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        // Not before the stand-ins can be reached: a job that calls out would fail and then pause for a while.
        if (isNew) await work.RunAllAsync(cancellationToken);
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
