using WeChatMask.Jobs;

namespace WeChatMask.DayEnd;

/// <summary>Spreads closed rounds' bookings over pickup slots in serial order.</summary>
public sealed class AssignPickupSlotsJob(PublishStore store) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.AssignSlotsAsync(cancellationToken);
}

/// <summary>Freezes the lists of closed rounds, makes them public and writes the notices.</summary>
public sealed class PublishListsJob(PublishStore store) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.PublishAsync(cancellationToken);
}

/// <summary>Ends the bookings of rounds whose pickup is over and gives the places back to the next round.</summary>
public sealed class LapseUnclaimedJob(LapseStore store) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.LapseAsync(cancellationToken);
}
