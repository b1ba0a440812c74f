using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>The account's access token and its ticket for pages, the same on every node.</summary>
public sealed class Credentials : IDisposable
{
    public Credentials(SharedCredentialStore store, CityCalendar calendar, WeChatClient client)
    {
        Token = new SharedCredential(store, calendar, SharedCredentialStore.AccessToken, client.StableTokenAsync);
        Ticket = new SharedCredential(store, calendar, SharedCredentialStore.JsApiTicket, async (_, cancellationToken) =>
        {
            var token = await Token.GetAsync(cancellationToken);
            try
            {
                return await client.TicketAsync(token, cancellationToken);
            }
            catch (WeChatApiException refused) when (refused.Action == WeChatAction.RefreshTokenRetryOnce)
            {
                return await client.TicketAsync(await Token.RenewAsync(token, cancellationToken), cancellationToken);
            }
        });
    }

    public SharedCredential Token { get; }

    public SharedCredential Ticket { get; }

    public void Dispose()
    {
        Token.Dispose();
        Ticket.Dispose();
    }
}
