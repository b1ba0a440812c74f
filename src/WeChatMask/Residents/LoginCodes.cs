using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Sms;
using WeChatMask.Web;

namespace WeChatMask.Residents;

/// <summary>Log-in by a code to one's own phone, for a city's app and for browsers outside WeChat.</summary>
/// <remarks>
/// The code goes straight to the vendor and not through the outbox: it is of use only to the person who waits for it, and an
/// outbox row would have to hold it. It is kept as a keyed hash and never logged.
/// </remarks>
public sealed class LoginCodes(
    LoginCodeStore store, SmsAlarmStore alarms, CityCalendar calendar, ISmsProvider sms, PersonalData personal, CityQueries city, IOptionsMonitor<SmsSettings> smsSettings, IOptionsMonitor<SiteSettings> site,
    IStringLocalizer<Text.Login> text)
{
    public const int Digits = 6;

    /// <summary>Under which the alarm of a spent hour stands.</summary>
    internal const string Alarm = "LoginCodes";

    /// <summary>Sends a code that only this browser can use.</summary>
    public async Task<LoginCodeFault> SendAsync(string? typed, string address, LoginBrowser browser, LoginProof? proof, CancellationToken cancellationToken)
    {
        if (MobileNumber.TryParse(typed) is not { } mobile) return LoginCodeFault.InvalidMobile;
        var code = RandomNumberGenerator.GetString("0123456789", Digits);
        var hash = MobileHash(mobile);
        var key = CodeKey(hash, browser);
        var budget = smsSettings.CurrentValue.LoginCodesPerHour;
        var request = new LoginCodeRequest(
            hash, key, CodeHash(hash, code), personal.KeyedHash(HashPurpose.LoginAddress, address), personal.KeyedHash(HashPurpose.LoginAddress, $"{hash}:{address}"))
        {
            IsLimited = site.CurrentValue.RateLimits, IsOwner = browser.Knows(hash), Proof = proof,
        };
        var (fault, spent) = await store.TakeAsync(request, budget, cancellationToken);
        await NoteAsync(fault, spent, budget, cancellationToken);
        if (fault != LoginCodeFault.None) return fault;
        var outcome = await sms.SendAsync(await MessageAsync(mobile, code, cancellationToken), cancellationToken);
        // A message that may have left is waited for; one that did not leave must not keep the person from asking again.
        if (outcome.Result == SmsResult.Accepted || outcome.MayHaveLeft) return LoginCodeFault.None;
        await store.ForgetAsync(key);
        return LoginCodeFault.Unavailable;
    }

    /// <summary>With no fault, the account that the code opens, with this session begun, and the browser as one that knows the number.</summary>
    public async Task<(LoginCodeFault Fault, long Account, LoginBrowser Browser)> VerifyAsync(
        string? typedMobile, string? typedCode, LoginBrowser browser, NewSession session, CancellationToken cancellationToken)
    {
        if (MobileNumber.TryParse(typedMobile) is not { } mobile) return (LoginCodeFault.InvalidMobile, 0, browser);
        var hash = MobileHash(mobile);
        var code = Folding.Number(typedCode) ?? "";
        // What cannot be a code costs no try: it is a slip of the finger.
        if (code.Length != Digits || !Folding.AreDigits(code)) return (LoginCodeFault.Wrong, 0, browser);
        var (fault, account) = await store.SpendAsync(CodeKey(hash, browser), hash, CodeHash(hash, code), session, cancellationToken);
        return (fault, account, fault == LoginCodeFault.None ? browser.With(hash) : browser);
    }

    /// <summary>Whether a browser must do a piece of work before it is sent a code.</summary>
    public async Task<bool> NeedsProofAsync(CancellationToken cancellationToken) =>
        LoginCodeStore.IsHalfSpent(await store.SpentAsync(cancellationToken), smsSettings.CurrentValue.LoginCodesPerHour);

    // The first code of a calmer hour takes the alarm away; where none comes, the hourly job does.
    private async Task NoteAsync(LoginCodeFault fault, int spent, int budget, CancellationToken cancellationToken)
    {
        if (fault == LoginCodeFault.None && spent == 1) await alarms.ClearAsync(Alarm, cancellationToken);
        var isNews = fault == LoginCodeFault.HourSpent || (fault == LoginCodeFault.None && (spent == (budget + 1) / 2 || spent == budget));
        if (!isNews) return;
        await alarms.AddAsync(Alarm, SmsProblem.HourlyCodes, FormattableString.Invariant($"{spent}/{budget}"), calendar.Now, cancellationToken);
    }

    private async Task<SmsMessage> MessageAsync(MobileNumber mobile, string code, CancellationToken cancellationToken)
    {
        var sign = smsSettings.CurrentValue.Sign is { Length: > 0 } configured ? configured : (await city.NamesAsync(cancellationToken)).City;
        var words = text["Sms_Code", code, (int)LoginCodeStore.CodeLife.TotalMinutes].Value;
        var id = $"login-{Ids.Next().ToString(CultureInfo.InvariantCulture)}";
        return new SmsMessage(id, mobile.Value, sign.Length == 0 ? words : text["Sms_Signed", sign, words].Value, MayBeRepeat: false)
        {
            Kind = SmsKind.LoginCode,
            Values = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [SmsValues.Code] = code, [SmsValues.Minutes] = ((int)LoginCodeStore.CodeLife.TotalMinutes).ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    private string CodeKey(string mobileHash, LoginBrowser browser) => personal.KeyedHash(HashPurpose.LoginCode, $"{mobileHash}:{browser.Id}");

    private string MobileHash(MobileNumber mobile) => personal.KeyedHash(HashPurpose.LoginMobile, mobile.Value);

    private string CodeHash(string mobileHash, string code) => personal.KeyedHash(HashPurpose.LoginCode, $"{mobileHash}:{code}");
}
