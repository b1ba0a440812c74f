using Npgsql;
using WeChatMask.Data;
using Xunit;

namespace WeChatMask.Tests.Data;

public sealed class PostgreSqlEngineTests
{
    [Fact]
    public void A_silent_server_is_given_up_within_the_time_a_person_waits()
    {
        var settings = PostgreSqlEngine.SettingsOf("Host=db;Username=mask");
        // A statement out of time is not called off over a new connection first, which would also end a wait for a standby.
        Assert.Equal(-1, settings.CancellationTimeout);
        Assert.Equal(10, settings.CommandTimeout);
        Assert.Equal(5, settings.Timeout);
        Assert.Equal(GssEncryptionMode.Disable, settings.GssEncryptionMode);
    }

    [Fact]
    public void Three_nodes_fit_a_server_of_a_hundred_connections_and_prepare_nothing_by_themselves()
    {
        var settings = PostgreSqlEngine.SettingsOf("Host=db;Username=mask");
        // Five more are for the jobs that nodes share.
        Assert.True(3 * (settings.MaxPoolSize + 5) < 97, $"{settings.MaxPoolSize}");
        Assert.Equal(0, settings.MaxAutoPrepare);
    }

    [Fact]
    public void What_the_operator_has_set_counts()
    {
        var settings = PostgreSqlEngine.SettingsOf(
            "Host=a,b;MaxPoolSize=9;Command Timeout=33;timeout=7;GSS Encryption Mode=Require;Host Recheck Seconds=4;Target Session Attributes=any;Options=-c work_mem=8MB");
        Assert.Equal(9, settings.MaxPoolSize);
        Assert.Equal(33, settings.CommandTimeout);
        Assert.Equal(7, settings.Timeout);
        Assert.Equal(GssEncryptionMode.Require, settings.GssEncryptionMode);
        Assert.Equal(4, settings.HostRecheckSeconds);
        Assert.Equal("any", settings.TargetSessionAttributes);
        Assert.StartsWith("-c work_mem=8MB ", settings.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void A_promoted_standby_is_looked_for_every_second()
    {
        var settings = PostgreSqlEngine.SettingsOf("Host=a,b;Username=mask");
        Assert.Equal(1, settings.HostRecheckSeconds);
        Assert.Equal("primary", settings.TargetSessionAttributes);
    }
}
