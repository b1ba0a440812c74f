using System.Globalization;
using WeChatMask.Data;
using WeChatMask.LoadTool.Rows;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool;

/// <summary>What the command line asks for.</summary>
/// <param name="Url">The running sandbox.</param>
/// <param name="Residents">How many people take part.</param>
/// <param name="Tasks">How many calls are under way at once.</param>
/// <param name="Batch">The desk's batch size; without it the usual one and one booking a transaction are compared.</param>
/// <param name="Seconds">How long a rate is measured.</param>
/// <param name="Engine">The engine the desk is measured on.</param>
internal sealed record Options(Uri? Url, int Residents, int Tasks, int? Batch, int Seconds, DatabaseKind Engine)
{
    /// <summary>The server's process, where its memory is looked at.</summary>
    public int? Process { get; private init; }

    /// <summary>How many live pages of supervisors are open meanwhile.</summary>
    public int Live { get; private init; }

    /// <summary>Whether the desk tells the public log what it books.</summary>
    public bool HasLog { get; private init; } = true;

    /// <summary>The cluster on which the desk is measured beside one server.</summary>
    public ClusterKind? Cluster { get; private init; }

    private const int MisusedCode = 2;

    private static readonly string Usage = $$"""
        bench --program DLL [--pairs 5] [--people N] [ROW...]          the table of what it should do and does (scripts/bench); rows: {{BenchCommand.Names}}
        rush  --url URL [--residents 2000] [--tasks 64] [--live 10]   log in, register, and book all at once, through the contract alone
        listen --url URL --process ID [--tasks 20000]     follow the board with as many as that, and weigh the server
        browse --url URL [--residents 200] [--seconds 5]  look around: home page and board, with pauses
        chat  --url URL [--residents 2000] [--seconds 5]  500 messages a second to the account, alone and beside a rush
        page PATH --url URL                               how long one reader waits for one address
        desk  [--residents 100000] [--batch N] [--engine Sqlite|PostgreSql|MySql] [--log no] [--cluster patroni|galera]   durable bookings a second of the desk, in this process
        chaos --sandbox DLL [--fault NAME] [--engine PostgreSql|MySql|Sqlite | --cluster patroni [--previous DLL]] [--residents 2000] [--rate 30]   break a city of real processes (scripts/chaos)
        simulate --sandbox DLL [--city chuzhou] [--from 2020-02-02] [--days 11] [--people 60000] [--pharmacies N] [--seed 2020] [--data DIR]   (scripts/simulate)
        Ends with 1 when a promise of the product is broken, with 2 when it is called wrongly.
        """;

    /// <summary>Reads <c>--name value</c> pairs; none when something in them is wrong.</summary>
    public static Options? Parse(string[] args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < args.Length; i += 2) given[args[i]] = args[i + 1];
        if (args.Length % 2 != 0 || given.Keys.Any(k => k is not ("--url" or "--residents" or "--tasks" or "--batch" or "--seconds" or "--engine" or "--process" or "--live" or "--log" or "--cluster"))) return null;
        if (!Enum.TryParse<DatabaseKind>(given.GetValueOrDefault("--engine", nameof(DatabaseKind.Sqlite)), ignoreCase: true, out var engine)) return null;
        ClusterKind? cluster = given.TryGetValue("--cluster", out var named) && Enum.TryParse<ClusterKind>(named, ignoreCase: true, out var kind) ? kind : null;
        if (named is not null && cluster is null) return null;
        var url = given.TryGetValue("--url", out var text) ? new Uri(text) : null;
        // Like the sandbox's own stand-ins: a tool that books thousands of places is for this machine alone.
        if (url is { IsLoopback: false }) return null;
        return new Options(url, Number("--residents") ?? 0, Number("--tasks") ?? 0, Number("--batch"), Number("--seconds") ?? 5, engine) { Process = Number("--process"), Live = Number("--live") ?? 0, HasLog = given.GetValueOrDefault("--log") != "no", Cluster = cluster };

        int? Number(string name) => given.TryGetValue(name, out var value) ? int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Says how it is used.</summary>
    public static int Misused()
    {
        Console.Error.WriteLine(Usage);
        return MisusedCode;
    }
}
