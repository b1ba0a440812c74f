using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>Where each role works: the side menu of a wide screen, the tabs at a phone's foot, and the page that lists all of it.</summary>
public static class StaffMenu
{
    public const string Path = "/staff/menu";

    private static readonly StaffPlace Me = new("/staff/me", "Me", Tab: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-5 4-7 8-7s8 2 8 7");
    private static readonly StaffPlace Audit = new("/supervisor/audit", "Audit");

    private static readonly IReadOnlyList<StaffMenuGroup> Counter =
    [
        new("Counter",
        [
            new("/pharmacy/scan", "Scan", Tab: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16"),
            new("/pharmacy", "Day", Tab: "M5 5h14v15H5zM5 9h14M9 3v4M15 3v4"),
            new("/pharmacy/proxy", "Proxy", Tab: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 20c0-4 3-6 6-6s6 2 6 6M16 11a3 3 0 0 0 0-6M17 14c3 .5 5 2.5 5 6"),
            new("/pharmacy/stock", "Stock", Tab: "M3 8l9-4 9 4v9l-9 4-9-4zM3 8l9 4 9-4M12 12v9"),
            new("/pharmacy/count", "Count"),
            new("/pharmacy/pause", "Pause"),
            new("/pharmacy/lists", "Lists"),
            new("/pharmacy/holder", "Holder"),
            new("/pharmacy/offline", "Offline"),
        ]),
        new("Self", [new("/staff/guide", "Guide"), Me with { Tab = null }]),
    ];

    private static readonly IReadOnlyList<StaffMenuGroup> Oversight =
    [
        new("Watch",
        [
            new("/supervisor", "Overview", Tab: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-4H4zM14 8h6V4h-6z"),
            new("/supervisor/live", "Live"),
            new("/supervisor/pharmacies", "Pharmacies", Tab: "M4 10h16v10H4zM3 10l2-6h14l2 6M12 12.5v5M9.5 15h5"),
            new("/supervisor/today", "Today", Tab: "M5 5h14v15H5zM5 9h14M9 3v4M15 3v4"),
            new("/supervisor/rounds", "Rounds"),
        ]),
        new("Steer",
        [
            new("/supervisor/plan", "Plan"),
            new("/supervisor/policy", "Policy"),
            new("/supervisor/levers", "Levers"),
            new("/supervisor/stock", "HeldStock"),
            new("/supervisor/void", "Void", Changes: true),
            new("/supervisor/annul", "Annul", Changes: true),
        ]),
        new("Hear", [new("/supervisor/cases", "Cases"), new("/supervisor/violations", "Violations"), new("/supervisor/flags", "Flags"), new("/supervisor/offline", "OfflineReview")]),
        new("Records", [Audit, new("/supervisor/log", "Log"), new("/supervisor/jobs", "Jobs", Tab: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l4 2"), new("/supervisor/messages", "Messages"), new("/supervisor/wechat", "WeChat"), new("/supervisor/posters", "Posters")]),
        new("Self", [Me with { Tab = null }]),
    ];

    private static readonly IReadOnlyList<StaffMenuGroup> Administration =
    [
        new("City",
        [
            new("/administrator", "Administrator", Tab: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-4H4zM14 8h6V4h-6z"),
            new("/staff/accounts", "Accounts", Tab: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 20c0-4 3-6 6-6s6 2 6 6M16 11a3 3 0 0 0 0-6M17 14c3 .5 5 2.5 5 6"),
            Audit with { Tab = "M6 3h9l4 4v14H6zM9 12h7M9 16h7" },
        ]),
        new("Self", [Me]),
    ];

    private static readonly IReadOnlyList<StaffMenuGroup> Lead =
        [Counter[0] with { Places = [.. Counter[0].Places, new("/pharmacy/cases", "Answers")] }, Counter[1] with { Places = [new("/staff/accounts", "Accounts"), .. Counter[1].Places] }];

    private static readonly IReadOnlyList<StaffMenuGroup> Auditor =
        [.. Oversight.Select(g => g with { Places = [.. g.Places.Where(p => !p.Changes)] })];

    public static IReadOnlyList<StaffMenuGroup> Of(StaffRole role) => role switch
    {
        StaffRole.Clerk => Counter,
        StaffRole.PharmacyLead => Lead,
        StaffRole.Supervisor => Oversight,
        StaffRole.Auditor => Auditor,
        StaffRole.Administrator => Administration,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "A role without a menu."),
    };

    /// <summary>The place that a page belongs to: itself, or the one above it. Null on a page that belongs to none.</summary>
    public static string? Current(IEnumerable<StaffMenuGroup> groups, string path) => groups
        .SelectMany(g => g.Places).Select(p => p.Href)
        .Where(h => path == h || path.StartsWith(h + "/", StringComparison.Ordinal))
        .MaxBy(h => h.Length);
}

/// <summary>Places under one heading, <c>Group_</c> with the name in <c>Text/StaffMenu.resx</c>.</summary>
public sealed record StaffMenuGroup(string Name, IReadOnlyList<StaffPlace> Places);

/// <summary>One place of a menu, <c>Place_</c> with the name in <c>Text/StaffMenu.resx</c>. With <paramref name="Tab"/>, its picture's path in 24 by 24, it is at a phone's foot too. With <paramref name="Changes"/> only those who may change something have it.</summary>
public sealed record StaffPlace(string Href, string Name, string? Tab = null, bool Changes = false);
