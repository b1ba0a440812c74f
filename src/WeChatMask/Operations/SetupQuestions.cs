using WeChatMask.Data;
using WeChatMask.Sms;

namespace WeChatMask.Operations;

/// <summary>Asks an operator what cannot be guessed. What a file has already is offered, a secret of it only as kept.</summary>
internal sealed class SetupQuestions(TextReader input, TextWriter output, IReadOnlyDictionary<string, string> known, string dataFolder)
{
    /// <summary>The number for the test; no setting, so it is written nowhere.</summary>
    public const string TestNumber = "Setup__TestNumber";

    private const string Later = "later";
    private readonly Dictionary<string, string> answers = new(StringComparer.Ordinal);

    /// <summary>The answers by the names of settings.</summary>
    /// <exception cref="Settings.StartFaultException">The input has ended before the last answer.</exception>
    public async Task<IReadOnlyDictionary<string, string>> AskAsync(CancellationToken cancellationToken)
    {
        await output.WriteLineAsync("Enter takes what stands in [brackets].");
        await AskAsync("Site__PublicBaseUrl", "The address that people see, such as https://mask.example.gov.cn", "", cancellationToken);
        await AskChoiceAsync("Database__Engine", ConnectionForms.EngineQuestion, ConnectionForms.Engines, ConnectionForms.UsualEngine, cancellationToken);
        var engine = answers["Database__Engine"];
        // A kept connection string belongs to the engine that it was written for.
        var usual = engine == known.GetValueOrDefault("Database__Engine", engine) ? null : ConnectionForms.Usual(engine, dataFolder);
        await AskAsync("Database__ConnectionString", $"Its connection string: {ConnectionForms.Form(engine)}", ConnectionForms.Usual(engine, dataFolder), cancellationToken, instead: usual);
        await AskAsync("WeChat__AppId", "AppID of the official account, from its console", "", cancellationToken);
        await AskAsync("WeChat__AppSecret", "AppSecret, from the same page", "", cancellationToken);
        await AskSmsAsync(cancellationToken);
        return answers;
    }

    private async Task AskSmsAsync(CancellationToken cancellationToken)
    {
        var present = known.GetValueOrDefault("Sms__Providers");
        await output.WriteLineAsync($"Who carries SMS: Gateway (an HTTP gateway of the city's), Aliyun, Tencent, or {Later} [{present ?? Later}]: ");
        var vendor = await ReadAsync(cancellationToken) is { Length: > 0 } typed ? typed : present ?? Later;
        if (vendor == Later)
        {
            // A gateway without an address holds all messages back.
            answers["Sms__Providers"] = GatewaySmsProvider.ProviderName;
            return;
        }

        answers["Sms__Providers"] = vendor;
        if (vendor == GatewaySmsProvider.ProviderName) await AskAsync("Sms__GatewayUrl", "Address of the gateway", "", cancellationToken);
        if (vendor == AliyunSmsProvider.ProviderName) await AskVendorAsync("Sms__Aliyun__", ["AccessKeyId", "AccessKeySecret", "SignName"], cancellationToken);
        if (vendor == TencentSmsProvider.ProviderName) await AskVendorAsync("Sms__Tencent__", ["SecretId", "SecretKey", "SmsSdkAppId", "SignName"], cancellationToken);
        if (vendor != GatewaySmsProvider.ProviderName || answers["Sms__GatewayUrl"].Length > 0)
            await AskAsync(TestNumber, "A mobile number for one test message; empty sends none", "", cancellationToken);
    }

    private async Task AskVendorAsync(string prefix, string[] names, CancellationToken cancellationToken)
    {
        foreach (var name in names) await AskAsync(prefix + name, $"{name}, from the vendor's console", "", cancellationToken);
        foreach (var kind in Enum.GetNames<SmsKind>())
        {
            await AskAsync($"{prefix}Templates__{kind}__Id", $"Id of the approved template for {kind}, {SmsTemplate.Never} if it is never sent", "", cancellationToken);
            if (answers[$"{prefix}Templates__{kind}__Id"] != SmsTemplate.Never)
                await AskAsync($"{prefix}Templates__{kind}__Values", "What it shows, with commas, of " + string.Join(", ", SmsValues.All), "", cancellationToken);
        }
    }

    private async Task AskChoiceAsync(string name, string question, IReadOnlyList<string> choices, string usual, CancellationToken cancellationToken)
    {
        while (true)
        {
            await AskAsync(name, question, usual, cancellationToken);
            if (choices.FirstOrDefault(c => c.Equals(answers[name], StringComparison.OrdinalIgnoreCase)) is { } choice)
            {
                answers[name] = choice;
                return;
            }

            await output.WriteLineAsync($"One of {string.Join(", ", choices)}.");
        }
    }

    private async Task AskAsync(string name, string question, string usual, CancellationToken cancellationToken, string? instead = null)
    {
        var present = instead ?? known.GetValueOrDefault(name, usual);
        var shown = present.Length == 0 ? "" : instead is null && SettingNames.IsSecret(name) && known.ContainsKey(name) ? " [as it is]" : $" [{present}]";
        await output.WriteLineAsync($"{question}{shown}: ");
        answers[name] = await ReadAsync(cancellationToken) is { Length: > 0 } typed ? typed : present;
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken) =>
        (await input.ReadLineAsync(cancellationToken) ?? throw new Settings.StartFaultException("The input ended before the last answer; nothing was written. Unattended: setup --answers FILE.")).Trim();
}
