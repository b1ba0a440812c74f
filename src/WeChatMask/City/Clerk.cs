using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>A signed-in clerk and the pharmacy whose counter and stock are theirs.</summary>
public sealed record Clerk(StaffMember Staff, long PharmacyId)
{
    /// <summary>Call only behind the clerks' policy: throws where the member has no pharmacy.</summary>
    public static Clerk Of(StaffMember staff) =>
        new(staff, staff.PharmacyId ?? throw new InvalidOperationException("A clerk without a pharmacy is signed in."));
}
