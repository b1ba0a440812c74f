using System.Globalization;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Levers;

/// <summary>What a preview says is what happens: levers in any order, at any hour, in rounds that live on between them.</summary>
public sealed class RandomLeverTests
{
    private const int Most = 8;
    private static readonly DateOnly First = new(2020, 2, 10);
    private static readonly string[] Kinds = ["postpone", "pause", "reopen", "annul", "close", "extend", "move", "withdraw"];

    // An evening and the morning after it, each hour with what fits it best; now and then comes what does not.
    private static readonly (string Hour, string[] Fitting)[] Hours =
    [
        ("18:20", ["postpone"]), ("19:05", ["pause", "pause", "annul"]), ("20:10", ["reopen", "pause", "close"]),
        ("09:10", ["withdraw", "move", "annul"]), ("11:00", ["extend", "move", "withdraw"]), ("16:40", ["extend", "withdraw"]),
    ];

    // Who stands where, as the desk knows it.
    private const string Standing = "SELECT b.number, b.status, p.code, b.pickup_date AS day FROM booking_pickup b JOIN pharmacy p ON p.id = b.pharmacy_id";

    [EngineTheory]
    public async Task What_a_preview_says_is_what_happens(DatabaseKind engine)
    {
        var pressed = new Dictionary<string, int>(StringComparer.Ordinal);
        var refused = 0;
        for (var seed = 0; seed < 4; seed++) refused += await LiveAsync(engine, seed, pressed);
        // A day on which nothing can be pressed would agree with every preview.
        Assert.True(pressed.Count > 5, string.Join(' ', pressed));
        Assert.True(refused > 5, string.Join(' ', pressed));
    }

    /// <summary>What a test that says yes is worth.</summary>
    [Theory]
    [InlineData("CREATE TRIGGER lie AFTER INSERT ON outbox BEGIN DELETE FROM outbox WHERE id = NEW.id; END", "were to be told")]
    [InlineData("CREATE TRIGGER lie AFTER UPDATE ON booking WHEN NEW.status <> OLD.status AND NEW.serial = 2 BEGIN UPDATE booking SET status = OLD.status WHERE id = NEW.id; END", "kind = annul")]
    public async Task A_lever_that_does_something_else_is_seen(string defect, string difference)
    {
        var seen = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(async () =>
        {
            for (var seed = 0; seed < 4; seed++) await LiveAsync(DatabaseKind.Sqlite, seed, [], defect);
        });
        Assert.Contains(difference, seen.Message, StringComparison.Ordinal);
    }

    private static async Task<int> LiveAsync(DatabaseKind engine, int seed, Dictionary<string, int> pressed, string? defect = null)
    {
        var dice = new Random(seed);
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:00:00+08:00", engine: engine);
        if (defect is not null) await host.Get<Database>().WriteAsync(t => t.ExecuteAsync(defect), default);
        using var supervisor = await host.SupervisorAsync();
        var (refused, person) = (0, 0);
        for (var moment = 0; moment < Hours.Length * 2; moment++)
        {
            var day = First.AddDays((moment / Hours.Length) + (moment % Hours.Length > 2 ? 1 : 0));
            // The evening's hours come before the next morning's; the second evening after the first's pickup.
            await host.SetClockAsync($"{day:yyyy-MM-dd}T{Hours[moment % Hours.Length].Hour}:00+08:00");
            for (var booker = dice.Next(Most); booker > 0 && moment % Hours.Length is 1 or 2; booker--)
            {
                using var phone = await host.NewResidentAsync(++person);
                await phone.BookAsync($"LD0{dice.Next(1, 6)}", "b");
            }

            var fitting = dice.Next(4) == 0 ? Kinds : Hours[moment % Hours.Length].Fitting;
            var kind = fitting[dice.Next(fitting.Length)];
            var round = day.AddDays(moment % Hours.Length > 2 ? -1 : 0);
            var pharmacyCode = kind is "withdraw" || (kind is "extend" or "move" && dice.Next(2) == 0) ? $"LD0{dice.Next(1, 6)}" : null;
            var to = kind switch
            {
                "postpone" => $"{round:yyyy-MM-dd}T{dice.Next(19, 24)}:{dice.Next(6)}0:00+08:00",
                "extend" => $"{round.AddDays(1):yyyy-MM-dd}T{dice.Next(17, 24)}:30:00+08:00",
                _ => null,
            };
            var order = new { kind, date = round.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), pharmacyCode, to };
            var where = $"{engine} {seed}: {order} at {day:MM-dd} {Hours[moment % Hours.Length].Hour}";
            if (await PressAsync(host, supervisor, order, $"原因{moment}", where)) pressed[kind] = pressed.GetValueOrDefault(kind) + 1;
            else refused++;
        }

        return refused;
    }

    private static async Task<bool> PressAsync(SandboxHost host, HttpClient supervisor, object order, string reason, string where)
    {
        var before = await StandingAsync(host);
        var (seen, preview) = await supervisor.PostAsync("/api/supervisor/levers/preview", order);
        var kind = Of(order, "kind")!;
        var body = new
        {
            kind, date = Of(order, "date"), pharmacyCode = Of(order, "pharmacyCode"), to = Of(order, "to"), reason, requestId = reason,
            fingerprint = seen == 200 ? preview.GetProperty("fingerprint").GetString() : "none",
        };
        var (status, told) = await supervisor.PostAsync("/api/supervisor/levers", body);
        if (seen != 200)
        {
            // What cannot be looked at cannot be pressed, for the same reason, and nothing has changed.
            Assert.True((seen, preview.Code()) == (status, told.Code()), $"{where}: {preview.Code()}, then {told.Code()}");
            Assert.Equal(before, await StandingAsync(host));
            return false;
        }

        Assert.True(status == (preview.GetProperty("already").GetBoolean() ? 200 : 201), $"{where}: {told}");
        // Once more, as after a lost answer.
        Assert.Equal(200, (await supervisor.PostAsync("/api/supervisor/levers", body)).Status);
        if (status == 200) return false;
        await host.AdvanceAsync("PT20S");
        var after = await StandingAsync(host);
        var changed = before.Where(b => after[b.Key] != b.Value).Select(b => (b.Value, Now: after[b.Key])).ToList();
        var bookings = preview.GetProperty("bookings").GetInt32();
        var expected = kind is "annul" or "move" or "withdraw" ? bookings : 0;
        Assert.True(expected == changed.Count, $"{where}: {expected} bookings were to change, {changed.Count} have");
        if (kind == "withdraw")
        {
            var takers = preview.GetProperty("takers").EnumerateArray().Select(t => $"{t.GetProperty("code").GetString()} {t.GetProperty("bookings").GetInt32()}").Order(StringComparer.Ordinal);
            Assert.Equal(takers, changed.GroupBy(c => c.Now.Code, StringComparer.Ordinal).Select(g => $"{g.Key} {g.Count()}").Order(StringComparer.Ordinal));
        }

        if (kind != "extend")
        {
            // Whom a supervisor tells reads the reason, once each; the others read it where it is public.
            var messages = (await host.SmsAsync()).Count(m => m.GetProperty("text").GetString()!.Contains(reason, StringComparison.Ordinal));
            Assert.True(preview.GetProperty("told").GetInt32() == messages, $"{where}: {preview.GetProperty("told")} were to be told, {messages} were");
        }

        Assert.Contains(reason, (await host.Http.GetJsonAsync("/api/public/changes")).GetRawText(), StringComparison.Ordinal);
        await LeverTests.AssertSoundAsync(host);
        return true;
    }

    private static async Task<Dictionary<string, (int Status, string Code, string Day)>> StandingAsync(SandboxHost host) =>
        (await host.Get<Database>().QueryAsync<Row>(Standing)).ToDictionary(r => r.Number, r => (r.Status, r.Code, r.Day), StringComparer.Ordinal);

    private static string? Of(object order, string member) => JsonSerializer.SerializeToElement(order).GetProperty(member).GetString();

    private sealed class Row
    {
        public string Number { get; init; } = "";
        public int Status { get; init; }
        public string Code { get; init; } = "";
        public string Day { get; init; } = "";
    }
}
