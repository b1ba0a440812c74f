using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>Who looks after accounts: an administrator or the operator's shell after all, a lead after the own pharmacy's clerks.</summary>
public sealed record AccountActor(string Name, StaffRole Role, long? PharmacyId)
{
    /// <summary>Whoever may run commands on the city's machine.</summary>
    public static readonly AccountActor Operator = new("operator", StaffRole.Administrator, null);

    public static AccountActor Of(StaffMember staff) => new(staff.Username, staff.Role, staff.PharmacyId);

    public bool IsLead => Role == StaffRole.PharmacyLead;

    public bool MayManage(StaffRole role, long? pharmacyId) =>
        Role == StaffRole.Administrator || (IsLead && role == StaffRole.Clerk && PharmacyId is { } own && own == pharmacyId);
}

/// <summary>Why an act on an account was not done. Each has its sentence in <c>Text/Accounts.resx</c>.</summary>
public enum AccountFault
{
    None,

    /// <summary>There is none, or it is none of the actor's.</summary>
    Unknown,
    InvalidName,
    NameTaken,

    /// <summary>A clerk or lead without a pharmacy.</summary>
    PharmacyNeeded,

    /// <summary>A pharmacy for somebody who works for the whole city.</summary>
    PharmacyNotWanted,
    UnknownPharmacy,

    /// <summary>Nobody else could look after accounts.</summary>
    LastAdministrator,

    /// <summary>There is an administrator already.</summary>
    HasAdministrator,

    /// <summary>One's own account is not managed, but cared for on one's own page.</summary>
    Self,

    /// <summary>Nobody can do it for an account that is disabled.</summary>
    Disabled,

    /// <summary>Beyond the actor's rights.</summary>
    NotAllowed,

    /// <summary>The session had ended already.</summary>
    NoSession,
}

/// <summary>The outcome of an act on an account, with the link that it gave.</summary>
public sealed record AccountAnswer(AccountFault Fault, StaffLink? Link = null)
{
    public static readonly AccountAnswer Done = new(AccountFault.None);

    public static implicit operator AccountAnswer(AccountFault fault) => FromAccountFault(fault);

    public static AccountAnswer FromAccountFault(AccountFault fault) => new(fault);
}

/// <summary>What a log-in name may be.</summary>
public static class StaffNames
{
    public const int Longest = 64;

    /// <summary>Letters of any script, digits and <c>. _ -</c>; the shell's own name in the audit is nobody's.</summary>
    public static bool IsValid(string name) =>
        name.Length is >= 2 and <= Longest && name.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-') && char.IsLetterOrDigit(name[0])
        && name != AccountActor.Operator.Name;
}
