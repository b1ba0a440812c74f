using Mono.Cecil;

namespace WeChatMask.Tests.Architecture;

/// <summary>The rooms of the product depend one way: a room uses only rooms that stand above it in the list.</summary>
public sealed class RoomTests
{
    private const string Root = "Root";

    // From the ground up. A room is a namespace below the root; pages compile their views into a namespace of their own.
    internal static readonly string[] Rooms =
    [
        "Text", "Settings", "Telemetry", "Data", "WeChat", "Audit", "Jobs", "Web", "PublicLog", "Sms", "Rounds", "City", "OfficialAccount",
        "Notices", "Stock", "Counter", "Bookings", "Cases", "Residents", "DayEnd", "Levers", "Flags", "OpenData", "Supervision", "Operations",
        "Conversation", "Pages",
    ];

    private static readonly IReadOnlyList<(TypeDefinition User, TypeDefinition Used)> Uses = TypeUses.Read(typeof(WeChatMaskApp).Assembly.Location);

    [Fact]
    public void A_room_uses_only_rooms_above_it_in_the_list() => Assert.Empty(
        Uses.Select(use => (use.User, use.Used, From: RoomOf(use.User), To: RoomOf(use.Used)))
            .Where(use => use.From is not (null or Root) && use.To is not null && use.From != use.To)
            .Where(use => IsWrong(use.From!, use.To!))
            .Select(use => $"{use.User.FullName} uses {use.Used.FullName}"));

    [Fact]
    public void Every_room_is_in_the_list_and_every_place_in_the_list_is_a_room() => Assert.Equal(
        Rooms.Order(StringComparer.Ordinal),
        Uses.SelectMany(use => new[] { RoomOf(use.User), RoomOf(use.Used) }).Where(room => room is not (null or Root)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)!);

    [Fact]
    public void Uses_in_bodies_members_and_attributes_are_seen()
    {
        var seen = Uses.Select(use => (use.User.Name, use.Used.Name)).ToHashSet();

        Assert.Contains(("Program", "OperatorCommands"), seen);
        Assert.Contains(("BookingDesk", "BookingStore"), seen);
        Assert.Contains(("HomeModel", "CacheablePageAttribute"), seen);
        Assert.True(seen.Count > 2000, $"Only {seen.Count} uses were found.");
    }

    private static bool IsWrong(string user, string used) => used == Root || Array.IndexOf(Rooms, used) > Array.IndexOf(Rooms, user);

    private static string? RoomOf(TypeDefinition type) => type.Namespace.Split('.') switch
    {
        ["WeChatMask", var room, ..] => room,
        ["WeChatMask"] => Root,
        // Program has no namespace; what the compiler adds to the assembly has none of ours.
        [""] when type.Name == "Program" => Root,
        _ => null,
    };
}
