using System.Globalization;
using System.Runtime.InteropServices;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>The rules of languages by which pages are formatted; without them each page would be an error while the node says ready.</summary>
internal static class Cultures
{
    private const string InvariantSwitch = "System.Globalization.Invariant";
    private const string OwnLibrary = "System.Globalization.AppLocalIcu";
    private const int OldestVersion = 50;
    private const int NewestVersion = 199;

    /// <exception cref="StartFaultException">The system lacks them, or was told to do without.</exception>
    public static void RefuseIfMissing()
    {
        // Where the library is not there the runtime ends the process with a stack trace as soon as it needs a culture.
        if (OperatingSystem.IsLinux() && AppContext.GetData(OwnLibrary) is null && !CanLoad()) AppContext.SetSwitch(InvariantSwitch, true);
        try
        {
            _ = CultureInfo.GetCultureInfo("zh-CN");
        }
        catch (CultureNotFoundException e)
        {
            throw new StartFaultException(
                "The system lacks the rules of languages that pages need (globalization-invariant mode): install ICU (libicu) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.", e);
        }
    }

    // Nothing in here may touch a culture, the formatting of a number neither.
    private static bool CanLoad()
    {
        const string name = "libicui18n.so";
        if (NativeLibrary.TryLoad(name, out _)) return true;
        for (var version = OldestVersion; version <= NewestVersion; version++)
        {
            var suffix = string.Concat(version < 100 ? "" : Digit(version / 100), Digit(version / 10 % 10), Digit(version % 10));
            if (NativeLibrary.TryLoad(string.Concat(name, ".", suffix), out _)) return true;
        }

        return false;
    }

    private static string Digit(int digit) => new((char)('0' + digit), 1);
}
