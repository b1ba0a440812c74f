using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>The codes that open the chat at a place of ours; each is asked of WeChat once and is good for ever.</summary>
public sealed class SceneStore(Database database, OfficialAccountClient client, CityCalendar calendar)
{
    /// <summary>The scene of the account as a whole, on pages seen outside WeChat.</summary>
    public const string Site = "site";

    /// <summary>What a scene's code says, or nothing while it has not been made.</summary>
    public Task<string?> UrlAsync(string scene, CancellationToken cancellationToken) =>
        database.ScalarAsync<string>("SELECT url FROM wechat_scene WHERE scene = @scene", new { scene }, cancellationToken);

    /// <summary>Makes a scene's code unless there is one. Returns whether it did.</summary>
    public async Task<bool> MakeAsync(string scene, CancellationToken cancellationToken)
    {
        if (await UrlAsync(scene, cancellationToken) is not null) return false;
        var code = await client.CreateSceneCodeAsync(scene, cancellationToken);
        return await database.WriteAsync(
            async transaction =>
            {
                // Another node may have been first; its code is as good.
                if (await transaction.ScalarAsync<string>("SELECT url FROM wechat_scene WHERE scene = @scene", new { scene }) is not null) return false;
                await transaction.ExecuteAsync(
                    "INSERT INTO wechat_scene (scene, ticket, url, created_at) VALUES (@scene, @Ticket, @Url, @now)",
                    new { scene, code.Ticket, code.Url, now = calendar.Now });
                return true;
            },
            CancellationToken.None);
    }
}
