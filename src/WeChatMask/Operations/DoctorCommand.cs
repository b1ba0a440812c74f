using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.Operations;

/// <summary><c>doctor [--sms NUMBER]</c>: tries all that a city needs and changes nothing. After <c>setup</c> it comes with <c>--first</c>.</summary>
internal static class DoctorCommand
{
    private const string First = "--first";

    public static bool Named(string[] args) => args is ["doctor", ..];

    /// <summary>Runs it and gives the process's exit code: 1 when something is to be mended.</summary>
    /// <exception cref="StartFaultException">It is mistyped.</exception>
    public static async Task<int> RunAsync(IServiceProvider services, string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        var first = args.Contains(First, StringComparer.Ordinal);
        var number = args.Where(a => a != First).ToArray() switch
        {
            ["doctor"] => null,
            ["doctor", "--sms", var given] => given,
            _ => throw new StartFaultException("Usage: doctor [--sms NUMBER]"),
        };
        var report = new DoctorReport(output);
        if (!SettingsHold(services, report)) return ExitCodes.Mend;
        var hasCity = await new DatabaseDiagnosis(services, report, first).RunAsync(cancellationToken);
        var site = services.GetRequiredService<IOptions<SiteSettings>>().Value;
        await new AddressDiagnosis(new Uri(site.PublicBaseUrl), services.GetRequiredService<TimeProvider>(), report, first)
            .RunAsync(hasCity ? services.GetRequiredService<BoardQueries>() : null, cancellationToken);
        var neighbours = new NeighbourDiagnosis(services, report);
        await neighbours.AskWeChatAsync(cancellationToken);
        await neighbours.SendSmsAsync(number, cancellationToken);
        await neighbours.AskRegistryAsync(cancellationToken);
        if (first) await WeChatConsole.PrintAsync(site, services.GetRequiredService<IOptions<WeChatSettings>>().Value, output);
        if (report.Faults > 0) await output.WriteLineAsync(FormattableString.Invariant($"{report.Faults} to mend; then: wechatmask doctor"));
        return report.Faults == 0 ? ExitCodes.Stopped : ExitCodes.Mend;
    }

    // The others would be tried with what cannot be used.
    private static bool SettingsHold(IServiceProvider services, DoctorReport report)
    {
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            report.Ok("settings", "they can be used");
            return true;
        }
        catch (Exception e) when (e is OptionsValidationException or AggregateException or InvalidOperationException)
        {
            foreach (var sentence in StartFaults.Of(e).Select(f => f.Sentence).Distinct(StringComparer.Ordinal)) report.Mend("settings", sentence);
            return false;
        }
    }
}
