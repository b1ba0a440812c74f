using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>What outlives a restart of the sandbox: what the witnesses kept, two copies of the city, and which cheat is in place.</summary>
public sealed class CheatFiles(SandboxOptions options)
{
    private string Folder => Path.Combine(options.Data, "cheats");

    /// <summary>The backup of the night before.</summary>
    public string Yesterday => Path.Combine(Folder, "yesterday.zip");

    /// <summary>The city right before the cheat that is in place.</summary>
    public string Before => Path.Combine(Folder, "before.zip");

    /// <summary>The log's verifier key, for the command line.</summary>
    public string Key => Path.Combine(Folder, "record.vkey");

    /// <summary>What the journalist's script kept, in its own form.</summary>
    public string Journalist => Path.Combine(Folder, "journalist");

    private string StageFile => Path.Combine(Folder, "stage.json");

    private string DoneFile => Path.Combine(Folder, "cheat.json");

    public Stage? ReadStage() => Read<Stage>(StageFile);

    public void Write(Stage stage) => Write(StageFile, stage);

    /// <summary>The cheat that is in place; null where there is none.</summary>
    public CheatDone? ReadDone() => Read<CheatDone>(DoneFile);

    public void Write(CheatDone done) => Write(DoneFile, done);

    /// <summary>Nothing is in place any more.</summary>
    public void Forget() => File.Delete(DoneFile);

    /// <summary>Lays the journalist's folder out as it was after the last look, so that a stranger's run sees the same.</summary>
    public void LayOut(Stage stage)
    {
        PrivateFiles.CreateFolder(Journalist);
        File.WriteAllText(Key, stage.Key + "\n");
        File.WriteAllText(Path.Combine(Journalist, "checkpoint"), stage.Note);
        File.WriteAllBytes(Path.Combine(Journalist, "entries"), EntryBundle.Write([.. stage.Lines]));
        File.WriteAllText(Path.Combine(Journalist, "reported"), FormattableString.Invariant($"{stage.Lines.Count}"));
    }

    private static T? Read<T>(string file)
        where T : class
    {
        if (!File.Exists(file)) return null;
        using var stream = File.OpenRead(file);
        return JsonSerializer.Deserialize<T>(stream, SandboxJson.Options);
    }

    // Written beside and renamed: whoever is killed in between leaves the old file or the new one.
    private void Write<T>(string file, T value)
    {
        PrivateFiles.CreateFolder(Folder);
        using (var stream = new FileStream(file + ".new", PrivateFiles.OptionsFor(FileMode.Create))) JsonSerializer.Serialize(stream, value, SandboxJson.Options);
        File.Move(file + ".new", file, overwrite: true);
    }
}
