using System.Security.Cryptography;
using WeChatMask.Jobs;
using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>Keeps what WeChat shows of the account as it is configured: its menu, and the code of the account as a whole.</summary>
/// <remarks>
/// A menu that was set from the same configuration within a day is not looked at again; else it is compared with what WeChat
/// has and set only where the two differ. One node does it for all.
/// </remarks>
public sealed partial class SyncMenuJob(
    Menu menu, OfficialAccountClient client, SharedCredentialStore credentials, SceneStore scenes, CityCalendar calendar, ILogger<SyncMenuJob> log) : IJob
{
    private static readonly TimeSpan Checked = TimeSpan.FromDays(1);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var wanted = menu.Build();
        // Without an address of its own the site cannot be linked from outside.
        if (!wanted.All().Where(b => b.Type == "view").All(b => Uri.TryCreate(b.Url, UriKind.Absolute, out var url) && url.Scheme.StartsWith("http", StringComparison.Ordinal))) return 0;
        var row = await credentials.ReadAsync(SharedCredentialStore.Menu, cancellationToken);
        var print = Convert.ToHexStringLower(SHA256.HashData(wanted.Canonical()));
        var known = row.Value == print && calendar.Now < row.ExpiresAt && calendar.Now >= row.ObtainedAt;
        if (known || (calendar.Now < row.NextTryAt && row.NextTryAt < calendar.Now + ApiPause.Longest)) return 0;
        if (await credentials.LeaseAsync(row, cancellationToken) is not { } lease) return 0;
        try
        {
            var done = await SetAsync(wanted, cancellationToken) + (await scenes.MakeAsync(SceneStore.Site, cancellationToken) ? 1 : 0);
            await credentials.SaveAsync(SharedCredentialStore.Menu, lease, new IssuedToken(print, Checked), forced: false, DateTimeOffset.UnixEpoch);
            return done;
        }
        catch (WeChatApiException failure)
        {
            await credentials.FailAsync(SharedCredentialStore.Menu, lease, failure.ErrorCode, ApiPause.After(failure, row.Failures, calendar));
            LogFailure(failure.Message);
            return 0;
        }
    }

    private async Task<int> SetAsync(MenuDefinition wanted, CancellationToken cancellationToken)
    {
        if (await client.MenuAsync(cancellationToken) is { } present && present.Canonical().AsSpan().SequenceEqual(wanted.Canonical())) return 0;
        await client.SetMenuAsync(wanted, cancellationToken);
        return 1;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The account's menu could not be set: {Problem}")]
    private partial void LogFailure(string problem);
}
