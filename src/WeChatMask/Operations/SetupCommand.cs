using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>
/// <c>setup [--answers FILE] [--sms NUMBER]</c>: writes a city's two files of settings, with fresh keys where there are none.
/// The command <c>wechatmask</c> lets it do so as who may, and then tries everything by <see cref="DoctorCommand"/> as the city's user.
/// </summary>
/// <param name="host">Builds the product on settings, so that they are judged by its own rules. Nothing of it is started.</param>
/// <param name="environment">Reads a variable of the environment.</param>
/// <param name="input">Where answers come from.</param>
/// <param name="output">Where questions go.</param>
public sealed class SetupCommand(Func<IEnumerable<KeyValuePair<string, string?>>, IHost> host, Func<string, string?> environment, TextReader input, TextWriter output)
{
    private const string Usage = "Usage: setup [--answers FILE] [--sms NUMBER]";

    // Set by the command wechatmask, which knows where it belongs.
    private const string FolderVariable = "WECHATMASK_ETC";
    private const string DataVariable = "WECHATMASK_DATA";
    private const string NumberVariable = "WECHATMASK_NUMBER";

    public static bool Named(string[] args) => args is ["setup", ..];

    /// <summary>Runs it and gives the process's exit code.</summary>
    /// <exception cref="StartFaultException">The command, the answers or the files cannot be used; nothing was written.</exception>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (file, number) = Read(args);
        var folder = environment(FolderVariable) ?? "/etc/wechatmask";
        var data = environment(DataVariable) ?? "/var/lib/wechatmask";
        if (!Directory.Exists(folder)) throw new StartFaultException($"{folder} is not there; wechatmask prepare makes it.");
        var settings = EnvironmentFile.Read(Path.Combine(folder, "settings.env"));
        var secrets = EnvironmentFile.Read(Path.Combine(folder, "secrets.env"));
        // The later file wins, here as in the unit.
        var known = settings.Values.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in secrets.Values) known[name] = value;

        var answers = file is null
            ? await new SetupQuestions(input, output, known, data).AskAsync(cancellationToken)
            : ReadAnswers(file);
        number ??= answers.GetValueOrDefault(SetupQuestions.TestNumber);
        var wanted = Complete(answers, known, data);
        var all = known.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in wanted) all[name] = value;
        var made = FreshSecrets.Missing(all);
        foreach (var (name, value) in made) all[name] = value;
        if (Faults(all) is { Count: > 0 } faults)
        {
            foreach (var fault in faults) await output.WriteLineAsync($"MEND     {fault}");
            await output.WriteLineAsync("Nothing was written.");
            return ExitCodes.Mend;
        }

        Write(settings, secrets, wanted.Concat(made));
        await output.WriteLineAsync($"{settings.Values.Count} settings are in {Path.Combine(folder, "settings.env")}, {secrets.Values.Count} keys and passwords in {Path.Combine(folder, "secrets.env")}, {made.Count(m => !m.Key.EndsWith("KeyId", StringComparison.Ordinal))} of them made just now.");
        if (environment(NumberVariable) is { Length: > 0 } note && number is { Length: > 0 })
            await File.WriteAllTextAsync(note, number, cancellationToken);
        return ExitCodes.Stopped;
    }

    private static (string? Answers, string? Number) Read(string[] args)
    {
        string? file = null, number = null;
        for (var i = 1; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length) throw new StartFaultException(Usage);
            switch (args[i])
            {
                case "--answers":
                    file = args[i + 1];
                    break;
                case "--sms":
                    number = args[i + 1];
                    break;
                default:
                    throw new StartFaultException(Usage);
            }
        }

        return (file, number);
    }

    /// <summary>The answers of a file, by the names of settings; a name that is none is refused, since its answer would be lost.</summary>
    internal static IReadOnlyDictionary<string, string> ReadAnswers(string path)
    {
        if (!File.Exists(path)) throw new StartFaultException($"The file of answers {path} is not there.");
        var answers = new Dictionary<string, string>(StringComparer.Ordinal);
        var strangers = new List<string>();
        foreach (var (name, value) in EnvironmentFile.Read(path).Values)
        {
            var known = name.Replace("__", ":", StringComparison.Ordinal) == "Setup:TestNumber" ? SetupQuestions.TestNumber : SettingNames.InEnvironment(name);
            if (known is null) strangers.Add(name);
            else answers[known] = value;
        }

        return strangers.Count == 0
            ? answers
            : throw new StartFaultException($"{path} names what is no setting: {string.Join(", ", strangers)}. All of them are in configuration.md; nothing was written.");
    }

    // What nobody needs to be asked for. Everybody who reaches the port is believed to be the proxy, so a node listens on loopback.
    private static Dictionary<string, string> Complete(IReadOnlyDictionary<string, string> answers, Dictionary<string, string> known, string data)
    {
        var wanted = answers.Where(a => a.Key != SetupQuestions.TestNumber).ToDictionary(StringComparer.Ordinal);
        Usual("Database__Engine", ConnectionForms.UsualEngine);
        if (ConnectionForms.Usual(wanted.GetValueOrDefault("Database__Engine") ?? known["Database__Engine"], data) is { Length: > 0 } file) Usual("Database__ConnectionString", file);
        Usual("Site__TimeZone", "Asia/Shanghai");
        Usual("WeChat__MessageMode", "Safe");
        Usual("Sms__Providers", "Gateway");
        Usual("LISTEN", "127.0.0.1");
        Usual("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true");
        return wanted;

        void Usual(string name, string value)
        {
            if (!wanted.ContainsKey(name) && !known.ContainsKey(name)) wanted[name] = value;
        }
    }

    private IReadOnlyList<string> Faults(Dictionary<string, string> all)
    {
        var shapes = all.Where(s => s.Value.Any(char.IsControl)).Select(s => $"{s.Key} holds a control character, such as the end of a line.").ToList();
        if (shapes.Count > 0) return shapes;
        try
        {
            using var product = host(all.Select(s => KeyValuePair.Create(s.Key.Replace("__", ":", StringComparison.Ordinal), (string?)s.Value)));
            product.Services.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (Exception e) when (e is OptionsValidationException or AggregateException or InvalidOperationException)
        {
            return [.. StartFaults.Of(e).Select(f => f.Sentence).Distinct(StringComparer.Ordinal)];
        }
    }

    private static void Write(EnvironmentFile settings, EnvironmentFile secrets, IEnumerable<KeyValuePair<string, string>> values)
    {
        settings.Say("Written by wechatmask setup; every setting has its line in configuration.md. A node reads it when it starts.");
        secrets.Say("The same on every node. Keep a copy off the machines: without these keys neither the database nor a backup can be read.");
        secrets.Say("A key is never changed under its id; to change one, add another id, name it, and keep the old one while anything is stored under it.");
        foreach (var (name, value) in values)
        {
            // Where it stands already it stays; the later file would win over the earlier one.
            var file = SettingNames.IsSecret(name) || secrets.Values.ContainsKey(name) ? secrets : settings;
            if (!file.Values.TryGetValue(name, out var before) || before != value) file.Set(name, value);
        }

        // Secrets first: settings without keys would be half a city.
        secrets.Write();
        settings.Write();
    }
}
