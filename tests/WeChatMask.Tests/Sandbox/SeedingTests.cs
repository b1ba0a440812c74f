using Microsoft.AspNetCore.Identity;
using WeChatMask.Data;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;
using WeChatMask.Web;
using Staff = WeChatMask.City.StaffRow;

namespace WeChatMask.Tests.Sandbox;

/// <summary>An empty folder becomes a city; a folder with a city is left as it is.</summary>
public sealed class SeedingTests
{
    [Theory]
    [InlineData("loudi", null, 5)]
    [InlineData("chuzhou", null, 32)]
    [InlineData("chuzhou", "2020-02-03T10:00:00+08:00", 228)]
    public async Task The_board_shows_the_pharmacies_that_take_part(string city, string? clock, int count)
    {
        await using var host = await SandboxHost.StartAsync(city, clock);

        var board = await host.Http.GetJsonAsync("/api/board");

        Assert.Equal(count, board.GetProperty("pharmacies").GetArrayLength());
        Assert.Equal("announced", board.GetProperty("round").GetProperty("phase").GetString());
    }

    [Fact]
    public async Task Everybody_has_a_demo_log_in()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou");
        var staff = await StaffAsync(host);
        var hasher = host.Get<IPasswordHasher<Staff>>();

        Assert.Equal(3 + (2 * 228), staff.Count);
        foreach (var (role, name, password) in new[] { (StaffRole.PharmacyLead, "lead-cz228", "lead-demo"), (StaffRole.Auditor, "auditor", "auditor-demo"), (StaffRole.Administrator, "administrator", "administrator-demo") })
        {
            var row = Assert.Single(staff, s => s.Username == name);
            Assert.Equal((int)role, row.Role);
            Assert.Equal(role == StaffRole.PharmacyLead, row.PharmacyId is not null);
            Assert.Equal(PasswordVerificationResult.Success, hasher.VerifyHashedPassword(new Staff(), row.PasswordHash, password));
        }

        var supervisor = Assert.Single(staff, s => s.Role == (int)StaffRole.Supervisor);
        Assert.Equal("supervisor", supervisor.Username);
        Assert.Null(supervisor.PharmacyId);
        Assert.Equal(PasswordVerificationResult.Success, hasher.VerifyHashedPassword(new Staff(), supervisor.PasswordHash, "supervisor-demo"));
        var clerk = Assert.Single(staff, s => s.Username == "clerk-cz228");
        Assert.NotNull(clerk.PharmacyId);
        Assert.Equal(PasswordVerificationResult.Success, hasher.VerifyHashedPassword(new Staff(), clerk.PasswordHash, "clerk-demo"));
    }

    [Fact]
    public async Task A_second_start_changes_nothing()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.Get<Database>().WriteAsync(
            t => t.ExecuteAsync("UPDATE pharmacy SET name = 'renamed' WHERE code = 'LD01'"), CancellationToken.None);
        var staff = await StaffAsync(host);

        await host.RestartAsync();

        Assert.Equal(staff, await StaffAsync(host));
        var board = await host.Http.GetJsonAsync("/api/board");
        Assert.Equal("renamed", board.GetProperty("pharmacies")[0].GetProperty("name").GetString());
        Assert.Equal(1L, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM policy"));
    }

    [Fact]
    public async Task Another_citys_folder_is_refused()
    {
        await using var host = await SandboxHost.StartAsync("loudi");

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => SandboxHost.StartAsync("chuzhou", data: host.Data));

        Assert.Contains("another city", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_line_has_defaults_and_knows_what_is_wrong()
    {
        Assert.Equal(new SandboxOptions("loudi", "http://127.0.0.1:5080", "/srv/a/.data/loudi"), SandboxOptions.Parse([], "/srv/a"));
        var options = SandboxOptions.Parse(
            ["--city", "chuzhou", "--data=d", "--clock", "2020-02-10T18:59:00+08:00", "--urls", "http://localhost:1"], "/srv/a");
        Assert.Equal(new SandboxOptions("chuzhou", "http://localhost:1", "/srv/a/d", DateTimeOffset.Parse("2020-02-10T10:59:00Z", null)), options);
        foreach (var wrong in new[] { "--city=x", "--town=x", "--city", "--clock=now", "--urls=http://0.0.0.0:1", "--urls=here", "--world=x", "--world=http://10.0.0.1:80", "--world=https://127.0.0.1:1", "--world=http://127.0.0.1:1/sandbox", "x" })
            Assert.Contains("usage:", Assert.Throws<SandboxUsageException>(() => SandboxOptions.Parse([wrong], "/srv/a")).Message, StringComparison.Ordinal);
        var clock = Assert.Throws<SandboxUsageException>(
            () => SandboxOptions.Parse(["--world", "http://127.0.0.1:1", "--clock", "2020-02-10T18:59:00+08:00"], "/srv/a"));
        Assert.StartsWith("--clock and --world exclude each other", clock.Message, StringComparison.Ordinal);
    }

    private static Task<List<StaffRow>> StaffAsync(SandboxHost host) => host.Get<Database>().QueryAsync<StaffRow>(
        "SELECT id, username, password_hash, role, pharmacy_id FROM staff ORDER BY username");

    private sealed record StaffRow
    {
        public long Id { get; init; }

        public string Username { get; init; } = "";

        public string PasswordHash { get; init; } = "";

        public int Role { get; init; }

        public long? PharmacyId { get; init; }
    }
}
