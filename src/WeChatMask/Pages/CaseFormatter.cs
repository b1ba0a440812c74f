using Microsoft.Extensions.Localization;
using WeChatMask.Cases;
using WeChatMask.Domain;

namespace WeChatMask.Pages;

/// <summary>Cases in words.</summary>
public sealed class CaseFormatter(IStringLocalizer<Text.Cases> text)
{
    public string Kind(CaseKind kind) => text[$"Kind_{kind}"];

    public string Status(CaseStatus status) => text[$"Status_{status}"];

    public string Outcome(CaseOutcome outcome) => text[$"Outcome_{outcome}"];

    public string Act(CaseAct act) => text[$"Step_{act}"];

    /// <summary>How it stands in a word: what came out, of one that is closed.</summary>
    public string State(Case one) => one.Status == CaseStatus.Closed ? Outcome(one.Outcome) : Status(one.Status);
}
