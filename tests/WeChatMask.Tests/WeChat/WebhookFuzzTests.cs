using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.WeChat;

/// <summary>Two hundred thousand spoilt calls, the same in every run, at the webhook's own endpoint without a socket between.</summary>
public sealed class WebhookFuzzTests
{
    private const int Calls = 200_000;
    private const int CallsInPortion = 2_000;
    private const int Seed = 20_200_210;
    private const int Sampled = 500;
    private const int Lanes = 2;
    private const string Text = "查询 12345678903 <&]]> 😷";

    private static readonly int[] Allowed = [200, 400, 403, 413];
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_586_000_000);
    private static readonly string Timestamp = Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    private static readonly MessageCrypto Crypto = new(WebhookHost.Token, WebhookHost.Key, WebhookHost.AppId);

    // What one call may do: nothing unless it is rightly signed; and only the original when just its envelope was.
    private enum Trust
    {
        None,
        OriginalOnly,
        Anything,
    }

    [Fact]
    public async Task Spoilt_calls_fail_cleanly_leave_nothing_behind_and_have_no_effect_without_a_right_signature()
    {
        await using var target = new Target();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Calls / CallsInPortion), new ParallelOptions { MaxDegreeOfParallelism = Lanes },
            async (portion, _) => await target.RunAsync(Seed + portion, CallsInPortion));

        Assert.Equal(Calls, target.Statuses.Values.Sum());
        Assert.Empty(target.Faults);
        Assert.DoesNotContain(target.Statuses.Keys, status => !Allowed.Contains(status));
        // Each way out was really taken, and handlers did run for the rightly signed.
        Assert.All(Allowed, status => Assert.True(target.Statuses.GetValueOrDefault(status) > 20, $"Only {target.Statuses.GetValueOrDefault(status)} calls ended with {status}."));

        // No growth: of each portion's calls nothing is held on to, but perhaps one that a lane has left behind.
        Assert.Equal(Calls / Sampled, target.Samples.Count);
        await Eventually.UntilAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return target.Samples.Count(sample => sample.IsAlive) <= Lanes;
        });
    }

    /// <summary>The endpoint of an app that is never started, and what came of the calls to it.</summary>
    private sealed class Target : IAsyncDisposable
    {
        private static readonly AsyncLocal<List<InboundMessage>?> Handled = new();

        private readonly WebApplication app;
        private readonly RequestDelegate post;

        public Target()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["WeChat:AppId"] = WebhookHost.AppId,
                ["WeChat:AppSecret"] = "app-secret-value",
                ["WeChat:Token"] = WebhookHost.Token,
                ["WeChat:EncodingAesKey"] = WebhookHost.Key,
                ["WeChat:MessageMode"] = nameof(MessageMode.Compatible),
            });
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<TimeProvider>(new FakeClock(Now));
            builder.Services.AddScoped<MessageHandler>(_ => (message, _) =>
            {
                Handled.Value?.Add(message);
                return Task.FromResult<Reply>(new TextReply($"{message.Content} {message.Read()} {message.Identity()}"));
            });
            builder.Services.AddWeChat(builder.Configuration);
            app = builder.Build();
            app.MapWeChat();
            post = ((IEndpointRouteBuilder)app).DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>()
                .Single(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Contains(HttpMethods.Post)).RequestDelegate!;
        }

        public ConcurrentDictionary<int, int> Statuses { get; } = new();

        public ConcurrentQueue<string> Faults { get; } = new();

        /// <summary>Some of the calls, seen without being held.</summary>
        public ConcurrentBag<WeakReference> Samples { get; } = [];

        public async Task RunAsync(int seed, int calls)
        {
            var random = new Random(seed);
            var mutation = new Mutation(random);
            for (var i = 0; i < calls; i++)
            {
                var (query, body, trust) = Call(random, mutation);
                var handled = Handled.Value = [];
                var status = await SendAsync(query, body, $"{seed}/{i}", i % Sampled == 0);
                Statuses.AddOrUpdate(status, 1, (_, n) => n + 1);
                if (handled.Exists(m => trust == Trust.None || (trust == Trust.OriginalOnly && !IsOriginal(m))))
                    Faults.Enqueue($"Call {seed}/{i} had an effect without a right signature.");
            }
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private static (string Query, byte[] Body, Trust Trust) Call(Random random, Mutation mutation)
        {
            var original = WebhookHost.Message(Text.Replace("]]>", "]]]]><![CDATA[>", StringComparison.Ordinal));
            var message = Crypto.Seal(original, Timestamp, WebhookHost.Nonce, "0123456789abcdef"u8);
            var envelope = Encoding.UTF8.GetBytes(WebhookHost.Envelope(message.Encrypt));
            switch (random.Next(10))
            {
                case 0:
                    // A right plain signature does not cover the body; whatever can be read counts.
                    return (Plain(Signature.Compute(WebhookHost.Token, Timestamp, WebhookHost.Nonce)), mutation.Of(Encoding.UTF8.GetBytes(original)), Trust.Anything);
                case 1:
                    // Somebody who knows the token, or a fault of WeChat's: the message inside is spoilt, all around it is right.
                    var spoilt = Crypto.Seal(mutation.Of(original), Timestamp, WebhookHost.Nonce, "0123456789abcdef"u8);
                    return (Aes(spoilt.MsgSignature), Encoding.UTF8.GetBytes(WebhookHost.Envelope(spoilt.Encrypt)), Trust.Anything);
                case 2:
                    // The cipher text is spoilt and signed again.
                    var cipher = mutation.Of(message.Encrypt);
                    return (Aes(Signature.Compute(WebhookHost.Token, Timestamp, WebhookHost.Nonce, cipher)), Encoding.UTF8.GetBytes(WebhookHost.Envelope(cipher)), Trust.Anything);
                case 3:
                    return (Plain(mutation.Of("4df09631bec47649103984a525b8920f063777b1")), Encoding.UTF8.GetBytes(original), Trust.None);
                case 4:
                    return (mutation.Of(Aes(Signature.Compute(WebhookHost.Token, Timestamp, WebhookHost.Nonce))), mutation.Of(envelope), Trust.None);
                case 5:
                    // The forged plain part of a compatible body beside an untouched proof.
                    var forged = WebhookHost.Message("假", from: "oAttacker").Replace("</xml>", $"<Encrypt>{message.Encrypt}</Encrypt></xml>", StringComparison.Ordinal);
                    return (Aes(message.MsgSignature), mutation.Of(Encoding.UTF8.GetBytes(forged)), Trust.OriginalOnly);
                default:
                    return (Aes(message.MsgSignature), mutation.Of(envelope), Trust.OriginalOnly);
            }
        }

        private static string Plain(string signature) => $"?signature={Uri.EscapeDataString(signature)}&timestamp={Timestamp}&nonce={WebhookHost.Nonce}";

        private static string Aes(string proof) => $"?timestamp={Timestamp}&nonce={WebhookHost.Nonce}&encrypt_type=aes&msg_signature={proof}";

        private static bool IsOriginal(InboundMessage message) =>
            (message.FromUserName, message.Content, message.MsgId, message.MsgType) == ("oUser", Text, "1", "text");

        private async Task<int> SendAsync(string query, byte[] body, string name, bool isSample)
        {
            await using var scope = app.Services.CreateAsyncScope();
            var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            if (isSample) Samples.Add(new WeakReference(context));
            context.Request.Method = HttpMethods.Post;
            context.Request.Path = WeChatRoom.WebhookPath;
            context.Request.QueryString = new QueryString(query.StartsWith('?') ? query : "?" + query);
            context.Request.ContentType = "text/xml";
            context.Request.ContentLength = body.Length;
            context.Request.Body = new MemoryStream(body, writable: false);
            context.Response.Body = new MemoryStream();
            try
            {
                await post(context);
            }
#pragma warning disable CA1031 // Whatever leaves the endpoint would be a 500.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Faults.Enqueue($"Call {name} threw {failure.GetType().Name}.");
            }

            return context.Response.StatusCode;
        }
    }
}
