using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.City;

/// <summary>Hashes passwords, which is slow on purpose, only so many at once: log-in tries must not eat the cores that bookings need. Some wait their turn; whoever comes beyond is told to come again.</summary>
public sealed class PasswordHashing : IDisposable
{
    /// <summary>How many wait for each that is hashed: two or three seconds' work.</summary>
    public const int WaitingForEach = 32;

    private static readonly StaffRow Someone = new();

    private readonly IPasswordHasher<StaffRow> hasher;
    private readonly ConcurrencyLimiter turns;
    private readonly Lazy<string> nobodys;

    public PasswordHashing(IOptions<SiteSettings> site, IPasswordHasher<StaffRow> hasher)
    {
        this.hasher = hasher;
        AtOnce = site.Value.PasswordHashes > 0 ? site.Value.PasswordHashes : Math.Max(1, Environment.ProcessorCount / 2);
        turns = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = AtOnce, QueueLimit = AtOnce * WaitingForEach, QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        nobodys = new Lazy<string>(() => hasher.HashPassword(Someone, Guid.NewGuid().ToString()));
    }

    public int AtOnce { get; }

    /// <summary>The stored form of a password, or null when too many wait.</summary>
    public Task<string?> HashAsync(string password, CancellationToken cancellationToken) =>
        InTurnAsync(() => hasher.HashPassword(Someone, password), cancellationToken);

    /// <summary>Whether it is the password, or null when too many wait. Without a hash to hold it against it takes as long and is wrong.</summary>
    public Task<PasswordCheck?> CheckAsync(string? hash, string password, CancellationToken cancellationToken) => InTurnAsync(
        () => hasher.VerifyHashedPassword(Someone, hash ?? nobodys.Value, password) switch
        {
            _ when hash is null => new PasswordCheck(false),
            PasswordVerificationResult.SuccessRehashNeeded => new PasswordCheck(true) { Renewed = hasher.HashPassword(Someone, password) },
            var result => new PasswordCheck(result == PasswordVerificationResult.Success),
        },
        cancellationToken);

    public void Dispose() => turns.Dispose();

    private async Task<T?> InTurnAsync<T>(Func<T> work, CancellationToken cancellationToken)
        where T : class
    {
        using var turn = await turns.AcquireAsync(1, cancellationToken);
        return turn.IsAcquired ? work() : null;
    }
}

/// <summary>What a password was worth.</summary>
public sealed record PasswordCheck(bool IsRight)
{
    /// <summary>The stored form of now, when the one there is has become too weak.</summary>
    public string? Renewed { get; init; }

    public override string ToString() => IsRight ? "right" : "wrong";
}
