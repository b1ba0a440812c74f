namespace WeChatMask.Web;

/// <summary>What a member of staff may do. docs/roles.md has the table; the numbers are stored.</summary>
public enum StaffRole
{
    Clerk,

    /// <summary>Watches and steers the whole city.</summary>
    Supervisor,

    /// <summary>Works at a pharmacy's counter and looks after its clerks' accounts.</summary>
    PharmacyLead,

    /// <summary>Reads what the supervisor reads, and changes nothing.</summary>
    Auditor,

    /// <summary>Looks after accounts and settings, and sees no resident's data.</summary>
    Administrator,
}

public static class StaffRoles
{
    /// <summary>Whether the role belongs to a pharmacy, and so never comes without one.</summary>
    public static bool IsOfAPharmacy(this StaffRole role) => role is StaffRole.Clerk or StaffRole.PharmacyLead;

    /// <summary>Where the role's own pages begin.</summary>
    public static string Home(this StaffRole role) => role switch
    {
        StaffRole.Clerk or StaffRole.PharmacyLead => "/pharmacy",
        StaffRole.Supervisor or StaffRole.Auditor => "/supervisor",
        StaffRole.Administrator => "/administrator",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "A role without pages."),
    };
}

/// <summary>The member of staff behind a request.</summary>
public sealed record StaffMember(long Id, string Username, StaffRole Role, long? PharmacyId);
