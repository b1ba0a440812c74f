using System.Globalization;
using WeChatMask.Data;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>Does the cheating, in the city's own database. Each gives what its sentence needs.</summary>
public sealed class Deeds(
    Database database, FriendStore friends, RoundQueries rounds, Board board, Crowd crowd, CityCopyStore copies, CheatFiles files, CityCalendar calendar)
{
    /// <summary>How many places are added without a line.</summary>
    public const int MorePlaces = 5;

    public async Task<CheatDone> DoAsync(CheatKind kind, Stage stage, CancellationToken cancellationToken)
    {
        object[] details = kind switch
        {
            CheatKind.Friend => await FriendAsync(stage, cancellationToken),
            CheatKind.Swap => await SwapAsync(stage, cancellationToken),
            CheatKind.Drop => await DropAsync(stage, cancellationToken),
            CheatKind.Places => await PlacesAsync(stage, cancellationToken),
            CheatKind.Records => await RecordsAsync(stage, cancellationToken),
            _ => await YesterdayAsync(cancellationToken),
        };
        return new CheatDone(kind, [.. details.Select(d => Convert.ToString(d, CultureInfo.InvariantCulture)!)]);
    }

    private Task<object[]> FriendAsync(Stage stage, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var (name, moved, line, notes) = await friends.PutFirstAsync(transaction, stage.Listed, stage.Code);
            return new object[] { stage.Pharmacy, name, moved, line, notes };
        },
        cancellationToken);

    private Task<object[]> SwapAsync(Stage stage, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var own = stage.Bookings[0].Serial;
            var last = await RowsStore.LastSerialAsync(transaction, stage.Listed, stage.Code);
            var (name, other) = await RowsStore.SwapAsync(transaction, stage.Listed, stage.Code, own, last);
            return new object[] { stage.Pharmacy, own, other, last, name };
        },
        cancellationToken);

    private Task<object[]> DropAsync(Stage stage, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var own = stage.Bookings[0];
            await RowsStore.DropAsync(transaction, stage.Listed, stage.Code, own.Serial);
            return new object[] { stage.Pharmacy, own.Serial, own.Name };
        },
        cancellationToken);

    /// <summary>All that is left goes to those who come, then some places more than there are.</summary>
    private async Task<object[]> PlacesAsync(Stage stage, CancellationToken cancellationToken)
    {
        for (var left = await LeftAsync(stage, cancellationToken); left > 0; left = await LeftAsync(stage, cancellationToken))
            if ((await crowd.BookAsync(left, cancellationToken, stage.Code)).Accepted == 0) break;
        var window = (await rounds.FindAsync(stage.Open, cancellationToken))!.Times.WindowAt(calendar.Now)!.Index;
        await database.WriteAsync(t => RowsStore.AddPlacesAsync(t, stage.Open, stage.Code, window, MorePlaces), cancellationToken);
        board.MarkChanged();
        var friendly = await crowd.BookAsync(MorePlaces, cancellationToken, stage.Code);
        return [stage.Pharmacy, MorePlaces, friendly.Accepted];
    }

    private Task<object[]> RecordsAsync(Stage stage, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var (number, line, name) = await friends.InPlaceOfFirstAsync(transaction, stage.Listed, stage.Code);
            await OtherLogStore.BeginAsync(transaction, number, line);
            return new object[] { stage.Pharmacy, number, name };
        },
        cancellationToken);

    private async Task<object[]> YesterdayAsync(CancellationToken cancellationToken)
    {
        var before = await SizeAsync(cancellationToken);
        await copies.PutBackAsync(files.Yesterday, cancellationToken);
        return [before, await SizeAsync(cancellationToken)];
    }

    private async Task<int> LeftAsync(Stage stage, CancellationToken cancellationToken) =>
        BoardView.Of(await board.GetAsync(cancellationToken), calendar).Pharmacies.First(p => p.Code == stage.Code).Left;

    private Task<long> SizeAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(async connection => (await LogStore.HeadAsync(connection, null)).Size, cancellationToken);
}
