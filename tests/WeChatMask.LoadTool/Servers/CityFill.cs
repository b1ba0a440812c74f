using System.Diagnostics;
using System.Globalization;
using System.Text;
using WeChatMask.Bookings;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.DayEnd;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.LoadTool.Wire;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.LoadTool.Servers;

/// <summary>Gives a city its past by the product's own classes, in seconds what people would take an hour for.</summary>
internal sealed class CityFill(IServiceProvider services, FakeClock clock)
{
    private const int Portion = 1000;
    private const int Wave = 5000;

    private Database Database => services.GetRequiredService<Database>();

    private CityCalendar Calendar => services.GetRequiredService<CityCalendar>();

    /// <summary>The schema, the city and the day's round.</summary>
    public async Task ImportAsync(string city, bool hasLog)
    {
        await services.GetRequiredService<Migrator>().MigrateAsync(CancellationToken.None);
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(city));
        await services.GetRequiredService<CityImport>().ImportAsync(CityImport.Read(file), "bench", CancellationToken.None);
        if (hasLog) await services.GetRequiredService<RoundLogStore>().BeginAsync(CancellationToken.None);
        await services.GetRequiredService<RoundStore>().PlanAsync(Calendar.Today, CancellationToken.None);
        // A round that had begun before the log is not told, and the log begins with the server.
        if (!hasLog) await RunAsync("DELETE FROM round_key", new { });
    }

    /// <summary>Accounts with a person each and, where they are to be, log-ins.</summary>
    public async Task<IReadOnlyList<Guest>> JoinAsync(IReadOnlyList<Guest> guests, bool isLoggedIn)
    {
        foreach (var portion in guests.Chunk(Portion)) await JoinAsync(portion, isLoggedIn);
        return guests;
    }

    /// <summary>Everybody books at the pharmacy of their number.</summary>
    public async Task BookAsync(IReadOnlyList<Guest> guests)
    {
        var desk = services.GetRequiredService<BookingDesk>();
        await desk.StartAsync(CancellationToken.None);
        foreach (var wave in guests.Chunk(Wave))
        {
            var answers = await Task.WhenAll(wave.Select(g => desk.BookAsync(new BookingRequest(
                g.Account, long.Parse(g.Resident, CultureInfo.InvariantCulture), BenchCity.PharmacyOf(g.Number), string.Create(CultureInfo.InvariantCulture, $"load-{g.Number}")))));
            for (var i = 0; i < wave.Length; i++) wave[i].Booking = answers[i].Booking?.Number ?? throw new InvalidOperationException($"A booking was refused: {answers[i].Refusal}.");
        }

        await desk.StopAsync(CancellationToken.None);
    }

    /// <summary>Closes what is due, assigns slots and publishes, and plans today. Gives how long the publishing took.</summary>
    public async Task<double> PublishAsync()
    {
        await services.GetRequiredService<RoundStore>().CloseDueAsync(CancellationToken.None);
        await services.GetRequiredService<PublishStore>().AssignSlotsAsync(CancellationToken.None);
        var began = Stopwatch.GetTimestamp();
        await services.GetRequiredService<PublishStore>().PublishAsync(CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await services.GetRequiredService<RoundStore>().PlanAsync(Calendar.Today, CancellationToken.None);
        return took;
    }

    /// <summary>Clerks who are logged in; the n-th one works at the pharmacy of the n-th code, and so on round.</summary>
    public async Task<IReadOnlyList<Guest>> HireAsync(int each, Func<Guest> next)
    {
        var clerks = Enumerable.Range(0, each * BenchCity.Pharmacies).Select(_ => next()).ToList();
        if (each == 0) return clerks;
        // Slow on purpose, so that all share one.
        var hash = StaffStore.Hash("a password of the bench");
        var shops = (await Database.QueryAsync<(string Code, long Id)>("SELECT code, id FROM pharmacy")).ToDictionary(p => p.Code, p => p.Id, StringComparer.Ordinal);
        await Database.WriteAsync(
            t => StaffStore.AddAsync(t, [.. clerks.Select((c, i) => new NewStaff(NameOf(c), hash, StaffRole.Clerk, shops[BenchCity.Codes[i % BenchCity.Pharmacies]]))]), CancellationToken.None);
        var staff = (await Database.QueryAsync<(string Name, long Id, long Pharmacy)>("SELECT username, id, pharmacy_id FROM staff")).ToDictionary(s => s.Name, StringComparer.Ordinal);
        foreach (var clerk in clerks)
        {
            var (name, id, pharmacy) = staff[NameOf(clerk)];
            var session = await LogInAsync(clerk, SessionKind.Staff, (context, s) => context.SignInStaffAsync(s, id, name, StaffRole.Clerk, pharmacy));
            await Database.WriteAsync(
                async t =>
                {
                    await SessionStore.BeginAsync(t, session, id);
                    return true;
                },
                CancellationToken.None);
        }

        return clerks;
    }

    /// <summary>Gives the city so many bookings more that were made and collected in a hundred rounds before: rows alone, by other people, ten each.</summary>
    /// <remarks>The indexes of bookings are made anew afterwards, which is a tenth of the time. On SQLite only.</remarks>
    public async Task AgeAsync(int bookings)
    {
        if (bookings == 0) return;
        // Nobody of the past books again: a start need not look whether each has a commitment.
        await RunAsync("INSERT INTO setting (name, value) SELECT 'resident.proofs', '1' WHERE NOT EXISTS (SELECT 1 FROM setting WHERE name = 'resident.proofs')", new { });
        const int rounds = 100;
        const int bookingsEach = 10;
        var (each, people) = (bookings / rounds, bookings / bookingsEach);
        // Ids rise with time, and all of these were before.
        var first = Ids.Next() - (4L * bookings) - 1;
        var shops = await Database.ScalarAsync<int>("SELECT COUNT(*) FROM pharmacy");
        var indexes = await Database.QueryAsync<(string Name, string Sql)>("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'booking' AND sql IS NOT NULL");
        await RunAsync(string.Concat(indexes.Select(i => $"DROP INDEX {i.Name};")), new { });
        await RunAsync(
            """
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @people)
            INSERT INTO account (id, open_id, created_at) SELECT @first + i, 'o-' || HEX(RANDOMBLOB(14)), @now FROM n;
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @people)
            INSERT INTO resident (id, account_id, person_hash, name, id_number, mobile, eligible, checked_at, consent_version, consent_at, created_at)
            SELECT @first + @people + i, @first + i, LOWER(HEX(RANDOMBLOB(32))), 'k1.' || HEX(RANDOMBLOB(24)), 'k1.' || HEX(RANDOMBLOB(30)), 'k1.' || HEX(RANDOMBLOB(26)), 1, @now, @consent, @now, @now FROM n;
            """,
            new { people, first, now = clock.Now, consent = ResidentStore.ConsentVersion });
        for (var round = 0; round < rounds; round++)
        {
            // A round of another day with all its times and its end, and its bookings by a tenth of the people.
            await RunAsync(
                """
                INSERT INTO round (date, pickup_date, policy_id, phase, opens_at, closes_at, pickup_opens_at, pickup_closes_at, cancel_until, closed_at, slots_at, published_at, ended_at, reported_at, units_per_booking, forgotten)
                SELECT DATE(date, @back), DATE(pickup_date, @back), policy_id, @ended, opens_at - @passed, closes_at - @passed, pickup_opens_at - @passed, pickup_closes_at - @passed, cancel_until - @passed,
                       closes_at - @passed, closes_at - @passed, closes_at - @passed, pickup_closes_at - @passed, pickup_closes_at - @passed, units_per_booking, 1
                  FROM round WHERE date = @today;
                WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @each)
                INSERT INTO booking (id, number, request_id, round_date, pharmacy_id, window_index, serial, account_id, resident_id, person_hash, policy_id, units, unit_price_fen, status, cancelled_late,
                                     slot_starts_at, slot_ends_at, created_at, settled_at)
                SELECT @from + i, HEX(RANDOMBLOB(6)), 'past-' || @round, r.date, s.id, 1, i / @shops + 1,
                       @first + (@round * @each + i) % @people, @first + @people + (@round * @each + i) % @people, HEX(RANDOMBLOB(32)), r.policy_id, 5, 160, @redeemed, 0,
                       r.pickup_opens_at, r.pickup_closes_at, r.opens_at, r.pickup_opens_at
                  FROM n
                  JOIN round r ON r.date = DATE(@today, @back)
                  JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place FROM pharmacy) s ON s.place = i % @shops;
                """,
                new
                {
                    back = string.Create(CultureInfo.InvariantCulture, $"-{round + 2} days"), passed = (long)TimeSpan.FromDays(round + 2).TotalMilliseconds, today = Calendar.Today, ended = RoundPhase.Ended, redeemed = BookingStatus.Redeemed,
                    each, people, first, shops, round, from = first + (2L * people) + ((long)round * each),
                });
        }

        await RunAsync(string.Concat(indexes.Select(i => $"{i.Sql};")), new { });
    }

    private Task RunAsync(string sql, object args) => Database.WriteAsync(transaction => transaction.ExecuteAsync(sql, args), CancellationToken.None);

    private static string NameOf(Guest clerk) => string.Create(CultureInfo.InvariantCulture, $"clerk-{clerk.Number}");

    private async Task JoinAsync(Guest[] guests, bool isLoggedIn)
    {
        var personal = services.GetRequiredService<PersonalData>();
        var now = clock.Now.ToUnixTimeMilliseconds();
        var sessions = new List<(NewSession Session, long Account)>();
        foreach (var guest in guests)
        {
            guest.Account = Ids.Next();
            guest.Resident = Encoding.ASCII.GetBytes(Ids.Next().ToString(CultureInfo.InvariantCulture));
            if (isLoggedIn) sessions.Add((await LogInAsync(guest, SessionKind.Resident, (context, session) => context.SignInResidentAsync(session, guest.Account)), guest.Account));
        }

        await Database.WriteAsync(
            async transaction =>
            {
                await transaction.InsertManyAsync("account", ["id", "open_id", "created_at"], [.. guests.Select(g => new object?[] { g.Account, $"o-c-{g.Number}", now })]);
                await transaction.InsertManyAsync(
                    "resident",
                    ["id", "account_id", "person_hash", "name", "id_number", "mobile", "eligible", "checked_at", "consent_version", "consent_at", "created_at", "proof"],
                    [.. guests.Select(g => new object?[]
                    {
                        long.Parse(g.Resident, CultureInfo.InvariantCulture), g.Account, personal.PersonHash(People.IdNumber(g.Number)), personal.Encrypt("张三丰"),
                        personal.Encrypt(People.IdNumber(g.Number)), personal.Encrypt(People.Mobile(g.Number)), 1, now, ResidentStore.ConsentVersion, now, now,
                        Hash.Of(g.Resident).ToString(),
                    })]);
                foreach (var (session, account) in sessions) await SessionStore.BeginAsync(transaction, session, account);
                return true;
            },
            CancellationToken.None);
    }

    private async Task<NewSession> LogInAsync(Guest guest, SessionKind kind, Func<HttpContext, NewSession, Task> signInAsync)
    {
        // Keys are read while a thread waits, which must not be the one that hears the database's answers.
        await Task.Yield();
        // What signs in belongs to its scope, and so to one call.
        using var scope = services.CreateScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        (context.Request.Scheme, context.Request.Host) = ("https", new HostString("mask.example.gov.cn"));
        context.Request.Headers.UserAgent = "Mozilla/5.0 (iPhone) MicroMessenger/8.0.40";
        var session = NewSession.Of(context, kind);
        await signInAsync(context, session);
        guest.Cookie = Encoding.ASCII.GetBytes("__Host-" + context.Response.Headers.SetCookie.ToString().Split(';')[0]);
        return session;
    }
}
