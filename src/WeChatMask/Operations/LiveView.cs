using WeChatMask.Domain;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>An opening at one instant, of all nodes together: the live page, the API and each event of the stream say this.</summary>
/// <remarks>
/// Places, left and booked are the board's, of the present, else the next window. <c>Pharmacies</c> are those that are full and those that lag, at most thirty;
/// <c>More</c> counts the others.
/// </remarks>
public sealed record LiveView(
    DateTimeOffset AsOf, string State, BoardRound? Round, int Places, int Left, int Booked, int Queue, LiveSeries Seconds, LiveSeries Minutes,
    IReadOnlyList<LiveRefusal> Refusals, IReadOnlyList<LiveWindow> Windows, IReadOnlyList<LivePharmacy> Pharmacies, int More,
    LiveNotices Notices, IReadOnlyList<LiveHealth> Health, IReadOnlyList<LiveNode> Nodes)
{
    /// <summary>Bookings in the last whole second.</summary>
    public int PerSecond => Seconds.Booked[^1];
}

/// <summary>What desks answered, by equal steps that follow each other: <c>Ends</c> is when the last one began.</summary>
public sealed record LiveSeries(DateTimeOffset Ends, IReadOnlyList<int> Booked, IReadOnlyList<int> Refused);

/// <summary>A reason for which attempts were refused, in the last minute and in all that is kept.</summary>
public sealed record LiveRefusal(string Code, string Text, int Minute, int All);

/// <summary>A window of the round, with its places as the board has them.</summary>
public sealed record LiveWindow(int Index, DateTimeOffset OpensAt, DateTimeOffset ClosesAt, int Places, int Booked, int Left);

public sealed record LivePharmacy(string Code, string Name, string District, PharmacyStatus Status, int Places, int Left, int Booked);

/// <summary>Notices to bookers that should have gone out by now.</summary>
public sealed record LiveNotices(long Sms, long WeChat, DateTimeOffset? Since)
{
    internal static LiveNotices Of(IReadOnlyList<NoticesDue> due, CityCalendar calendar) => new(
        due.Where(d => d.Channel == NoticeChannel.Sms).Sum(d => d.Bookings), due.Where(d => d.Channel == NoticeChannel.WeChat).Sum(d => d.Bookings),
        due.Count == 0 ? null : calendar.Local(due.Min(d => d.Since)));
}

/// <summary>Whether a neighbour does its work, and in words how.</summary>
public sealed record LiveHealth(LiveSubject Subject, bool Good, string Text);

/// <summary>A node that has said something lately, and what its desk did in the last minute.</summary>
public sealed record LiveNode(string Name, DateTimeOffset SeenAt, int Booked, int Refused, int Queue);

public enum LiveSubject
{
    Sms,
    Wechat,
    Registry,
    Database,
    Nodes,
}
