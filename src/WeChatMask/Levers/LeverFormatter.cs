using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Levers;

/// <summary>Levers in words: what one does, what has been done, and what those whom it touches are told.</summary>
public sealed class LeverFormatter(IStringLocalizer<Text.Levers> text, CityCalendar calendar)
{
    public string Name(LeverKind kind) => text[$"Kind_{kind}"];

    /// <summary>What pressing would change, line by line.</summary>
    public IReadOnlyList<string> Effects(LeverEffect e)
    {
        var lines = new List<string> { text[$"Effect_{e.Order.Kind}", Moment(e.From), Moment(e.To), e.Bookings, e.Pharmacies.Count, e.Pharmacies.Sum(p => p.FreePlaces)] };
        if (e.Order.Kind == LeverKind.Annul)
        {
            lines.Add(text["Effect_AnnulPlaces", e.Bookings + e.Pharmacies.Sum(p => p.FreePlaces)]);
            lines.Add(text["Effect_AnnulRedeemed", e.Pharmacies.Sum(p => p.Redeemed)]);
        }

        if (e.Order.Kind == LeverKind.Withdraw)
        {
            lines.AddRange(e.Takers.Select(t => text["Effect_WithdrawTo", t.Code, t.Name, t.Bookings].Value));
            lines.Add(text["Effect_WithdrawFree", e.Pharmacies.Sum(p => p.FreePlaces)]);
        }

        lines.Add(text[e.Told == 0 ? "Told_Public" : e.Order.Kind == LeverKind.Extend ? "Told_ByWeChat" : "Told_Each", e.Told]);
        lines.Add(text[$"Undo_{e.Order.Kind}"]);
        return lines;
    }

    /// <summary>The very sentence people read, with the reason where it will stand; on pages, and in their notice where each gets one.</summary>
    public string Sentence(LeverKind kind, DateOnly round, string? reason, DateTimeOffset? from, DateTimeOffset? to, string? pharmacy) =>
        text[$"Public_{kind}", Day(round), reason is { Length: > 0 } given ? given : text["Reason_Placeholder"].Value, Moment(from), Moment(to), pharmacy ?? text["AllPharmacies"].Value];

    public string Sentence(Lever lever)
    {
        var detail = LeverEffectQueries.DetailOf(lever);
        return Sentence(lever.Kind, lever.RoundDate, lever.Reason, detail.From, detail.To, lever.PharmacyName);
    }

    public string State(Lever lever, int steps) => lever switch
    {
        { UndoneAt: { } at } => text["State_Undone", Moment(at)],
        { DoneAt: { } at } => text["State_Done", Moment(at)],
        _ => text["State_Open", steps],
    };

    public string Moment(DateTimeOffset? at) => at is { } known && calendar.Local(known) is var local
        ? text["Moment", local.Month, local.Day, local.ToString("HH:mm", CultureInfo.InvariantCulture)]
        : "";

    private string Day(DateOnly day) => text["Day", day.Month, day.Day];
}
