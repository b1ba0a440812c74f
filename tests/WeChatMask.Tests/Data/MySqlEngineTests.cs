using WeChatMask.Data;

namespace WeChatMask.Tests.Data;

public sealed class MySqlEngineTests
{
    [Fact]
    public void A_silent_server_is_given_up_within_the_time_a_person_waits()
    {
        var settings = MySqlEngine.SettingsOf("Server=db;User ID=mask");
        Assert.Equal(10u, settings.DefaultCommandTimeout);
        Assert.Equal(5u, settings.ConnectionTimeout);
    }

    [Fact]
    public void Four_nodes_fit_a_server_as_it_is_installed()
    {
        var settings = MySqlEngine.SettingsOf("Server=db;User ID=mask");
        // Five more are for the jobs that nodes share.
        Assert.True(4 * (settings.MaximumPoolSize + 5) < 151, $"{settings.MaximumPoolSize}");
    }

    [Fact]
    public void What_the_operator_has_set_counts()
    {
        var settings = MySqlEngine.SettingsOf("Host=db;MaxPoolSize=9;Command Timeout=33;connect timeout=7;SslMode=VerifyFull");
        Assert.Equal(9u, settings.MaximumPoolSize);
        Assert.Equal(33u, settings.DefaultCommandTimeout);
        Assert.Equal(7u, settings.ConnectionTimeout);
        Assert.Equal(MySqlConnector.MySqlSslMode.VerifyFull, settings.SslMode);
    }

    [Fact]
    public void Rows_that_match_are_counted_and_any_character_is_kept_whatever_the_operator_has_set()
    {
        var settings = MySqlEngine.SettingsOf("Server=db;UseAffectedRows=true;CharSet=latin1");
        Assert.False(settings.UseAffectedRows);
        Assert.Equal("utf8mb4", settings.CharacterSet);
    }
}
