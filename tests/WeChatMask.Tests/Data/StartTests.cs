using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

public sealed class StartTests
{
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
    public void What_an_operator_can_mend_is_shown_as_sentences_and_a_defect_is_not()
    {
        var one = new OptionsValidationException("a", typeof(SecretSettings), ["mend a"]);
        var two = new OptionsValidationException("b", typeof(DatabaseSettings), ["mend b"]);

        Assert.Equal(["mend a", "mend b"], StartFaults.Of(new AggregateException(one, two)));
        Assert.Empty(StartFaults.Of(new InvalidOperationException("a defect")));
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

        Assert.Contains("Database:ConnectionString", Assert.Single(StartFaults.Of(fault)), StringComparison.Ordinal);
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
