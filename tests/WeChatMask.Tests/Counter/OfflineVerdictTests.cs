using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Counter;

/// <summary>The server's rule and the script of a phone without a network judge the same cases the same way.</summary>
public sealed class OfflineVerdictTests : IDisposable
{
    private const string Cases = "offline_verdict.json";
    private const string Pharmacy = "LD01";
    private const string IdNumber = "43130019800101123X";
    private static readonly DateOnly Today = new(2020, 2, 11);
    private static readonly string Number = BookingNumber.FromPayload(4_123_456_789).Value;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly Vouchers ours = NewVouchers();
    private readonly Vouchers theirs = NewVouchers();

    public static TheoryData<string> Ids => VectorFile.Ids(Cases);

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_rule_gives_the_verdict(string id)
    {
        var given = Case.Of(id);
        var request = Read(given);
        var known = given.Booking is not null && request.Number == Number;
        var own = given.Booking?.Pharmacy == Pharmacy;
        var identity = RedemptionRules.IdentityHolds(request.ByVoucher, request.LastFour, IdNumber);
        var status = given.HandedOverHere ? BookingStatus.Redeemed : given.Booking?.Status ?? default;
        var (opens, closes) = HoursOf(given.Booking);

        var facts = new CounterFacts(request.Forged, known, own, identity, status, opens, closes);
        var verdict = RedemptionRules.Judge(facts, proxyFull: false, given.Now);

        Assert.Equal((given.Verdict, given.Fault), (verdict, request.Fault == CodeFault.Unreadable ? request.Fault : null));
        // What the phone hands over counts when it is sent.
        var sent = OfflineRules.Judge(facts, new OfflineClaim(5, 5, given.Now), given.Now.AddHours(1));
        if (verdict == Verdict.Valid) Assert.Equal(OfflineConflict.None, sent);
    }

    [Fact]
    public async Task A_phone_without_a_network_gives_the_same_verdicts()
    {
        var cases = Ids.Cast<object[]>().Select(row => Case.Of((string)row[0])).ToList();

        var verdicts = await PhoneAsync(cases.Select(JobOf));

        Assert.Equal(cases.Select(c => $"{c.Id}: {c.Verdict} {c.Fault}".TrimEnd()), cases.Zip(verdicts, (c, verdict) => $"{c.Id}: {verdict}"));
        Assert.Equal(cases.Count, verdicts.Count);
    }

    /// <summary>Whatever keyboards and scanners make of a code, the server and the phone read the same.</summary>
    [Fact]
    public async Task A_phone_without_a_network_reads_the_table_of_typed_text_as_the_server_does()
    {
        var day = Today;
        var rows = TypedRow.All.Where(r => r.Kind is TypedRow.Voucher or "number").ToList();
        var own = rows.First(r => r.Kind == "number" && r.Value is not null).Value!;
        var voucher = ours.Sign(own, Pharmacy, day);
        var reader = new RedemptionRequestReader(ours, null!, null!);
        var (opens, closes) = HoursOf(null);
        var bundle = new OfflineBundle(
            null, opens, Pharmacy, "", day, opens, closes, "", ours.PublicKeys(),
            [new OfflineBooking(own, 1, "*", IdNumber[^4..], 5, 160, "", BookingStatus.Booked, opens, closes)], 60);

        var verdicts = await PhoneAsync(rows.Select(r => new
        {
            typed = new { code = r.TypedFor(voucher), lastFour = r.Kind == TypedRow.Voucher ? "" : IdNumber[^4..] }, day = bundle, used = Array.Empty<string>(), now = opens.AddHours(1).ToUnixTimeMilliseconds(),
        }));

        Assert.Equal(rows.Select(r => $"{r.Id}: {Server(r)}"), rows.Zip(verdicts, (r, verdict) => $"{r.Id}: {verdict}"));
        Assert.All(rows.Where(r => r.Kind == TypedRow.Voucher), r => Assert.Equal(r.Fault ?? "None", Line(r).Fault.ToString()));
        Assert.All(rows.Where(r => r.Value is not null), r => Assert.Equal(own, Line(r).Number));

        RedemptionRequest Line(TypedRow row)
        {
            var line = new CounterLine { Code = row.TypedFor(voucher), LastFour = row.Kind == TypedRow.Voucher ? null : IdNumber[^4..], RequestId = "one" };
            Assert.Equal(Refusal.None, reader.Read(line, null, out var request));
            return request!;
        }

        string Server(TypedRow row) => Line(row) switch
        {
            { Fault: CodeFault.Unreadable } => "Unknown Unreadable",
            { Fault: CodeFault.Forged } => "Forged",
            { Number: null } => "Unknown",
            _ => "Valid",
        };
    }

    /// <summary>Whose a card is only the server knows, so a phone says that it is a card; nothing else is taken for one.</summary>
    [Fact]
    public async Task A_phone_without_a_network_tells_a_card_from_a_booking()
    {
        var typed = TypedRow.All.Where(r => r.Kind != TypedRow.Voucher).Select(r => r.TypedFor(ours.Sign(Number, Pharmacy, Today))).Append(IdNumber + IdNumber).Distinct().ToList();
        var (opens, closes) = HoursOf(null);
        var day = new OfflineBundle(null, opens, Pharmacy, "", Today, opens, closes, "", ours.PublicKeys(), [], 60);

        var verdicts = await PhoneAsync(typed.Select(t => new { typed = new { code = t, lastFour = "" }, day, used = Array.Empty<string>(), now = opens.ToUnixTimeMilliseconds() }));

        Assert.Equal(typed.Where(t => CounterCode.IsCard(t)), typed.Zip(verdicts).Where(p => p.Second == "Unknown Card").Select(p => p.First));
        Assert.Contains(IdNumber + IdNumber, typed.Where(t => CounterCode.IsCard(t)));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        ours.Dispose();
        theirs.Dispose();
    }

    private static Vouchers NewVouchers()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var settings = new SecretSettings { VoucherKeyId = "A" };
        settings.VoucherKeys.Add("A", Convert.ToBase64String(key.ExportPkcs8PrivateKey()));
        return new Vouchers(Options.Create(settings));
    }

    // Nobody collects for another here, so the reader needs neither hashes nor the day.
    private RedemptionRequest Read(Case given)
    {
        var reader = new RedemptionRequestReader(ours, null!, null!);
        Assert.Equal(Refusal.None, reader.Read(new CounterLine { Code = CodeOf(given), LastFour = given.Shown.LastFour, RequestId = "one" }, null, out var request));
        return request!;
    }

    private string CodeOf(Case given)
    {
        if (given.Shown.Text is { } text) return text;
        if (given.Shown.Number) return Number;
        var signer = given.Shown.Voucher == "foreign" ? theirs : ours;
        var voucher = signer.Sign(Number, given.Booking?.SignedAt ?? given.Booking?.Pharmacy ?? Pharmacy, given.Booking?.SignedFor ?? given.Booking?.Day ?? Today);
        return given.Shown.Voucher == "changed" ? voucher[..^4] + (voucher.EndsWith("2222", StringComparison.Ordinal) ? "3333" : "2222") : voucher;
    }

    /// <summary>What the phone has taken along: the bookings of its own pharmacy and day, those too that have moved away from it.</summary>
    private object JobOf(Case given)
    {
        var (opens, closes) = HoursOf(null);
        var (opensItself, closesItself) = HoursOf(given.Booking);
        OfflineBooking[] bookings = given.Booking is { Pharmacy: Pharmacy } booking && (booking.Day == Today || booking.SignedFor == Today || booking.Until >= Today)
            ? [new OfflineBooking(Number, 1, "*", IdNumber[^4..], 5, 160, "", booking.Status, opensItself, closesItself)]
            : [];
        return new
        {
            typed = new { code = CodeOf(given), lastFour = given.Shown.LastFour },
            day = new OfflineBundle(null, given.Now, Pharmacy, "", Today, opens, closes, "", ours.PublicKeys(), bookings, 60) { Gone = given.Booking is { SignedAt: Pharmacy } ? [Number] : [] },
            used = given.HandedOverHere ? new[] { Number } : [],
            now = given.Now.ToUnixTimeMilliseconds(),
        };
    }

    private static (DateTimeOffset Opens, DateTimeOffset Closes) HoursOf(Booking? booking)
    {
        var day = booking?.Day ?? Today;
        return (At(day, 9), At(booking?.Until ?? day, 18));
    }

    private static DateTimeOffset At(DateOnly day, int hour) => new(day.ToDateTime(new TimeOnly(hour, 0)), TimeSpan.FromHours(8));

    private static async Task<List<string>> PhoneAsync(IEnumerable<object> jobs)
    {
        var script = Path.Combine(Repository.Root, "tests/WeChatMask.Tests/Counter/Phone/verdict.mjs");
        var start = new ProcessStartInfo("node", [script, Path.Combine(Repository.Root, "src/WeChatMask/wwwroot/js/offline-verdict.js")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        using var phone = Process.Start(start)!;
        var output = phone.StandardOutput.ReadToEndAsync();
        foreach (var job in jobs) await phone.StandardInput.WriteLineAsync(JsonSerializer.Serialize(job, Json));
        phone.StandardInput.Close();
        var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await phone.WaitForExitAsync();
        Assert.Equal(0, phone.ExitCode);
        return [.. lines];
    }

    private sealed record Case(string Id, DateTimeOffset Now, Shown Shown, Booking? Booking, bool HandedOverHere, Verdict Verdict, CodeFault? Fault = null)
    {
        private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

        public static Case Of(string id) => VectorFile.Case(Cases, id).Deserialize<Case>(Names)!;
    }

    private sealed record Shown(string? Voucher = null, bool Number = false, string? Text = null, string LastFour = "");

    private sealed record Booking(BookingStatus Status, string Pharmacy, DateOnly Day, DateOnly? SignedFor = null, DateOnly? Until = null, string? SignedAt = null);
}
