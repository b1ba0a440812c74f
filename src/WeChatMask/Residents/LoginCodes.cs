using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Residents;

/// <summary>Log-in by a code to one's own phone, for a city's app and for browsers outside WeChat.</summary>
/// <remarks>
/// The code goes straight to the vendor and not through the outbox: it is of use only to the person who waits for it, and an
/// outbox row would have to hold it. It is kept as a keyed hash and never logged.
/// </remarks>
public sealed class LoginCodes(
    LoginStore store, ISmsProvider sms, PersonalData personal, CityQueries city, IOptionsMonitor<SmsSettings> smsSettings, IOptionsMonitor<SiteSettings> site,
    IStringLocalizer<Text.Login> text)
{
    public const int Digits = 6;

    public async Task<LoginCodeFault> SendAsync(string? typed, string address, CancellationToken cancellationToken)
    {
        if (MobileNumber.TryParse(typed) is not { } mobile) return LoginCodeFault.InvalidMobile;
        var code = RandomNumberGenerator.GetString("0123456789", Digits);
        var hash = MobileHash(mobile);
        var fault = await store.TakeCodeAsync(
            hash, CodeHash(hash, code), personal.KeyedHash(HashPurpose.LoginAddress, address), site.CurrentValue.RateLimits, cancellationToken);
        if (fault != LoginCodeFault.None) return fault;
        var outcome = await sms.SendAsync(await MessageAsync(mobile, code, cancellationToken), cancellationToken);
        // A message that may have left is waited for; one that did not leave must not keep the person from asking again.
        if (outcome.Result == SmsResult.Accepted || outcome.MayHaveLeft) return LoginCodeFault.None;
        await store.ForgetCodeAsync(hash);
        return LoginCodeFault.Unavailable;
    }

    /// <summary>With no fault, the account that the code opens.</summary>
    public async Task<(LoginCodeFault Fault, long Account)> VerifyAsync(string? typedMobile, string? typedCode, CancellationToken cancellationToken)
    {
        if (MobileNumber.TryParse(typedMobile) is not { } mobile) return (LoginCodeFault.InvalidMobile, 0);
        var hash = MobileHash(mobile);
        var code = string.Concat((typedCode ?? "").Where(c => !char.IsWhiteSpace(c)));
        // What cannot be a code costs no try: it is a slip of the finger.
        if (code.Length != Digits || !code.All(char.IsAsciiDigit)) return (LoginCodeFault.Wrong, 0);
        return await store.SpendCodeAsync(hash, CodeHash(hash, code), cancellationToken);
    }

    private async Task<SmsMessage> MessageAsync(MobileNumber mobile, string code, CancellationToken cancellationToken)
    {
        var sign = smsSettings.CurrentValue.Sign is { Length: > 0 } configured ? configured : (await city.NamesAsync(cancellationToken)).City;
        var words = text["Sms_Code", code, (int)LoginStore.CodeLife.TotalMinutes].Value;
        var id = $"login-{Ids.Next().ToString(CultureInfo.InvariantCulture)}";
        return new SmsMessage(id, mobile.Value, sign.Length == 0 ? words : text["Sms_Signed", sign, words].Value, MayBeRepeat: false)
        {
            Kind = SmsKind.LoginCode,
            Values = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [SmsValues.Code] = code, [SmsValues.Minutes] = ((int)LoginStore.CodeLife.TotalMinutes).ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    private string MobileHash(MobileNumber mobile) => personal.KeyedHash(HashPurpose.LoginMobile, mobile.Value);

    private string CodeHash(string mobileHash, string code) => personal.KeyedHash(HashPurpose.LoginCode, $"{mobileHash}:{code}");
}
