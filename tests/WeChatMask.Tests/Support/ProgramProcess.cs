using System.Diagnostics;
using System.Security.Cryptography;

namespace WeChatMask.Tests.Support;

/// <summary>One of the two programs as a process of its own, in a folder of its own that goes with it.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    public const string Product = "WeChatMask.dll";
    public const string Sandbox = "WeChatMask.Sandbox.dll";

    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> errors;
    private readonly HashSet<string> before;

    private ProgramProcess(string folder, ProcessStartInfo start)
    {
        Folder = folder;
        before = [.. Files(folder)];
        process = Process.Start(start)!;
        output = process.StandardOutput.ReadToEndAsync();
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its working directory.</summary>
    public string Folder { get; }

    /// <summary>Settings with which the product starts, but for an address.</summary>
    public static IReadOnlyDictionary<string, string> Good { get; } = Fresh();

    /// <summary>Starts a program. In arguments and values <c>{folder}</c> is its folder.</summary>
    /// <param name="program">Which one.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="settings">Over the good ones; a null takes one away.</param>
    /// <param name="prepare">Puts something into its folder before.</param>
    /// <param name="openFiles">How many files it may have open; null for as many as the tests.</param>
    public static ProgramProcess Start(
        string program, IEnumerable<string> args, IReadOnlyDictionary<string, string?>? settings = null, Action<string>? prepare = null, int? openFiles = null)
    {
        var folder = Directory.CreateTempSubdirectory("program-").FullName;
        prepare?.Invoke(folder);
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(openFiles is null ? host : "prlimit")
        {
            WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.Contains("__", StringComparison.Ordinal) || k.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        IEnumerable<KeyValuePair<string, string?>> all = program == Product ? Good.Select(g => KeyValuePair.Create(g.Key, (string?)g.Value)) : [];
        foreach (var (key, value) in all.Concat(settings ?? new Dictionary<string, string?>()))
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value?.Replace("{folder}", folder, StringComparison.Ordinal);
        if (openFiles is { } most)
        {
            start.ArgumentList.Add(FormattableString.Invariant($"--nofile={most}"));
            start.ArgumentList.Add(host);
        }

        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program));
        foreach (var arg in args) start.ArgumentList.Add(arg.Replace("{folder}", folder, StringComparison.Ordinal));
        return new ProgramProcess(folder, start);
    }

    /// <summary>Waits for its end.</summary>
    public async Task<EndedProgram> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Eventually.GiveUp);
        var said = await errors;
        return new EndedProgram(
            process.ExitCode, said.Split('\n', StringSplitOptions.RemoveEmptyEntries), await output,
            [.. Files(Folder).Where(f => !before.Contains(f)).Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Asks it to end. Returns whether it had come to life: before, the system ends a process by itself.</summary>
    public async Task<bool> TerminateAsync()
    {
        var isAlive = Listens();
        using var kill = Process.Start("kill", ["-TERM", FormattableString.Invariant($"{process.Id}")]);
        await kill.WaitForExitAsync();
        return isAlive;
    }

    /// <summary>How many folders and files the system was asked to tell it of when they change.</summary>
    public int Watches => Directory.EnumerateFiles($"/proc/{process.Id}/fdinfo").Sum(f => Lines(f).Count(l => l.StartsWith("inotify ", StringComparison.Ordinal)));

    public bool HasEnded => process.HasExited;

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    // The runtime's thread that hears signals is made by the first line of either program.
    private bool Listens()
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{process.Id}/task").Any(t => Lines(Path.Combine(t, "comm")).Any(l => l.StartsWith(".NET SigHandler", StringComparison.Ordinal)));
        }
        catch (IOException)
        {
            return false;
        }
    }

    // A file or a thread of a running process may be gone between its listing and its reading.
    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories);

    private static Dictionary<string, string> Fresh()
    {
        using var voucher = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var log = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(StringComparer.Ordinal)
        {
            ["Database:Engine"] = "Sqlite",
            ["Database:ConnectionString"] = "Data Source=\"{folder}/data/city.db\"",
            ["Site:PublicBaseUrl"] = "https://mask.example.gov.cn",
            ["WeChat:AppId"] = "wx" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
            ["WeChat:AppSecret"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            ["WeChat:Token"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            ["WeChat:EncodingAesKey"] = RandomNumberGenerator.GetString("ABCDEFGHabcdefgh01234567", 43),
            ["WeChat:ApiBaseUrl"] = "http://127.0.0.1:1",
            ["Secrets:EncryptionKeyId"] = "k1",
            ["Secrets:EncryptionKeys:k1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets:IdentityHashKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets:BackupKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets:LogKeyId"] = "L1",
            ["Secrets:LogKeys:L1"] = Convert.ToBase64String(log.ExportPkcs8PrivateKey()),
            ["Secrets:VoucherKeyId"] = "A",
            ["Secrets:VoucherKeys:A"] = Convert.ToBase64String(voucher.ExportPkcs8PrivateKey()),
        };
    }
}

/// <summary>How a program ended.</summary>
/// <param name="Code">Its exit code; 128 and the signal where one ended it.</param>
/// <param name="Errors">The lines it wrote to its error output.</param>
/// <param name="Output">What it wrote otherwise.</param>
/// <param name="Made">Files that are there now and were not, by their path in the folder.</param>
internal sealed record EndedProgram(int Code, IReadOnlyList<string> Errors, string Output, IReadOnlyList<string> Made);
