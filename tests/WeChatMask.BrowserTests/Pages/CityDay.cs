using System.Globalization;
using System.Net.Http.Json;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Cases;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Flags;
using WeChatMask.Residents;
using Microsoft.Playwright;
using SkiaSharp;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.BrowserTests.Pages;

/// <summary>The city at one moment of its day, with one resident whom the tests look through the eyes of.</summary>
internal sealed class CityMoment : IAsyncDisposable
{
    private const string OpenId = "o-resident";
    private const int Resident = 900_000;
    private const int Free = 900_001;
    private const int RoundPlaces = 800;

    private readonly SandboxHost host;
    private string number = "";
    private string resident = "";
    private string free = "";
    private string redeemed = "";
    private string account = "";
    private string complaint = "";
    private string flag = "";

    private CityMoment(SandboxHost host) => this.host = host;

    /// <summary>Makes the city and lets its day pass up to the moment.</summary>
    public static async Task<CityMoment> AtAsync(Moment moment)
    {
        var city = new CityMoment(await SandboxHost.StartAsync("loudi", moment == Moment.NoRound ? "2019-12-01T12:00:00+08:00" : "2020-02-10T18:59:00+08:00"));
        // Without a policy nobody can register either.
        if (moment != Moment.NoRound) await city.RegisterAsync();
        if (moment >= Moment.Open) await city.OpenAsync();
        if (moment >= Moment.Published) await city.FillAsync(RoundPlaces);
        if (moment >= Moment.Handout) await city.HandOutAsync();
        if (moment >= Moment.Lapsed) await city.host.SetClockAsync("2020-02-11T18:30:00+08:00");
        return city;
    }

    /// <summary>Where the city is.</summary>
    public Uri Address => host.Address;

    /// <summary>Opens a fresh browser of somebody's.</summary>
    public async Task<BrowserPhone> PhoneAsync(Viewer viewer, bool large)
    {
        var openId = viewer switch { Viewer.Newcomer => "o-newcomer", Viewer.Resident => OpenId, _ => null };
        var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(openId, large));
        if (openId is not null) await phone.LogInAsync();
        if (account.Length == 0)
            account = (await host.Get<StaffAccountQueries>().FindAsync("clerk-ld01", default))!.Id.ToString(CultureInfo.InvariantCulture);
        if (viewer == Viewer.Waiting) await phone.Page.Context.AddCookiesAsync([new() { Name = "wm_line", Value = LongLine(), Url = $"{host.Address}login/" }]);
        if (viewer == Viewer.Clerk) await phone.LogInAsync("clerk-ld01", "clerk-demo");
        if (viewer == Viewer.Auditor) await phone.LogInAsync("auditor", "auditor-demo");
        if (viewer == Viewer.Lead) await phone.LogInAsync("lead-ld01", "lead-demo");
        if (viewer == Viewer.Administrator)
        {
            await host.RenewCodeAsync();
            await phone.LogInAsync("administrator", "administrator-demo");
        }

        if (viewer == Viewer.Supervisor) await phone.LogInAsync("supervisor", "supervisor-demo");
        return phone;
    }

    /// <summary>A page's path with the resident's own particulars in it.</summary>
    public string Path(ShownPage page) => page.Path
        .Replace("{number}", number, StringComparison.Ordinal).Replace("{resident}", resident, StringComparison.Ordinal)
        .Replace("{free}", free, StringComparison.Ordinal).Replace("{redeemed}", redeemed, StringComparison.Ordinal)
        .Replace("{account}", account, StringComparison.Ordinal).Replace("{case}", complaint, StringComparison.Ordinal)
        .Replace("{flag}", flag, StringComparison.Ordinal);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => host.DisposeAsync();

    // A hundred thousand people ahead, none of whom has to come.
    private string LongLine()
    {
        var last = host.Get<WaitingLine>().Ask(null).Place;
        var text = string.Create(CultureInfo.InvariantCulture, $"{last.Node}.{last.Number + 100_000}.{last.ArrivedAt.ToUnixTimeMilliseconds()}");
        return $"{text}.{host.Get<PersonalData>().KeyedHash(HashPurpose.LoginPlace, text)}";
    }

    private async Task RegisterAsync()
    {
        using var phone = await host.NewResidentAsync(Resident, OpenId);
        resident = phone.ResidentId;
        var (_, other) = await phone.Http.PostAsync("/api/residents", People.Registration(Free));
        free = other.GetProperty("id").GetString()!;
    }

    private async Task OpenAsync()
    {
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        using var phone = new ResidentPhone(await host.PhoneAsync(OpenId), resident);
        var (status, booking) = await phone.BookAsync("LD01", "first");
        Assert.Equal(201, status);
        number = booking.GetProperty("number").GetString()!;
        var id = await host.Get<Database>().ScalarAsync<long>("SELECT account_id FROM booking WHERE number = @number", new { number });
        using var picture = new SKBitmap(40, 20);
        using var photo = picture.Encode(SKEncodedImageFormat.Jpeg, 80);
        complaint = (await host.Get<CaseStore>().OpenAsync(id, new NewCase(CaseKind.Attitude, "店员态度不好，让我等了一个小时。", number, Photo: photo.ToArray()), "c1", default)).Number;
        await host.Get<ViolationStore>().RecordAsync(new StaffMember(1, "supervisor", StaffRole.Supervisor, null), "LD02", complaint, ViolationKind.Warning, "没有按时开门。", "v1", default);
    }

    // Everybody books, so that each list of the day is as long as it gets.
    private async Task FillAsync(int people)
    {
        using var http = Phone.Connect(host.Address);
        await Parallel.ForEachAsync(Enumerable.Range(0, people), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            var phone = new Phone(string.Create(CultureInfo.InvariantCulture, $"o-neighbour-{i}"));
            await phone.JoinAsync(http, i);
            await phone.BookAsync(http, string.Create(CultureInfo.InvariantCulture, $"LD0{1 + (i % 5)}"), "one");
        });
        await host.SetClockAsync("2020-02-10T22:01:00+08:00");
    }

    private async Task HandOutAsync()
    {
        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var list = await clerk.GetStringAsync("/pharmacy/lists/2020-02-10.csv");
        // What begins with a zero stands in the file as a formula of itself.
        // The first rows after the resident's own, whose serial is the first.
        foreach (var row in list.Split('\n').Skip(2).Take(5).Select(l => l.Split(',')))
        {
            var (status, answer) = await clerk.PostAsync(
                "/api/pharmacy/redemptions", new { number = row[1], idNumberLast4 = string.Concat(row[3].Where(char.IsAsciiLetterOrDigit)), requestId = row[1] });
            Assert.Equal((200, "redeemed"), (status, answer.GetProperty("verdict").GetString()));
            redeemed = row[1];
        }

        // Told by a phone that had no network: the last of them again, with digits that are not the booker's.
        var (settled, _) = await clerk.PostAsync(
            "/api/pharmacy/redemptions/settle",
            new { handOvers = new[] { new { requestId = "told", number = redeemed, idNumberLast4 = "0000", handedOverAt = "2020-02-11T09:30:00+08:00" } } });
        Assert.Equal(200, settled);
        // Looked through as often as is odd: what is read makes the longest page of a flag.
        for (var i = 0; i < new FlagSettings().ListReads; i++) await clerk.GetStringAsync("/pharmacy/lists/2020-02-10.csv");
        await host.Get<FlagFindingStore>().KeepAsync(await host.Get<OddQueries>().OfAsync(new DateOnly(2020, 2, 11), default), default);
        flag = (await host.Get<Database>().ScalarAsync<long>("SELECT id FROM flag WHERE kind = @kind", new { kind = FlagKind.ListReads })).ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>The city at every moment of its day, made once for a class of tests; each moment when it is first looked at.</summary>
public sealed class CityDay : IAsyncLifetime
{
    private readonly Dictionary<Moment, Lazy<Task<CityMoment>>> moments =
        Enum.GetValues<Moment>().ToDictionary(m => m, m => new Lazy<Task<CityMoment>>(() => CityMoment.AtAsync(m)));

    private BrowserPhone? last;
    private (Moment Moment, Viewer Viewer) whose;
    private IReadOnlyList<BrowserContextCookiesResult> cookies = [];

    /// <inheritdoc />
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (last is not null) await last.DisposeAsync();
        foreach (var moment in moments.Values.Where(m => m is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })) await (await moment.Value).DisposeAsync();
    }

    /// <summary>The city at a moment.</summary>
    internal Task<CityMoment> AtAsync(Moment moment) => moments[moment].Value;

    /// <summary>A browser, as good as fresh, of who looks at a page; it is the class's, and the last one while the next page is of the same viewer and moment.</summary>
    internal async Task<BrowserPhone> PhoneAsync(ShownPage page, bool large)
    {
        if (last is not null && whose == (page.Moment, page.Viewer))
        {
            await last.RenewAsync(cookies);
            return last;
        }

        if (last is not null) await last.DisposeAsync();
        last = await (await AtAsync(page.Moment)).PhoneAsync(page.Viewer, large);
        whose = (page.Moment, page.Viewer);
        cookies = await last.Page.Context.CookiesAsync();
        return last;
    }
}
