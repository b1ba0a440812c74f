using System.Security.Cryptography;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>One's own second factor: turned on, moved to another phone, turned off. The only page of an administrator who has none yet.</summary>
[Authorize(Policy = Sessions.OwnLogInPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class TotpModel(
    StaffProofStore proofs, OwnAccountStore store, IDataProtectionProvider protection, IStringLocalizer<Text.Accounts> text, IStringLocalizer<Text.Staff> staffText) : PageModel
{
    private static readonly TimeSpan SecretLife = TimeSpan.FromHours(1);

    public bool IsOn { get; private set; }

    public int CodesLeft { get; private set; }

    /// <summary>An administrator cannot turn it off.</summary>
    public bool IsRequired { get; private set; }

    public string? Message { get; private set; }

    /// <summary>What was done, or null.</summary>
    public string? Done { get; private set; }

    /// <summary>Recovery codes, in the one answer that has them.</summary>
    public IReadOnlyList<string> Codes { get; private set; } = [];

    /// <summary>The secret to take into an app, in base 32.</summary>
    public string Secret { get; private set; } = "";

    /// <summary>Where to go on.</summary>
    public string Home => User.Staff().Role.Home();

    /// <summary>The secret as it comes back with the form: sealed, for this account, for an hour. Nothing is stored before a code of it was right.</summary>
    [BindProperty]
    public string? Sealed { get; set; }

    [BindProperty]
    public string? Code { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    /// <summary>What an app reads.</summary>
    public string Address => OneTimeCodes.AddressOf(Secret, User.Staff().Username, staffText["Site"]);

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task OnPostAsync(CancellationToken cancellationToken)
    {
        if (Opened() is not { } secret)
        {
            await FailAsync(ProofFault.Gone, cancellationToken);
            return;
        }

        Secret = secret;
        var me = User.Staff();
        // The second factor opens more to an administrator, and so begins another log-in; others keep theirs, and what their counter has with it.
        var next = me.Role == StaffRole.Administrator ? NewSession.Of(HttpContext, SessionKind.Staff) : null;
        var (fault, codes) = await store.TurnOnTotpAsync(me.Id, Password ?? "", secret, Code ?? "", User.SessionHash(), next, cancellationToken);
        if (fault != ProofFault.None)
        {
            await FailAsync(fault, cancellationToken);
            return;
        }

        if (next is not null) await HttpContext.SignInStaffAsync(next, me.Id, me.Username, me.Role, me.PharmacyId, secondFactor: true);
        await ShowCodesAsync("Totp_TurnedOn", codes, cancellationToken);
    }

    public async Task OnPostCodesAsync(CancellationToken cancellationToken)
    {
        var (fault, codes) = await store.RenewCodesAsync(User.Staff().Id, Password ?? "", cancellationToken);
        await (fault == ProofFault.None ? ShowCodesAsync("Totp_NewCodes", codes, cancellationToken) : FailAsync(fault, cancellationToken));
    }

    public async Task OnPostOffAsync(CancellationToken cancellationToken)
    {
        var fault = await store.TurnOffTotpAsync(User.Staff().Id, Password ?? "", User.SessionHash(), cancellationToken);
        if (fault == ProofFault.None) Done = text["Totp_TurnedOff"];
        await (fault == ProofFault.None ? LoadAsync(cancellationToken) : FailAsync(fault, cancellationToken));
    }

    private async Task ShowCodesAsync(string done, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        Done = text[done];
        Codes = codes;
        await LoadAsync(cancellationToken);
    }

    private Task FailAsync(ProofFault fault, CancellationToken cancellationToken)
    {
        Message = text[$"Proof_{fault}"];
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return LoadAsync(cancellationToken);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var me = await proofs.FindAsync(User.Staff().Id, cancellationToken);
        (IsOn, CodesLeft, IsRequired) = (me?.HasTotp == true, me?.RecoveryCodes ?? 0, User.Staff().Role == StaffRole.Administrator);
        if (Secret.Length == 0) Secret = OneTimeCodes.NewSecret();
        // What was posted does not stand in the way of what is shown.
        ModelState.Remove(nameof(Sealed));
        Sealed = Protector().Protect(Secret, SecretLife);
    }

    private string? Opened()
    {
        if (Sealed is not { Length: > 0 and <= 1024 }) return null;
        try
        {
            return Protector().Unprotect(Sealed);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private ITimeLimitedDataProtector Protector() => protection.CreateProtector(
        "staff.totp", User.Staff().Id.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToTimeLimitedDataProtector();
}
