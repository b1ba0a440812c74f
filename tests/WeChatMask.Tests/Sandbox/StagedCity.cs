using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Data.Backup;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>A city that was brought to where cheating pays, for tests that leave it as they found it. Its jobs rest.</summary>
public sealed class StagedCity : IAsyncLifetime
{
    private SandboxHost? host;
    private IAsyncDisposable? quiet;

    public async Task InitializeAsync()
    {
        host = await SandboxHost.StartAsync();
        await new CheatCalls(host).StageAgainAsync();
        quiet = await host.HoldJobsAsync();
    }

    public async Task DisposeAsync()
    {
        if (quiet is not null) await quiet.DisposeAsync();
        if (host is not null) await host.DisposeAsync();
    }

    /// <summary>The city with nothing in place, also where a test has failed before.</summary>
    internal async Task<CheatCalls> HonestAsync()
    {
        var cheats = new CheatCalls(host!);
        await cheats.UndoAsync();
        return cheats;
    }
}

/// <summary>Cheating in a sandbox, as its page does it.</summary>
internal sealed class CheatCalls(SandboxHost host)
{
    internal const string Path = "/sandbox/cheats";

    public Task<JsonElement> LookAsync() => host.Http.GetJsonAsync(Path);

    public Task<JsonElement> DoAsync(string kind) => PostAsync("", new { kind });

    public Task<JsonElement> UndoAsync() => PostAsync("/undo", new { });

    public async Task<JsonElement> StageAgainAsync()
    {
        var state = await PostAsync("/stage", new { });
        Assert.NotNull(state.Scene());
        return state;
    }

    public async Task<Stage> StageAsync() => (await Get<Cheater>().ReadAsync(CancellationToken.None)).Stage!;

    public T Get<T>()
        where T : notnull => host.Get<T>();

    /// <summary>Every table's rows as one checksum; of the board's row without its version, which never falls.</summary>
    public async Task<Dictionary<string, string>> TablesAsync()
    {
        var database = Get<Database>();
        await using var snapshot = await database.Engine.BeginSnapshotAsync(alone: false, CancellationToken.None);
        var file = System.IO.Path.Combine(host.Data, $"{Guid.NewGuid():N}.zip");
        var copy = await CityBackup.WriteAsync(database.Engine, snapshot, file, null, TimeProvider.System, CancellationToken.None);
        var tables = copy.Tables.ToDictionary(t => t.Name, t => t.Content.ToString(), StringComparer.Ordinal);
        tables["board_version"] = string.Join(' ', (await database.QueryAsync<(long, string, long)>("SELECT log_size, log_frontier, changed_at FROM board_version")).Select(b => b.ToString()));
        foreach (var table in await database.Engine.TablesAsync(snapshot.Connection, snapshot.Transaction)) tables.TryAdd(table, "");
        return tables;
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        var (status, state) = await host.Http.PostAsync(Path + path, body);
        Assert.Equal(200, status);
        return state;
    }
}

/// <summary>Reads what the page is told.</summary>
internal static class CheatStates
{
    public static string? Kind(this JsonElement state) => Text(state, "kind");

    public static string? Scene(this JsonElement state) => Text(state, "scene");

    /// <summary>Each witness, and whether it has found something.</summary>
    public static string Found(this JsonElement state) => string.Join(
        ' ', state.GetProperty("verdicts").EnumerateArray().Select(v => $"{Text(v, "witness")} {(v.GetProperty("found").GetBoolean() ? "found" : "-")}"));

    public static JsonElement Witness(this JsonElement state, string name) => state.GetProperty("verdicts").EnumerateArray().Single(v => Text(v, "witness") == name);

    /// <summary>How the page says that anybody comes to what the journalist has found: the words behind the program's name.</summary>
    public static string[] Command(this JsonElement state)
    {
        var words = state.Witness("journalist").GetProperty("command").GetString()!.Split(' ');
        Assert.Equal(["python3", CheckProgram.Path], words[..2]);
        return words[2..];
    }

    private static string? Text(JsonElement state, string name) => state.TryGetProperty(name, out var member) ? member.GetString() : null;
}
