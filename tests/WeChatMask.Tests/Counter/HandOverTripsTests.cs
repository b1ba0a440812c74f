using System.Collections.Concurrent;
using System.Diagnostics;
using WeChatMask.City;
using WeChatMask.Counter;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Counter;

/// <summary>A queue at a counter waits for the database once a trip, and holds its pharmacy's lock that long.</summary>
public sealed class HandOverTripsTests(EachEngine<Handout> handouts) : HandoutTests(handouts), IClassFixture<EachEngine<Handout>>
{
    // Where the booking stands; lock, same request and booking; what is written; who is told, and the notice; the audit's line; the board.
    private const int Trips = 7;

    // Of the driver that says each of its trips.
    private const string Driver = "Npgsql";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hand_over_is_a_handful_of_trips(bool byVoucher)
    {
        await UseAsync(DatabaseKind.PostgreSql);
        var clerk = await ClerkAsync();
        var (first, second) = (Handout.Next(), Handout.Next());
        Assert.Equal(Verdict.Redeemed, (await RedeemAsync(clerk, first, byVoucher)).Verdict);
        var trips = new ConcurrentBag<string>();
        using var source = new ActivitySource(nameof(HandOverTripsTests));
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name is Driver or nameof(HandOverTripsTests),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var ours = source.StartActivity()!;
        // Other tests have the same driver at this moment.
        listener.ActivityStopped = a =>
        {
            if (a.Source.Name == Driver && a.TraceId == ours.TraceId && a.GetTagItem("db.query.text") is string text) trips.Add(text);
        };

        Assert.Equal(Verdict.Redeemed, (await RedeemAsync(clerk, second, byVoucher)).Verdict);

        Assert.True(trips.Count == Trips, string.Join("\n--\n", trips));
    }

    private Task<RedemptionAnswer> RedeemAsync(Clerk clerk, Booked booking, bool byVoucher)
    {
        var body = byVoucher
            ? new RedemptionBody(booking.Voucher, RequestId: booking.Number)
            : new RedemptionBody(Number: booking.Number, IdNumberLast4: booking.LastFour, RequestId: booking.Number);
        Assert.Equal(Refusal.None, Host.Get<RedemptionRequestReader>().Read(body, requestIdNeeded: true, out var request));
        return Host.Get<RedemptionStore>().RedeemAsync(clerk, request!, CancellationToken.None);
    }

    private async Task<Clerk> ClerkAsync()
    {
        var id = await Host.Get<Database>().ScalarAsync<long>("SELECT id FROM staff WHERE username = 'clerk-LD01'");
        return Clerk.Of(new StaffMember(id, "clerk-LD01", StaffRole.Clerk, Host.Pharmacies["LD01"]));
    }
}
