using Microsoft.Extensions.Options;
using WeChatMask.Domain;

namespace WeChatMask.Cases;

/// <summary>How soon each state of a complaint is to be left. What is past its time stands first in the list, and in the strip of every supervisor's page.</summary>
public sealed class CaseSettings
{
    public const string Section = "Cases";

    /// <summary>Hours until somebody takes a complaint that has come in, 1 to 720.</summary>
    public int ReceivedHours { get; set; } = 24;

    /// <summary>Hours in work until the pharmacy is asked or the complaint closed, 1 to 720.</summary>
    public int InWorkHours { get; set; } = 72;

    /// <summary>Hours until a pharmacy that was asked answers, 1 to 720.</summary>
    public int PharmacyHours { get; set; } = 24;

    /// <summary>Hours after the pharmacy's answer until the complaint is closed, 1 to 720.</summary>
    public int AnsweredHours { get; set; } = 48;

    /// <summary>Until when a case is to leave a state that it enters now; null where there is nothing more to do.</summary>
    public DateTimeOffset? DueAt(CaseStatus status, DateTimeOffset now) => status switch
    {
        CaseStatus.Received => now.AddHours(ReceivedHours),
        CaseStatus.InWork => now.AddHours(InWorkHours),
        CaseStatus.AtPharmacy => now.AddHours(PharmacyHours),
        CaseStatus.Answered => now.AddHours(AnsweredHours),
        _ => null,
    };
}

/// <summary>Stops the start at hours that are no deadline.</summary>
internal sealed class CaseSettingsValidator : IValidateOptions<CaseSettings>
{
    private const int Most = 720;

    public ValidateOptionsResult Validate(string? name, CaseSettings options)
    {
        (string Name, int Hours)[] all =
        [
            (nameof(options.ReceivedHours), options.ReceivedHours), (nameof(options.InWorkHours), options.InWorkHours),
            (nameof(options.PharmacyHours), options.PharmacyHours), (nameof(options.AnsweredHours), options.AnsweredHours),
        ];
        string[] faults = [.. all.Where(h => h.Hours is < 1 or > Most).Select(h => $"{CaseSettings.Section}:{h.Name} is 1 to {Most}.")];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
