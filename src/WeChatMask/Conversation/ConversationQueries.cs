using WeChatMask.Data;

namespace WeChatMask.Conversation;

/// <summary>Reads what an answer in the chat needs and no feature tells already.</summary>
public sealed class ConversationQueries(Database database)
{
    /// <summary>The account of an openid, or none: who only chats is not given one.</summary>
    public Task<long?> AccountAsync(string openId, CancellationToken cancellationToken) =>
        database.ScalarAsync<long?>("SELECT id FROM account WHERE open_id = @openId", new { openId }, cancellationToken);

    /// <summary>Where a booking is collected, whether or not the pharmacy still takes part.</summary>
    public Task<PharmacyPlace?> PlaceAsync(long pharmacyId, CancellationToken cancellationToken) =>
        database.QueryOneAsync<PharmacyPlace>("SELECT name, address FROM pharmacy WHERE id = @pharmacyId", new { pharmacyId }, cancellationToken);
}

public sealed record PharmacyPlace
{
    public string Name { get; init; } = "";
    public string Address { get; init; } = "";
}
