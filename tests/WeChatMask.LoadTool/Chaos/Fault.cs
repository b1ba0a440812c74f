using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>One thing that breaks, and what came of it.</summary>
/// <param name="Name">What is broken.</param>
/// <param name="Server">The database under the city.</param>
/// <param name="Acknowledged">Bookings that somebody was told they have.</param>
/// <param name="Found">Those of them that the city still knows, number, pharmacy and serial the same.</param>
/// <param name="Oversold">Windows with more bookings than places.</param>
/// <param name="Seconds">From the end of the fault until every node took bookings again; none when it never did.</param>
/// <param name="Gap">The longest that nobody was told of a booking.</param>
/// <param name="Busy">Answers "503, come again".</param>
/// <param name="Unheard">Questions without an answer.</param>
/// <param name="Notes">What else is worth knowing.</param>
/// <param name="Broken">Promises that did not hold.</param>
internal sealed record FaultResult(
    string Name, string Server, int Acknowledged, int Found, long Oversold, double? Seconds, TimeSpan Gap, int Busy, int Unheard, IReadOnlyList<string> Notes, IReadOnlyList<string> Broken)
{
    /// <summary>Whether everything held.</summary>
    public bool IsGood => Broken.Count == 0 && Found == Acknowledged && Oversold == 0 && Seconds is not null;
}

/// <summary>Something that is done to a city in a rush.</summary>
internal abstract class Fault(DatabaseKind engine) : IAsyncDisposable
{
    /// <summary>How long a city may need until it works again.</summary>
    protected static readonly TimeSpan LongestRecovery = TimeSpan.FromMinutes(1);

    private DatabaseServer? server;

    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>The product that keeps the city's data.</summary>
    public virtual string Product => server?.Name ?? engine.ToString();

    /// <summary>What is remarkable about this run.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>How many nodes the city has.</summary>
    public virtual int Nodes => 3;

    /// <summary>How many of them, the last ones, a proxy stands before; none where people reach each node by itself.</summary>
    public virtual int? BehindProxy => null;

    /// <summary>The sandbox's program of an earlier release that the nodes begin as; none for this one.</summary>
    public virtual string? BeginsAs => null;

    /// <summary>When the rush takes place.</summary>
    public virtual string OpensAt => "2020-02-10T19:00:00+08:00";

    /// <summary>The engine the city runs on.</summary>
    protected DatabaseKind Engine => engine;

    /// <summary>The server, on an engine that has one.</summary>
    protected DatabaseServer Server => server!;

    /// <summary>Where the server keeps its data; without it in a folder of its own.</summary>
    protected virtual string? Folder => null;

    /// <summary>Makes the database.</summary>
    public virtual async Task<DatabaseSettings> PrepareAsync()
    {
        server = await DatabaseServer.CreateAsync(engine, Folder);
        return Settings(await server.CreateDatabaseAsync());
    }

    /// <summary>The database as a node is to reach it.</summary>
    public virtual DatabaseSettings SettingsOf(int node, DatabaseSettings usual) => usual;

    /// <summary>Breaks it and ends the fault. Gives the seconds until every node took bookings again.</summary>
    public abstract Task<double?> BreakAsync(ChaosCity city, Rush rush);

    /// <summary>What must hold in this case beyond the usual. Gives what does not.</summary>
    public virtual Task<IReadOnlyList<string>> CheckAsync(ChaosCity city, Answers answers) => Task.FromResult<IReadOnlyList<string>>([]);

    /// <inheritdoc />
    public virtual async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
    }

    /// <summary>The settings of a node.</summary>
    protected DatabaseSettings Settings(string connectionString) => new() { Engine = engine, ConnectionString = connectionString };
}
