using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WeChatMask.Domain;
using WeChatMask.Data;
using WeChatMask.Residents;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Residents;

public sealed class RegistryClientTests
{
    private const string Key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    [Fact]
    public void A_call_is_signed_over_method_path_time_nonce_and_body() => Assert.Equal(
        "4b842b62a9ea6c06a1c5c08059471e6bd2dedfea0e4de65e220ea31be667f915",
        RegistrySignature.Of(Key, "POST", "/registry/lookups", "1581332400", "00112233445566778899aabbccddeeff", Encoding.UTF8.GetBytes("""{"idNumber":"11010519491231002X","name":"Zhang"}""")));

    [Fact]
    public async Task Every_try_is_signed_anew()
    {
        using var registry = new FakeRegistry((_, n) => n < 3 ? Answer(HttpStatusCode.ServiceUnavailable) : Yes());
        using var guard = registry.Guard();

        Assert.True((await registry.Client(guard).LookUpAsync(DocumentType.IdentityCard, "11010519491231002X", "张三", default))!.Eligible);

        Assert.Equal(3, registry.Nonces.Count);
        Assert.Equal(3, registry.Nonces.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_call_the_registry_does_not_take_is_not_sent_again()
    {
        using var registry = new FakeRegistry((_, _) => Answer(HttpStatusCode.Unauthorized));
        using var guard = registry.Guard();

        Assert.Null(await registry.Client(guard).LookUpAsync(DocumentType.IdentityCard, "11010519491231002X", "张三", default));

        Assert.Equal(1, registry.Calls);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task What_cannot_be_understood_is_no_answer(string body)
    {
        using var registry = new FakeRegistry((_, _) => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
        using var guard = registry.Guard();

        Assert.Null(await registry.Client(guard).LookUpAsync(DocumentType.IdentityCard, "11010519491231002X", "张三", default));
    }

    [Fact]
    public async Task While_it_is_away_it_is_left_alone_until_a_probe_is_answered()
    {
        var away = true;
        using var registry = new FakeRegistry((_, _) => away ? Answer(HttpStatusCode.ServiceUnavailable) : Yes());
        using var guard = registry.Guard();
        var client = registry.Client(guard);
        for (var i = 0; i < 20; i++) await client.LookUpAsync(DocumentType.IdentityCard, "11010519491231002X", "张三", default);
        var before = registry.Calls;

        Assert.Null(await client.LookUpAsync(DocumentType.IdentityCard, "11010519491231002X", "张三", default));
        Assert.Equal(before, registry.Calls);
        Assert.Null(await client.ProbeAsync(DocumentType.IdentityCard, "11010519491231002X", "张三", default));
        Assert.Equal(before + 1, registry.Calls);

        away = false;
        Assert.NotNull(await client.ProbeAsync(DocumentType.IdentityCard, "11010519491231002X", "张三", default));
        Assert.NotNull(await client.LookUpAsync(DocumentType.IdentityCard, "11010519491231002X", "张三", default));
    }

    [Fact]
    public async Task A_throttled_registry_is_not_taken_for_a_lost_one()
    {
        using var registry = new FakeRegistry((_, _) => Answer(HttpStatusCode.TooManyRequests));
        using var guard = registry.Guard();
        var client = registry.Client(guard);
        for (var i = 0; i < 20; i++) await client.LookUpAsync(DocumentType.IdentityCard, "11010519491231002X", "张三", default);

        Assert.Equal(100, registry.Calls);
    }

    [Fact]
    public async Task No_more_calls_than_allowed_run_at_once()
    {
        using var registry = new FakeRegistry((_, _) => Yes()) { Gate = new SemaphoreSlim(0) };
        using var guard = registry.Guard();
        var client = registry.Client(guard);

        var calls = Enumerable.Range(0, 20).Select(_ => client.LookUpAsync(DocumentType.IdentityCard, "11010519491231002X", "张三", default)).ToList();
        await registry.Full.Task.WaitAsync(Eventually.GiveUp);
        registry.Gate.Release(20);
        await Task.WhenAll(calls);

        Assert.Equal((20, FakeRegistry.Concurrency), (registry.Calls, registry.Most));
    }

    private static HttpResponseMessage Answer(HttpStatusCode status) => new(status);

    private static HttpResponseMessage Yes() => new(HttpStatusCode.OK) { Content = JsonContent.Create(new { eligible = true }) };

    private sealed class FakeRegistry(Func<HttpRequestMessage, int, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public const int Concurrency = 4;
        private readonly RegistrySettings settings = new() { BaseUrl = "https://registry.test", Concurrency = Concurrency, Timeout = Eventually.GiveUp };
        private int calls;
        private int inside;

        public int Calls => calls;

        public int Most { get; private set; }

        public List<string> Nonces { get; } = [];

        public SemaphoreSlim? Gate { get; init; }

        public TaskCompletionSource Full { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public RegistryGuard Guard() => new(Options.Create(settings));

        public RegistryClient Client(RegistryGuard guard) => new(
            new HttpClient(this, disposeHandler: false), guard, Monitor(settings), Monitor(new SecretSettings { RegistryKey = Key }),
            new MachineClock(TimeProvider.System), NullLogger<RegistryClient>.Instance);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref calls);
            lock (Nonces)
            {
                Nonces.Add(request.Headers.GetValues(RegistrySignature.NonceHeader).Single());
                Most = Math.Max(Most, ++inside);
                if (inside == Concurrency) Full.TrySetResult();
            }

            if (Gate is not null) await Gate.WaitAsync(cancellationToken);
            lock (Nonces) inside--;
            return answer(request, number);
        }

        protected override void Dispose(bool disposing)
        {
            Gate?.Dispose();
            base.Dispose(disposing);
        }

        private static IOptionsMonitor<T> Monitor<T>(T value) => new Fixed<T>(value);

        private sealed class Fixed<T>(T value) : IOptionsMonitor<T>
        {
            public T CurrentValue => value;

            public T Get(string? name) => value;

            public IDisposable? OnChange(Action<T, string?> listener) => null;
        }
    }
}
