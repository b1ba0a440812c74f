using System.Globalization;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>What the command line says: which city, where to listen, where the data lies and when the clock starts.</summary>
/// <param name="City">Name of a file in <c>Cities/</c>.</param>
/// <param name="Urls">Addresses to listen on; port 0 takes any free one.</param>
/// <param name="Data">Absolute path of the folder that holds everything the sandbox writes.</param>
/// <param name="Clock">Where the clock is put; without it a new folder starts at the city's time and an old one goes on.</param>
/// <param name="World">A sandbox whose world this one joins instead of having its own.</param>
public sealed record SandboxOptions(string City, string Urls, string Data, DateTimeOffset? Clock = null, Uri? World = null)
{
    private const string DataFolder = ".data";
    private const string DefaultCity = "loudi";
    private const string DefaultUrls = "http://127.0.0.1:5080";

    private const string Usage =
        "usage: scripts/run [--city loudi|chuzhou] [--urls http://127.0.0.1:5080] [--data DIR] [--clock 2020-02-10T18:59:00+08:00] [--world URL]";

    /// <summary>Reads the command line, both <c>--city loudi</c> and <c>--city=loudi</c>.</summary>
    /// <param name="args">As the process got them.</param>
    /// <param name="folder">The caller's directory, which a relative data folder starts from.</param>
    /// <exception cref="SandboxUsageException">Something in it is wrong; the message is a sentence with the usage.</exception>
    public static SandboxOptions Parse(IReadOnlyList<string> args, string folder)
    {
        var given = Read(args);
        var world = given.TryGetValue("--world", out var address)
            ? ReadAddress(address) ?? throw Wrong($"--world \"{address}\" is not the http address of a sandbox on this machine, such as {DefaultUrls}.")
            : null;
        // A joined node's city is its world's; it is asked when the world is found.
        var city = given.GetValueOrDefault("--city", world is null ? DefaultCity : "");
        if (city.Length > 0 && !Cities.Names.Contains(city, StringComparer.Ordinal))
            throw Wrong($"There is no city \"{city}\"; there are {string.Join(" and ", Cities.Names)}.");
        DateTimeOffset? clock = null;
        if (given.TryGetValue("--clock", out var text))
        {
            if (world is not null) throw Wrong("--clock and --world exclude each other: a node that joins a world has that world's clock.");
            clock = SandboxTime.Read(text)
                ?? throw Wrong($"--clock \"{text}\" is not a time with an offset, such as 2020-02-10T18:59:00+08:00, between {SandboxTime.Bounds}.");
        }

        var data = given.TryGetValue("--data", out var named) ? Path.GetFullPath(named, folder) : city.Length == 0 ? "" : DefaultData(city, folder);
        return new SandboxOptions(city, CheckUrls(given.GetValueOrDefault("--urls", DefaultUrls)), data, clock, world);
    }

    /// <summary>The same with what the world says: its city, and that city's folder when none was named.</summary>
    /// <exception cref="SandboxUsageException">Another city was asked for.</exception>
    public SandboxOptions In(JoinedWorld world, string folder)
    {
        if (City.Length > 0 && City != world.City) throw Wrong($"The world at {world.Owner} is of the city {world.City}, not of {City}.");
        return this with { City = world.City, Data = Data.Length > 0 ? Data : DefaultData(world.City, folder) };
    }

    /// <summary>An http address of this machine without anything behind its port, or none when it is not one.</summary>
    internal static Uri? ReadAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp && address.IsLoopback && address.PathAndQuery == "/"
            ? address
            : null;

    /// <summary>A sentence with the usage.</summary>
    internal static SandboxUsageException Wrong(string sentence, int exitCode = ExitCodes.Mend) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{sentence}\n{Usage}")) { ExitCode = exitCode };

    private static string DefaultData(string city, string folder) => Path.GetFullPath(Path.Combine(DataFolder, city), folder);

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
            if (ReadAddress(url) is null) throw Wrong($"--urls \"{url}\" is not an http address of this machine, such as {DefaultUrls}.");
        }

        return urls;
    }
}

/// <summary>The command line cannot be followed. The message is fit to print.</summary>
public sealed class SandboxUsageException : StartFaultException
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
