using System.Net;
using WeChatMask.Cases;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Cases;

/// <summary>What is recorded against a pharmacy, and from when on it holds.</summary>
public sealed class ViolationTests
{
    private static readonly StaffMember Supervisor = new(1, "supervisor", StaffRole.Supervisor, null);

    [EngineTheory]
    public async Task A_suspension_spares_the_round_that_is_open_and_holds_from_the_next_one_on_until_it_is_lifted(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        using var first = await host.NewResidentAsync(1);
        using var second = await host.NewResidentAsync(2);
        var number = await CaseWorkTests.EnterAsync(supervisor, ("Kind", "Price"), ("What", "涨价"), ("Pharmacy", "LD01"));
        var page = await PageReader.OpenAsync(supervisor, $"/supervisor/violations?pharmacy=LD01&case={number}");
        Assert.Contains("2月11日", page.Text, StringComparison.Ordinal);
        (string, string)[] fields = [("Pharmacy", "LD01"), ("Case", number), ("Kind", "Suspension"), ("Words", "多次加价"), ("RequestId", page.Hidden("RequestId"))];
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => page.PostToAsync(supervisor, "/supervisor/violations?handler=Record", fields))), a => Assert.Equal(HttpStatusCode.Found, a.Status));
        Assert.Equal(1, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM violation"));

        // Today's round, which is open, goes on; tomorrow's gives nothing there, and what was booked is collected all the same.
        var (status, booking) = await first.BookAsync("LD01", "a");
        Assert.Equal(201, status);
        await host.SetClockAsync("2020-02-11T19:00:00+08:00");
        Assert.Equal("pharmacy_paused", (await second.BookAsync("LD01", "a")).Body.GetProperty("code").GetString());
        Assert.Equal(201, (await second.BookAsync("LD02", "b")).Status);
        using var lead = await host.StaffAsync("lead-ld01");
        Assert.Contains("多次加价", (await PageReader.OpenAsync(lead, "/pharmacy/cases")).Text, StringComparison.Ordinal);

        var id = await host.Get<Database>().ScalarAsync<long>("SELECT id FROM violation");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await page.PostToAsync(supervisor, "/supervisor/violations?handler=Lift", ("Id", $"{id}"), ("Words", " "))).Status);
        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpStatusCode.Found, (await page.PostToAsync(supervisor, "/supervisor/violations?handler=Lift", ("Id", $"{id}"), ("Words", "已整改"))).Status);
        using var third = await host.NewResidentAsync(3);
        Assert.Equal(201, (await third.BookAsync("LD01", "c")).Status);
        Assert.Equal(
            ["violation.suspend", "violation.lift"],
            await host.Get<Database>().QueryAsync<string>("SELECT action FROM audit WHERE action LIKE 'violation.%' AND subject = 'LD01' ORDER BY id"));
        Assert.Contains("已整改", (await PageReader.OpenAsync(supervisor, "/supervisor/violations")).Text, StringComparison.Ordinal);
        Assert.NotEmpty(booking.GetProperty("number").GetString()!);
    }

    [EngineTheory]
    public async Task Before_todays_opening_it_holds_at_once_a_warning_never_and_one_that_is_lifted_leaves_what_others_hold(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T12:00:00+08:00", engine: engine);
        var store = host.Get<ViolationStore>();
        Task<Refusal> RecordAsync(ViolationKind kind, string code, string request) => store.RecordAsync(Supervisor, code, null, kind, "原因", request, CancellationToken.None);
        Task<int> StatusAsync() => host.Get<Database>().ScalarAsync<int>("SELECT status FROM pharmacy WHERE code = 'LD01'")!;

        Assert.Equal(Refusal.None, await RecordAsync(ViolationKind.Warning, "LD01", "w"));
        Assert.Equal((int)PharmacyStatus.Open, await StatusAsync());
        Assert.Equal(Refusal.None, await RecordAsync(ViolationKind.Suspension, "ld01", "s1"));
        Assert.Equal(Refusal.None, await RecordAsync(ViolationKind.Suspension, "LD01", "s2"));
        Assert.Equal((int)PharmacyStatus.Paused, await StatusAsync());
        var held = (await store.NewestAsync("LD01", CancellationToken.None)).Where(v => v.Kind == ViolationKind.Suspension).ToList();
        Assert.Equal(Refusal.None, await store.LiftAsync(Supervisor, held[0].Id, "查清", CancellationToken.None));
        Assert.Equal((int)PharmacyStatus.Paused, await StatusAsync());
        Assert.Equal(Refusal.None, await store.LiftAsync(Supervisor, held[1].Id, "查清", CancellationToken.None));
        Assert.Equal((int)PharmacyStatus.Open, await StatusAsync());

        Assert.Equal(Refusal.UnknownPharmacy, await RecordAsync(ViolationKind.Warning, "XX99", "x"));
        Assert.Equal(Refusal.InvalidRequest, await RecordAsync(ViolationKind.None, "LD01", "x"));
        Assert.Equal(Refusal.UnknownCase, await store.RecordAsync(Supervisor, "LD01", "23456789012", ViolationKind.Warning, "x", "x", CancellationToken.None));
        Assert.Equal(Refusal.UnknownViolation, await store.LiftAsync(Supervisor, 1, "x", CancellationToken.None));
    }
}
