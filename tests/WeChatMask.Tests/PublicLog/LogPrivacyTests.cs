using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Residents;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

/// <summary>The record names nobody; and once a round's lists are down, nothing that the city has kept tells whose a line was.</summary>
public sealed class LogPrivacyTests
{
    // What the city knows of people: table, and the column of a value that may be encrypted.
    private static readonly (string Table, string Column)[] Personal =
    [
        ("resident", "name"), ("resident", "id_number"), ("resident", "mobile"), ("resident", "called"), ("resident", "person_hash"), ("resident", "id"),
        ("resident", "proof_salt"), ("resident", "proof"), ("account", "id"), ("account", "open_id"), ("person_hold", "person_hash"),
        ("booking", "id"), ("booking", "number"), ("booking", "request_id"), ("booking", "person_hash"),
        ("redemption", "id"), ("redemption", "proxy_name"), ("redemption", "proxy_id_number"), ("redemption", "proxy_hash"), ("redemption", "staff_id"),
        ("staff", "id"), ("staff", "username"), ("staff", "wechat_hash"), ("session", "id_hash"), ("session", "browser"), ("login_count", "count_key"),
        ("pharmacy", "address"), ("pharmacy", "phone"), ("pharmacy", "contact_mobile"), ("outbox", "notice_key"), ("outbox", "message_id"),
    ];

    [EngineTheory]
    public async Task Nothing_below_the_log_tells_anything_of_anybody_after_a_whole_day(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        await LiveAsync(host);
        var people = await PeopleAsync(host);
        foreach (var column in (string[])["resident.name", "resident.mobile", "account.open_id", "booking.number", "redemption.proxy_name", "staff.username", "pharmacy.address"])
            Assert.Contains(column, people.Names);

        foreach (var (path, bytes) in await PublishedAsync(host)) Assert.True(people.In(bytes) is [], $"{path}: {string.Join(", ", people.In(bytes))}");
        Assert.Empty(people.In(await LogRowsAsync(host)));
    }

    [EngineTheory]
    public async Task What_somebody_puts_there_is_found(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        using var person = await host.NewResidentAsync(1, openId: "oSomebodyElse");
        var people = await PeopleAsync(host);
        Assert.Empty(people.In(await LogRowsAsync(host)));
        Assert.True(Hash.TryParse(await host.Get<Database>().ScalarAsync<string>("SELECT person_hash FROM resident"), out var hash));

        await host.Get<Database>().WriteAsync(
            t =>
            {
                t.Log(LogEntry.Audit(People.IdNumber(1), 1, hash), LogEntry.Audit($"x{People.Mobile(1)}", 1, Hash.Of(Encoding.UTF8.GetBytes("oSomebodyElse"))));
                return Task.CompletedTask;
            },
            default);

        string[] put = ["account.open_id", "resident.id_number", "resident.mobile", "resident.person_hash"];
        Assert.Equal(put, people.In(await LogRowsAsync(host)).Order(StringComparer.Ordinal));
        var found = (await PublishedAsync(host)).ToDictionary(p => p.Path, p => people.In(p.Bytes), StringComparer.Ordinal);
        Assert.Equal(put, found.Single(f => f.Key.StartsWith("/log/tile/entries/", StringComparison.Ordinal)).Value.Order(StringComparer.Ordinal));
    }

    [EngineTheory]
    public async Task Once_the_lists_are_down_no_salt_can_be_worked_out_from_what_is_kept(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        await LiveAsync(host);
        DateOnly[] rounds = [new(2020, 2, 10), new(2020, 2, 11)];
        var salts = new Traces();
        foreach (var round in rounds) await AddSaltsAsync(host, round, salts);
        // The keys are kept, encrypted, and nothing that was made with them.
        Assert.Equal(rounds.Select(r => $"round_key: key {r:O}"), await FoundInRowsAsync(host, salts));
        var sealedKeys = new Traces();
        foreach (var sealedKey in await host.Get<Database>().QueryAsync<string>("SELECT sealed FROM round_key WHERE round_date < '2020-02-12'")) sealedKeys.Add("sealed", sealedKey);

        await host.SetClockAsync("2020-02-12T18:01:00+08:00");
        await using var held = await host.HoldJobsAsync();
        host.Get<SandboxClock>().Freeze(DateTimeOffset.Parse("2020-03-15T12:00:00+08:00", CultureInfo.InvariantCulture));
        await host.Get<PurgeStore>().PurgeAsync(default);

        Assert.Empty(await FoundInRowsAsync(host, salts));
        // Nor from what an embedded database leaves lying in its files.
        foreach (var file in Directory.EnumerateFiles(host.Data, "wechatmask.db*")) Assert.True(sealedKeys.In(await BytesAsync(file)) is [], file);
        foreach (var (path, bytes) in await PublishedAsync(host)) Assert.True(salts.In(bytes) is [], path);
        var log = await CityLog.ReadAsync(host.Get<Database>());
        Assert.Equal(rounds, log.Entries.Select(LogEntry.TryParse).Where(e => e!.Kind == EntryKind.Shred).Select(e => e!.RoundDay!.Value).Intersect(rounds));
        foreach (var round in rounds) Assert.Null(await host.Get<Database>().ReadAsync(c => host.Get<RoundKeyStore>().FindAsync(c, null, round), default));
    }

    private static async Task<byte[]> BytesAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    /// <summary>The day, and the next one's pickup, at which somebody collects for a friend.</summary>
    private static async Task LiveAsync(SandboxHost host)
    {
        await LoggedDay.LiveAsync(host);
        await host.SetClockAsync("2020-02-12T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var number = await host.Get<Database>().ScalarAsync<string>("SELECT number FROM booking WHERE round_date = '2020-02-11' AND serial = 2");
        var proxy = new { name = "李四光", idNumber = People.IdNumber(77) };
        var (status, answer) = await clerk.PostAsync("/api/pharmacy/redemptions", new { number, idNumberLast4 = People.IdNumber(8)[^4..], requestId = "request-proxy", proxy });
        Assert.Equal((200, "redeemed"), (status, answer.GetProperty("verdict").GetString()));
        await host.AdvanceAsync("PT5S");
    }

    private static async Task<Traces> PeopleAsync(SandboxHost host)
    {
        // What is shorter stands somewhere by chance, and tells nobody.
        const int least = 6;
        var people = new Traces();
        var personal = host.Get<PersonalData>();
        foreach (var (table, column) in Personal)
        {
            foreach (var value in await host.Get<Database>().QueryAsync<object>($"SELECT DISTINCT {column} AS value FROM {table} WHERE {column} IS NOT NULL"))
            {
                var text = Clear(personal, Convert.ToString(((IDictionary<string, object?>)value).Values.Single(), CultureInfo.InvariantCulture)!);
                if (Encoding.UTF8.GetByteCount(text) >= least) people.Add($"{table}.{column}", text);
            }
        }

        return people;
    }

    private static async Task AddSaltsAsync(SandboxHost host, DateOnly round, Traces salts)
    {
        var database = host.Get<Database>();
        var personal = host.Get<PersonalData>();
        var secret = Convert.FromBase64String(personal.Decrypt((await database.ScalarAsync<string>("SELECT sealed FROM round_key WHERE round_date = @round", new { round }))!));
        var key = new RoundKey(secret);
        salts.Add($"key {round:O}", secret);
        foreach (var number in await database.QueryAsync<string>("SELECT number FROM booking WHERE round_date = @round", new { round }))
            salts.Add("salt", key.Salt(number).ToBytes());
        foreach (var (code, serial) in await database.QueryAsync<(string, int)>(
            "SELECT p.code, e.serial FROM published_entry e JOIN pharmacy p ON p.id = e.pharmacy_id WHERE e.round_date = @round", new { round }))
            salts.Add("row salt", key.RowSalt(code, serial));
    }

    /// <summary>Everything that a stranger gets below /log.</summary>
    private static async Task<IReadOnlyList<(string Path, byte[] Bytes)>> PublishedAsync(SandboxHost host)
    {
        var log = await CityLog.ReadAsync(host.Get<Database>());
        var size = log.Head.Size;
        string[] paths =
        [
            "/log/checkpoint", "/log/vkeys", "/log/marks", "/log/marks?date=2020-02-10",
            .. Tile.Of(size).Select(t => $"/log/{t}"),
            .. log.Entries.Select(e => e.Split(' ')).Where(f => f[0] == "policy").Select(f => $"/log/docs/{f[2]}"),
            .. log.Entries.Select((_, i) => $"/log/inclusion?index={i}&size={size}"), $"/log/consistency?from=1&to={size}",
        ];
        var read = new List<(string, byte[])>();
        foreach (var path in paths) read.Add((path, await host.Http.GetByteArrayAsync(new Uri(path, UriKind.Relative))));
        return read;
    }

    private static async Task<string> LogRowsAsync(SandboxHost host)
    {
        var rows = await AllRows.ReadAsync(host.Get<Database>());
        return string.Join('\n', rows.Where(r => r.Table.StartsWith("log_", StringComparison.Ordinal) || r.Table == "board_version").SelectMany(r => r.Row.Values));
    }

    /// <summary>Where a secret stands in a table, also where it is encrypted and the city has the key.</summary>
    private static async Task<IReadOnlyList<string>> FoundInRowsAsync(SandboxHost host, Traces secrets)
    {
        var personal = host.Get<PersonalData>();
        return
        [
            .. (await AllRows.ReadAsync(host.Get<Database>())).GroupBy(r => r.Table, r => r.Row.Values.OfType<string>())
                .SelectMany(t => secrets.In(string.Join('\n', t.SelectMany(v => v).SelectMany(v => new[] { v, Clear(personal, v) }))).Select(found => $"{t.Key}: {found}"))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>What a value says, decrypted where it is encrypted.</summary>
    private static string Clear(PersonalData personal, string text)
    {
        try
        {
            return personal.Decrypt(text);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException or OverflowException)
        {
            return text;
        }
    }
}
