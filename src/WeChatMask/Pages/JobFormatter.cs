using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;

namespace WeChatMask.Pages;

/// <summary>Jobs as supervisors read them.</summary>
public sealed partial class JobFormatter(IStringLocalizer<Text.Jobs> text)
{
    public string Name(string job) => text[$"Job_{job}"] is { ResourceNotFound: false } name ? name : job;

    public string Purpose(string job) => text[$"Does_{job}"];

    /// <summary>How often a job looks, by its cron.</summary>
    public string Pace(string cron)
    {
        if (cron == "* * * * * *") return text["Pace_Second"];
        if (cron == "* * * * *") return text["Pace_Minute"];
        if (Seconds().Match(cron) is { Success: true } seconds) return text["Pace_Seconds", seconds.Groups[1].Value];
        if (Minutes().Match(cron) is { Success: true } minutes) return text["Pace_Minutes", minutes.Groups[1].Value];
        if (Hours().Match(cron) is { Success: true } hours) return text["Pace_Hour", hours.Groups[1].Value];
        throw new ArgumentException($"No words for the pace {cron}.", nameof(cron));
    }

    [GeneratedRegex(@"^\*/(\d+) \* \* \* \* \*$")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"^\d+-59/(\d+) \* \* \* \*$")]
    private static partial Regex Minutes();

    [GeneratedRegex(@"^(\d+) \* \* \* \*$")]
    private static partial Regex Hours();
}
