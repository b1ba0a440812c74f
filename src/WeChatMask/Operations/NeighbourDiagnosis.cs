using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Residents;
using WeChatMask.Settings;
using WeChatMask.Sms;
using WeChatMask.WeChat;

namespace WeChatMask.Operations;

/// <summary>Asks those that the city depends on, by the very calls that it will make: WeChat, who carries SMS, the registry.</summary>
internal sealed class NeighbourDiagnosis(IServiceProvider services, DoctorReport report)
{
    // A well-formed number that nobody has: born in the year 1900.
    private const string Nobody = "110101190001010006";
    private const int Minutes = 5;

    /// <summary>Fetches the account's token as every node does; one that is good already stays the same.</summary>
    public async Task AskWeChatAsync(CancellationToken cancellationToken)
    {
        try
        {
            await services.GetRequiredService<WeChatClient>().StableTokenAsync(force: false, cancellationToken);
            report.Ok("WeChat", "it knows the account and lets this machine in");
        }
        catch (WeChatApiException refused)
        {
            report.Mend("WeChat", Sentence(refused));
        }
    }

    /// <summary>Sends one message to a number by each vendor that the settings name, past the others' help and past the city's own caps.</summary>
    public async Task SendSmsAsync(string? number, CancellationToken cancellationToken)
    {
        var settings = services.GetRequiredService<IOptions<SmsSettings>>().Value;
        if (settings.ProviderNames() is [GatewaySmsProvider.ProviderName] && settings.GatewayUrl.Length == 0)
        {
            report.Skip("SMS", "nobody carries it yet (Sms:Providers): all messages wait, and nobody logs in by a code");
            return;
        }

        if (number is null)
        {
            report.Skip("SMS", "no number was given; to send one message: wechatmask doctor --sms NUMBER");
            return;
        }

        if (MobileNumber.TryParse(number) is not { } mobile)
        {
            report.Mend("SMS", "the number for the test is no mobile number of mainland China");
            return;
        }

        var vendors = services.GetServices<ISmsVendor>().ToDictionary(v => v.Name, StringComparer.Ordinal);
        foreach (var name in settings.ProviderNames()) await SendSmsAsync(vendors[name], settings, mobile, cancellationToken);
    }

    /// <summary>Asks about a person whom there is not; any word of the registry's will do.</summary>
    public async Task AskRegistryAsync(CancellationToken cancellationToken)
    {
        if (services.GetRequiredService<IOptions<RegistrySettings>>().Value.BaseUrl.Length == 0)
            report.Skip("registry", "Registry:BaseUrl is empty; it is needed only where a policy asks it");
        else if (await services.GetRequiredService<RegistryClient>().ProbeAsync(Domain.DocumentType.IdentityCard, Nobody, "-", cancellationToken) is null)
            report.Mend("registry", "it does not answer, or not this caller: check Registry:BaseUrl, Registry:Caller and Secrets:RegistryKey with its owner, and both clocks");
        else
            report.Ok("registry", "it answers and knows this caller");
    }

    private async Task SendSmsAsync(ISmsVendor vendor, SmsSettings settings, MobileNumber mobile, CancellationToken cancellationToken)
    {
        // It opens nothing: only a code that somebody asked for is kept.
        var code = RandomNumberGenerator.GetString("0123456789", LoginCodes.Digits);
        var text = services.GetRequiredService<IStringLocalizer<Text.Login>>();
        var words = text["Sms_Code", code, Minutes].Value;
        var message = new SmsMessage(
            $"doctor-{Ids.Next().ToString(CultureInfo.InvariantCulture)}", mobile.Value, settings.Sign.Length == 0 ? words : text["Sms_Signed", settings.Sign, words].Value, MayBeRepeat: false)
        {
            Kind = SmsKind.LoginCode,
            Values = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [SmsValues.Code] = code, [SmsValues.Minutes] = Minutes.ToString(CultureInfo.InvariantCulture),
            },
        };
        var outcome = await vendor.SendAsync(message, cancellationToken);
        var subject = $"SMS by {vendor.Name}";
        if (outcome.Result == SmsResult.Accepted) report.Ok(subject, $"a log-in code that opens nothing was taken for {mobile}; see that it arrives");
        else report.Mend(subject, $"{Sentence(outcome.Reason)} (the answer was: {outcome.Problem})");
    }

    private static string Sentence(WeChatApiException refused) => refused.ErrorCode switch
    {
        WeChatApiException.NoAnswer => $"{refused.Message}: let this machine call out to the address of WeChat:ApiBaseUrl by https",
        -1 => "WeChat is busy (-1): try again in a moment",
        40001 or 40125 => $"the AppSecret is not this account's ({refused.ErrorCode}): copy it anew from the console, or reset it there",
        40013 => "there is no account of this AppID (40013): copy it from the console's basic configuration",
        40164 => "this machine's address is not in the console's IP whitelist (40164): add every address from which the city's machines call out",
        40243 => "the AppSecret is frozen (40243): thaw it in the console",
        41002 or 41004 => $"AppID or AppSecret is empty ({refused.ErrorCode})",
        45009 => "the day's calls are used up (45009): other programs fetch tokens for this account too; clear the count in the console or wait for midnight",
        50002 => "the account is blocked or restricted (50002): see the notices in its console",
        89503 or 89506 or 89507 => $"the account's owner must confirm this machine's calls on his phone ({refused.ErrorCode}): have him do so, then try again after an hour at most",
        var code => $"it refuses with errcode {code}: look it up in the platform's documents",
    };

    private static string Sentence(SmsProblem problem) => problem switch
    {
        SmsProblem.Access => "keys, permissions or the calling address are wrong: check them in the vendor's console",
        SmsProblem.Balance => "the package is used up, or the account in arrears: pay",
        SmsProblem.Sign => "the sign is not approved: set the one that is, without brackets",
        SmsProblem.Template => "the template of log-in codes is missing, not approved, or has other variables: compare it with the console",
        SmsProblem.Clock => "this machine's clock is off: let it keep time by NTP",
        SmsProblem.NumberMinuteLimit or SmsProblem.NumberHourLimit or SmsProblem.NumberDayLimit => "this number has had its share; try again later or with another",
        SmsProblem.AccountLimit or SmsProblem.Throttled => "the account's own limit is used up: raise it in the console",
        SmsProblem.InvalidNumber or SmsProblem.NumberBlocked => "the vendor does not send to this number; try another",
        SmsProblem.Content => "the text or the number is refused: check sign and template with the vendor",
        SmsProblem.Outage => "the vendor cannot be reached: check its address and this machine's way out",
        _ => "it was refused",
    };
}
