using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>What the live page says in words: the round's state, why attempts were refused, how the neighbours do.</summary>
public sealed class LiveFormatter(IStringLocalizer<Text.Live> text, CityFormatter format)
{
    public string State(RoundState? round, DateTimeOffset now)
    {
        if (round is null) return text["State_None"];
        if (round.IsAnnulled) return text["State_Annulled"];
        if (round.IsPausedAt(now)) return text["State_Paused"];
        if (round.Times.WindowAt(now) is { } window && !round.IsClosed) return text["State_Open", format.End(window.ClosesAt)];
        return !round.IsClosed && round.Times.PresentOrNext(now) is { } next
            ? text[next.Index == 1 ? "State_Announced" : "State_Between", format.Time(next.OpensAt)]
            : text["State_Closed"];
    }

    public string Reason(string code) => text[$"Reason_{code}"] is { ResourceNotFound: false } known ? known.Value : text["Reason_other", code];

    public IReadOnlyList<LiveHealth> Health(IReadOnlyList<Trouble> troubles)
    {
        return
        [
            Of(LiveSubject.Sms, t => t.Notices?.Bookings ?? 0, TroubleKind.Sms, TroubleKind.SmsLate),
            Of(LiveSubject.Wechat, t => t.Notices?.Bookings ?? 0, TroubleKind.Credential, TroubleKind.ApiPause),
            Of(LiveSubject.Registry, t => t.People, TroubleKind.Registry),
            new LiveHealth(LiveSubject.Database, true, text["Good"]),
        ];

        LiveHealth Of(LiveSubject subject, Func<Trouble, long> people, params TroubleKind[] kinds)
        {
            var all = troubles.Where(t => kinds.Contains(t.Kind)).ToList();
            return all.Count == 0 ? new LiveHealth(subject, true, text["Good"]) : new LiveHealth(subject, false, text[$"Bad_{subject}", all.Max(people).ToString(CultureInfo.InvariantCulture)]);
        }
    }

    public LiveHealth Nodes(int count) => new(LiveSubject.Nodes, true, count == 0 ? text["Nodes_Quiet"] : text["Nodes", count]);

    /// <summary>The same while the database does not answer; it was read last at an instant.</summary>
    public IReadOnlyList<LiveHealth> Away(IReadOnlyList<LiveHealth> known, DateTimeOffset readAt) =>
        [.. known.Select(h => h.Subject == LiveSubject.Database ? new LiveHealth(h.Subject, false, text["Bad_Database", format.Second(readAt)]) : h)];
}
