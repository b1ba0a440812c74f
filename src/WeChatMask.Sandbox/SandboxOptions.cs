using System.Globalization;

namespace WeChatMask.Sandbox;

/// <summary>What the command line says: which city, where to listen, where the data lies and when the clock starts.</summary>
/// <param name="City">Name of a file in <c>Cities/</c>.</param>
/// <param name="Urls">Addresses to listen on; port 0 takes any free one.</param>
/// <param name="Data">Absolute path of the folder that holds everything the sandbox writes.</param>
/// <param name="Clock">Where the clock is put; without it a new folder starts at the city's time and an old one goes on.</param>
public sealed record SandboxOptions(string City, string Urls, string Data, DateTimeOffset? Clock = null)
{
    private const string DefaultCity = "loudi";
    private const string DefaultUrls = "http://127.0.0.1:5080";

    private const string Usage =
        "usage: scripts/run [--city loudi|chuzhou] [--urls http://127.0.0.1:5080] [--data DIR] [--clock 2020-02-10T18:59:00+08:00]";

    /// <summary>Reads the command line, both <c>--city loudi</c> and <c>--city=loudi</c>.</summary>
    /// <param name="args">As the process got them.</param>
    /// <param name="folder">The caller's directory, which a relative data folder starts from.</param>
    /// <exception cref="SandboxUsageException">Something in it is wrong; the message is a sentence with the usage.</exception>
    public static SandboxOptions Parse(IReadOnlyList<string> args, string folder)
    {
        var given = Read(args);
        if (given.ContainsKey("--world"))
            throw Wrong("--world is not there yet: this sandbox has a world of its own and cannot join another's.");
        var city = given.GetValueOrDefault("--city", DefaultCity);
        if (!Cities.Names.Contains(city, StringComparer.Ordinal))
            throw Wrong($"There is no city \"{city}\"; there are {string.Join(" and ", Cities.Names)}.");
        DateTimeOffset? clock = null;
        if (given.TryGetValue("--clock", out var text))
        {
            clock = SandboxTime.Read(text)
                ?? throw Wrong($"--clock \"{text}\" is not a time with an offset, such as 2020-02-10T18:59:00+08:00, between {SandboxTime.Bounds}.");
        }

        var data = Path.GetFullPath(given.GetValueOrDefault("--data", Path.Combine(".data", city)), folder);
        return new SandboxOptions(city, CheckUrls(given.GetValueOrDefault("--urls", DefaultUrls)), data, clock);
    }

    private static Dictionary<string, string> Read(IReadOnlyList<string> args)
    {
        string[] known = ["--city", "--urls", "--data", "--clock", "--world"];
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i++)
        {
            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i] : args[i][..equals];
            if (!known.Contains(name, StringComparer.Ordinal)) throw Wrong($"There is no option \"{name}\".");
            var value = equals >= 0 ? args[i][(equals + 1)..] : ++i < args.Count ? args[i] : "";
            if (value.Length == 0 || (equals < 0 && value.StartsWith("--", StringComparison.Ordinal))) throw Wrong($"{name} needs a value.");
            if (!given.TryAdd(name, value)) throw Wrong($"{name} is given twice.");
        }

        return given;
    }

    // The stand-ins answer anybody, so they are for this machine alone.
    private static string CheckUrls(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var fits = Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp && address.IsLoopback;
            if (!fits) throw Wrong($"--urls \"{url}\" is not an http address of this machine, such as {DefaultUrls}.");
        }

        return urls;
    }

    private static SandboxUsageException Wrong(string sentence) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{sentence}\n{Usage}"));
}

/// <summary>The command line cannot be followed. The message is fit to print.</summary>
public sealed class SandboxUsageException : Exception
{
    /// <summary>Without a sentence; not used.</summary>
    public SandboxUsageException()
    {
    }

    /// <summary>With the sentence and the usage.</summary>
    public SandboxUsageException(string message)
        : base(message)
    {
    }

    /// <summary>With the sentence and its cause.</summary>
    public SandboxUsageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
