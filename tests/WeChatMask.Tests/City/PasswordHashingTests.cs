using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.City;

/// <summary>Log-in tries cannot take more cores than they were given.</summary>
public sealed class PasswordHashingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Only_so_many_hash_at_once_some_wait_and_the_rest_are_told(int atOnce)
    {
        using var hasher = new HeldHasher(atOnce);
        using var hashing = new PasswordHashing(Options.Create(new SiteSettings { PasswordHashes = atOnce }), hasher);
        var taken = await TakeAllAsync(hashing, hasher);
        Assert.Null(await hashing.HashAsync("x", default));
        Assert.Null(await hashing.CheckAsync("hash", "hash", default));
        Assert.DoesNotContain(taken, t => t.IsCompleted);

        hasher.Open();
        Assert.All(await Task.WhenAll(taken), h => Assert.Equal("hash", h));
        Assert.Equal(atOnce, hasher.Most);
        Assert.Equal("hash", await hashing.HashAsync("x", default));
    }

    [Fact]
    public void Half_of_the_cores_hash_unless_it_is_said_otherwise()
    {
        using var hasher = new HeldHasher(1);
        using var hashing = new PasswordHashing(Options.Create(new SiteSettings()), hasher);
        Assert.Equal(Math.Max(1, Environment.ProcessorCount / 2), hashing.AtOnce);
    }

    [Fact]
    public async Task A_log_in_beyond_is_asked_to_come_again_and_counts_for_nothing()
    {
        using var hasher = new HeldHasher(1);
        // The sandbox makes its own staff's hashes while it starts.
        hasher.Open();
        await using var host = await SandboxHost.StartAsync(configure: builder =>
        {
            builder.Configuration["Site:PasswordHashes"] = "1";
            builder.Services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<StaffRow>>(hasher));
        });
        hasher.Close();
        var hashing = host.Get<PasswordHashing>();
        var taken = await TakeAllAsync(hashing, hasher);
        using var browser = host.Browser();
        using (var answer = await StaffLogins.LogInAsync(browser, "clerk-ld01", "wrong"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Contains("过几秒", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM staff_try"));
        hasher.Open();
        await Task.WhenAll(taken);
        using var again = await StaffLogins.LogInAsync(browser, "clerk-ld01", "hash");
        Assert.Equal(HttpStatusCode.Found, again.StatusCode);
    }

    private static async Task<List<Task<string?>>> TakeAllAsync(PasswordHashing hashing, HeldHasher hasher)
    {
        var hashed = Enumerable.Range(0, hashing.AtOnce).Select(_ => Task.Run(() => hashing.HashAsync("x", default))).ToList();
        await Eventually.UntilAsync(() => hasher.Inside == hashing.AtOnce);
        // From here on nobody's turn comes, and who asks gets a place or none at once.
        return [.. hashed, .. Enumerable.Range(0, hashing.AtOnce * PasswordHashing.WaitingForEach).Select(_ => hashing.HashAsync("x", default))];
    }

    /// <summary>Hashes nothing, and only when it is let; remembers how many were at it together. The password is "hash".</summary>
    private sealed class HeldHasher(int allowed) : IPasswordHasher<StaffRow>, IDisposable
    {
        private readonly ManualResetEventSlim gate = new();
        private int inside;
        private int most;

        public int Inside => Volatile.Read(ref inside);

        public int Most => Volatile.Read(ref most);

        public void Open() => gate.Set();

        public void Close() => gate.Reset();

        public string HashPassword(StaffRow user, string password)
        {
            var now = Interlocked.Increment(ref inside);
            for (var seen = Most; now > seen; seen = Most) Interlocked.CompareExchange(ref most, now, seen);
            if (now > allowed) throw new InvalidOperationException("More are at it than may be.");
            if (!gate.Wait(Eventually.GiveUp)) throw new TimeoutException("Nobody let it hash.");
            Interlocked.Decrement(ref inside);
            return "hash";
        }

        public PasswordVerificationResult VerifyHashedPassword(StaffRow user, string hashedPassword, string providedPassword)
        {
            HashPassword(user, providedPassword);
            return providedPassword == "hash" ? PasswordVerificationResult.Success : PasswordVerificationResult.Failed;
        }

        public void Dispose() => gate.Dispose();
    }
}
