using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

public sealed class StartTests
{
    // Made for these tests.
    private const string SomeKey = "5R0oXkzv3nq0b1mYh8tQ4gVd7cJ2uLw9sPfEaKxTyZI=";
    private const string SomeVoucherKey = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyWapPPQfkw3YIyXiQRcbw/rZDyZUQsWG1mrzdNl1CCKhRANCAAQYqg5HeL1We1wqhyDtKlewMBdh9g8lFkeD2OZAwXP1OwBpEcUj1KvDq2AX2pgcLiPTaZekRqfuh7DI5Mgksd8V";
    private const string OtherVoucherKey = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfOj9ack/S8Mh1ClIGre2y9B5Kjr4dA9dCMuBwiDM0bqhRANCAASknM9Z33sr9z6pajgPIHZVI1yBrBHWN60H4x6gBrTibQ3tKuAFYwLjY85HHhcxTm5eDbpPNdQF8O7HazZene5/";

    [Fact]
    public void Missing_weak_and_sandbox_secrets_stop_the_start_with_the_keys_name_and_the_cure()
    {
        var rules = new SecretSettingsValidator([]);
        var secrets = new SecretSettings { EncryptionKeyId = "k1", IdentityHashKey = Convert.ToBase64String(new byte[32]), VoucherKeyId = "A" };
        secrets.EncryptionKeys["k1"] = Convert.ToBase64String("sandbox-0123456789-0123456789-01"u8);
        secrets.VoucherKeys["A"] = "nonsense";

        var faults = string.Join('\n', rules.Validate(null, secrets).Failures!);

        Assert.Contains("Secrets:EncryptionKeys:k1 is the sandbox's", faults, StringComparison.Ordinal);
        Assert.Contains("Secrets:IdentityHashKey is too simple", faults, StringComparison.Ordinal);
        Assert.Contains("Secrets:VoucherKeys:A cannot be read", faults, StringComparison.Ordinal);
        Assert.Contains("openssl", faults, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_with_another_identity_key_does_not_start()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.Get<Database>().WriteAsync(
            t => t.ExecuteAsync("UPDATE setting SET value = 'another' WHERE name = 'identity.fingerprint'"), default);

        var start = await Assert.ThrowsAsync<StartFaultException>(() => host.Get<Startup>().StartingAsync(default));

        Assert.Contains("Secrets:IdentityHashKey", start.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> OtherKeys => new()
    {
        { "Secrets:EncryptionKeys:k1", SomeKey },
        { "Secrets:IdentityHashKey", SomeKey },
        { "Secrets:RegistryKey", SomeKey },
        { "Secrets:VoucherKeys:S", SomeVoucherKey },
    };

    [Theory]
    [MemberData(nameof(OtherKeys))]
    public async Task A_node_with_another_key_under_a_known_id_does_not_start_and_writes_nothing(string setting, string key)
    {
        var other = false;
        await using var host = await SandboxHost.StartAsync(configure: builder =>
        {
            if (other) builder.Configuration[setting] = key;
        });
        var before = await KeyRowsAsync(host);
        other = true;

        var fault = await Assert.ThrowsAsync<StartFaultException>(() => host.RestartAsync());

        Assert.Contains(setting, fault.Message, StringComparison.Ordinal);
        Assert.Contains("is not the key this database was used with", fault.Message, StringComparison.Ordinal);
        other = false;
        await host.RestartAsync();
        Assert.Equal(before, await KeyRowsAsync(host));
    }

    [Theory]
    [InlineData("Secrets:EncryptionKeys:k2", SomeKey)]
    [InlineData("Secrets:VoucherKeys:B", SomeVoucherKey)]
    public async Task A_new_key_under_an_id_of_its_own_is_noted_and_from_then_on_held(string setting, string key)
    {
        string? given = null;
        await using var host = await SandboxHost.StartAsync(configure: builder =>
        {
            if (given is not null) builder.Configuration[setting] = given;
        });
        given = key;
        await host.RestartAsync();

        given = setting.Contains("Voucher", StringComparison.Ordinal) ? OtherVoucherKey : Convert.ToBase64String(SHA256.HashData("third"u8));
        var fault = await Assert.ThrowsAsync<StartFaultException>(() => host.RestartAsync());

        Assert.Contains(setting, fault.Message, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task A_city_older_than_its_keys_fingerprints_is_held_to_what_it_has_stored(DatabaseKind engine)
    {
        var folder = Directory.CreateTempSubdirectory("wechatmask-keys-");
        await using var database = await TestDatabase.CreateAsync(engine, folder.FullName);
        using var city = new Database(database.Settings());
        await new Migrator(city, TimeProvider.System).MigrateAsync(default);
        var node = new NodeStore(city, new MachineClock(TimeProvider.System));
        using var ours = new PersonalData(Options.Create(SecretsWith("k1", SomeKey)));
        using var others = new PersonalData(Options.Create(SecretsWith("k1", Convert.ToBase64String(SHA256.HashData("third"u8)))));
        await city.WriteAsync(
            t => t.ExecuteAsync(
                """
                INSERT INTO pharmacy (id, code, name, address, district, latitude, longitude, phone, contact_mobile, quota_group, joins_on, status)
                VALUES (1, 'A', 'A', 'A', 'A', 0, 0, '', @contact, 'A', '2020-02-10', 0)
                """,
                new { contact = ours.Encrypt("13800138000") }),
            default);
        var none = new Dictionary<string, string>(StringComparer.Ordinal);
        var own = new Dictionary<string, string>(StringComparer.Ordinal) { ["Secrets:EncryptionKeys:k1"] = "fingerprint" };

        Assert.Equal(["Secrets:EncryptionKeys:k1"], await node.WrongKeysAsync(own, s => others.DecryptOrNothing(s).Length > 0, note: true, default));
        Assert.Empty(await node.WrongKeysAsync(own, s => ours.DecryptOrNothing(s).Length > 0, note: true, default));
        // Taken out of the settings while a value is stored under it.
        Assert.Equal(["Secrets:EncryptionKeys:k1"], await node.WrongKeysAsync(none, _ => false, note: true, default));
        // A second factor alone is reason enough.
        await city.WriteAsync(
            async t => await t.ExecuteAsync("DELETE FROM pharmacy") + await t.ExecuteAsync(
                "INSERT INTO staff (id, username, password_hash, role, failures, locked_until, disabled, totp_secret) VALUES (1, 'a', '', 0, 0, 0, 0, @secret)",
                new { secret = ours.Encrypt("A") }),
            default);
        Assert.Equal(["Secrets:EncryptionKeys:k1"], await node.WrongKeysAsync(none, _ => false, note: true, default));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_older_build_stops_at_a_newer_schema()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.Get<Database>().WriteAsync(
            t => t.ExecuteAsync("INSERT INTO schema_migration (name, checksum, applied_at) VALUES ('9999_later.sql', 'x', 0)"), default);

        var start = await Assert.ThrowsAsync<StartFaultException>(() => host.Get<Migrator>().MigrateAsync(default));

        Assert.Contains("9999_later.sql by a newer build", start.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_city_writes_is_for_its_own_user_alone()
    {
        await using var host = await SandboxHost.StartAsync();

        var paths = Directory.EnumerateFileSystemEntries(host.Data, "*", SearchOption.AllDirectories).Append(host.Data).ToList();

        Assert.Contains(paths, p => p.EndsWith(".db-wal", StringComparison.Ordinal));
        Assert.DoesNotContain(paths, p => (File.GetUnixFileMode(p) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)) != UnixFileMode.None);
    }

    [Fact]
    public async Task The_keys_behind_cookies_are_there_before_the_first_request()
    {
        await using var host = await SandboxHost.StartAsync();

        Assert.Equal(1, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM data_protection_key"));
    }

    [Fact]
    public async Task Migrations_run_once_and_an_edited_old_one_is_an_error()
    {
        await using var host = await SandboxHost.StartAsync();
        var migrator = host.Get<Migrator>();
        await migrator.MigrateAsync(default);

        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE schema_migration SET checksum = 'edited'"), default);

        var start = await Assert.ThrowsAsync<StartFaultException>(() => migrator.MigrateAsync(default));
        Assert.Contains("was edited", start.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_connection_string_says_what_to_set() =>
        Assert.Contains("Database:ConnectionString", new DatabaseSettingsValidator().Validate(null, new DatabaseSettings()).FailureMessage, StringComparison.Ordinal);

    [Fact]
    public void What_an_operator_can_mend_is_shown_as_sentences_and_a_defect_with_its_type()
    {
        var one = new OptionsValidationException("a", typeof(SecretSettings), ["mend a"]);
        var two = new OptionsValidationException("b", typeof(DatabaseSettings), ["mend b"]);

        Assert.Equal([new StartFault("mend a"), new StartFault("mend b")], StartFaults.Of(new AggregateException(one, two)));
        Assert.Equal([new StartFault("TimeoutException: a defect")], StartFaults.Of(new TimeoutException("a defect")));
    }

    [Fact]
    public void What_may_pass_by_itself_is_tried_again_and_what_must_be_mended_is_not()
    {
        const int full = 28;
        static PostgresException Postgres(string state) => new("said", "FATAL", "FATAL", state);
        Exception[] passing = [new SqliteException("", 5), new SqliteException("", 6), new SqliteException("", 13), new IOException("full", full), Postgres("57P03"), Postgres("53300"), new ConnectionLostException("gone", new IOException())];
        Exception[] lasting = [new SqliteException("", 8), new SqliteException("", 11), new SqliteException("", 14), new SqliteException("", 26), new IOException("no"), Postgres("28P01"), Postgres("3D000"), new UnauthorizedAccessException("no")];

        Assert.All(passing, e => Assert.Equal(ExitCodes.NotYet, Assert.Single(StartFaults.Of(e)).ExitCode));
        Assert.All(lasting, e => Assert.Equal(ExitCodes.Mend, Assert.Single(StartFaults.Of(e)).ExitCode));
    }

    [Theory]
    // Nobody listens at port 1.
    [InlineData(DatabaseKind.PostgreSql, "Host=127.0.0.1;Port=1;Username=nobody")]
    [InlineData(DatabaseKind.MySql, "Server=127.0.0.1;Port=1;User ID=nobody")]
    public async Task A_start_that_an_operator_can_mend_leaves_no_stack_trace_in_the_log(DatabaseKind engine, string nowhere)
    {
        using var log = new Traces();

        var fault = await Assert.ThrowsAsync<StartFaultException>(() => SandboxHost.StartAsync(configure: builder =>
        {
            builder.Logging.AddProvider(log);
            builder.Configuration["Database:Engine"] = engine.ToString();
            builder.Configuration["Database:ConnectionString"] = nowhere;
        }));

        Assert.Contains("Database:ConnectionString", Assert.Single(StartFaults.Of(fault)).Sentence, StringComparison.Ordinal);
        Assert.Empty(log.Seen);
    }

    [Fact]
    public void Ids_are_unique_and_rise_over_threads()
    {
        var ids = Enumerable.Range(0, 100_000).AsParallel().WithDegreeOfParallelism(8).Select(_ => Ids.Next()).ToArray();

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(id > 0));
        var first = Ids.Next();
        Assert.True(Ids.Next() > first);
    }

    /// <summary>Exceptions that are written to the log.</summary>
    private static async Task<string> KeyRowsAsync(SandboxHost host) =>
        string.Join('\n', await host.Get<Database>().QueryAsync<string>("SELECT name || '=' || value FROM setting ORDER BY name"));

    private static SecretSettings SecretsWith(string id, string key)
    {
        var secrets = new SecretSettings { EncryptionKeyId = id, IdentityHashKey = SomeKey };
        secrets.EncryptionKeys[id] = key;
        return secrets;
    }

    private sealed class Traces : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<Exception> Seen { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is not null) Seen.Enqueue(exception);
        }

        public void Dispose()
        {
        }
    }
}
